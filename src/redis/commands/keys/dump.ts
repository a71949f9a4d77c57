/** DUMP, RESTORE, MIGRATE: values in the form in which Redis hands them on. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { keysOfMigrate } from '../../calls/requests/keys-of.ts';
import { restorePayload } from '../../files/rdb/dump.ts';
import { dumpOf } from '../../plain/plain-value.ts';
import { putValueOf, textsOf } from '../../plain/put-value.ts';

export function dump(call: Call): void {
  const value = call.read(call.args[1]!);
  call.reply.bulk(value === undefined ? undefined : dumpOf(value));
}

export function restore(call: Call): void {
  const [, key = '', ttlText = '', payload = ''] = call.args;
  const { client, now, parts } = call;
  const { db } = client;
  const { replaces, isAbsolute, idleSeconds, frequency } = restoreOptions(call.args);
  const isTaken = call.live(key) !== undefined;
  if (isTaken && !replaces) throw new CommandError('BUSYKEY Target key name already exists.');
  const ttl = integerArgument(ttlText);
  if (ttl < 0) throw new CommandError('ERR Invalid TTL value, must be >= 0');
  const restored = restorePayload(payload);
  if ('error' in restored) throw new CommandError(restored.error);
  const at = isAbsolute ? ttl : now + ttl;
  const isOver = ttl > 0 && at <= now;
  if (!isOver) call.requireCommitRoom(key, textsOf(restored.value));
  if (isTaken) call.apply('KeyDeleted', { db, key }, isOver ? 1 : 0);
  if (isOver) {
    if (isTaken) call.notify('g', 'del', key);
    call.reply.ok();
    return;
  }
  putValueOf(call, key, restored.value);
  if (ttl > 0) call.apply('ExpirySet', { db, key, at: Math.min(at, Number.MAX_SAFE_INTEGER) }, 0);
  if (idleSeconds !== undefined) parts.access.setIdle(db, key, idleSeconds, now);
  if (frequency !== undefined) parts.access.setFrequency(db, key, frequency, now);
  call.notify('g', 'restore', key);
  call.reply.ok();
}

interface RestoreOptions {
  readonly replaces: boolean;
  /** Whether the ttl is a time in ms since the epoch. */
  readonly isAbsolute: boolean;
  readonly idleSeconds: number | undefined;
  readonly frequency: number | undefined;
}

const MOST_USED = 255;

function restoreOptions(args: readonly string[]): RestoreOptions {
  let [replaces, isAbsolute] = [false, false];
  let idleSeconds: number | undefined;
  let frequency: number | undefined;
  for (let at = 4; at < args.length; at++) {
    const value = args[at + 1];
    if (isOption(args[at], 'REPLACE')) replaces = true;
    else if (isOption(args[at], 'ABSTTL')) isAbsolute = true;
    else if (isOption(args[at], 'IDLETIME') && value !== undefined && frequency === undefined) {
      idleSeconds = integerArgument(value);
      if (idleSeconds < 0) throw new CommandError('ERR Invalid IDLETIME value, must be >= 0');
      at++;
    } else if (isOption(args[at], 'FREQ') && value !== undefined && idleSeconds === undefined) {
      frequency = integerArgument(value);
      if (frequency < 0 || frequency > MOST_USED) {
        throw new CommandError('ERR Invalid FREQ value, must be >= 0 and <= 255');
      }
      at++;
    } else throw syntaxError();
  }
  return { replaces, isAbsolute, idleSeconds, frequency };
}

/** MIGRATE: this server does not connect to others. As in Redis, keys that do not exist need no connection. */
export function migrate(call: Call): void {
  const { args, reply } = call;
  hidePasswords(call);
  if (keysOfMigrate(args).every(({ key }) => call.peek(key) === undefined)) {
    reply.simple('NOKEY');
    return;
  }
  throw new CommandError('ERR MIGRATE is not supported: use DUMP here and RESTORE there, or refold export');
}

function hidePasswords(call: Call): void {
  const { args } = call;
  for (let at = 6; at < args.length && !isOption(args[at], 'KEYS'); at++) {
    if (isOption(args[at], 'AUTH')) call.redact(++at);
    else if (isOption(args[at], 'AUTH2')) call.redact(++at, ++at);
  }
}
