/** OBJECT: how a value is stored, and when it was used. */
import type { Call } from '../../calls/call.ts';
import { encodingOf } from '../../calls/encoding.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Value } from '../../model/values.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';

const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const IS_LFU = `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`;
const IS_NOT_LFU = `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`;

export function objectEncoding(call: Call): void {
  const value = call.live(call.args[2]!);
  call.reply.bulk(value === undefined ? undefined : encodingOf(value, call.parts.config));
}

export function objectFreq(call: Call): void {
  const { access } = call.parts;
  replyAbout(call, (key) => {
    if (!access.isLfu) throw new CommandError(IS_NOT_LFU);
    return access.frequency(call.client.db, key, call.now);
  });
}

export function objectIdleTime(call: Call): void {
  const { access } = call.parts;
  replyAbout(call, (key) => {
    if (access.isLfu) throw new CommandError(IS_LFU);
    return access.idleSeconds(call.client.db, key, call.now);
  });
}

/** Redis shares small integers among all keys, and says so with the largest count. */
const SHARED_INTEGERS = 10_000;
const SHARED_COUNT = 2 ** 31 - 1;

export function objectRefCount(call: Call): void {
  replyAbout(call, (_, value) => (isShared(call, value) ? SHARED_COUNT : 1));
}

function isShared({ parts: { config } }: Call, value: Value): boolean {
  const integer = typeof value === 'string' && value.length <= 4 ? parseSafeInteger(value) : undefined;
  if (integer === undefined || integer < 0 || integer >= SHARED_INTEGERS) return false;
  return config.number('maxmemory') === 0 || !/l[rf]u$/.test(config.text('maxmemory-policy'));
}

function replyAbout(call: Call, count: (key: string, value: Value) => number): void {
  const key = call.args[2]!;
  const value = call.live(key);
  if (value === undefined) call.reply.null();
  else call.reply.integer(count(key, value));
}

export function objectHelp({ reply }: Call): void {
  reply.array(HELP.length);
  for (const line of HELP) reply.simple(line);
}

const HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Names the form in which Redis would store the value of <key>.',
  'FREQ <key>',
  '    Tells how often <key> is used, on a scale from 0 to 255. Needs an LFU policy.',
  'IDLETIME <key>',
  '    Tells the seconds since <key> was used last. Needs a policy other than LFU.',
  'REFCOUNT <key>',
  '    Tells how many places share the value of <key>.',
  'HELP',
  '    Prints this help.',
];
