/** DEBUG subcommands that change how the server behaves. */

import { isOption } from '../../../calls/arguments.ts';
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import { globOf } from '../../../calls/glob.ts';
import { bytesOf } from '../../../protocol/memory-sizes.ts';

/** The longest time, in ms: Node's timers hold no more. */
const LONGEST_PAUSE = 2 ** 31 - 1;

/** DEBUG SLEEP seconds: as for a server that hangs, but the event loop goes on. */
export function sleep(call: Call): void {
  const ms = Math.min(Math.max(Number.parseFloat(call.args[2]!) * 1000 || 0, 0), LONGEST_PAUSE);
  call.parts.administration.pause(ms);
  call.addMilliseconds(ms);
  call.reply.ok();
}

export function setActiveExpire({ args, reply, parts }: Call): void {
  parts.expiry.isActive = Number.parseInt(args[2]!, 10) !== 0;
  reply.ok();
}

const LARGEST_THRESHOLD = 4 * 1024 ** 3;
const STANDARD_THRESHOLD = 1024 ** 3;

export function setPackedThreshold({ args, reply, parts }: Call): void {
  const bytes = Number(bytesOf(args[2]!) ?? Number.NaN);
  if (!(bytes <= LARGEST_THRESHOLD)) {
    throw new CommandError('ERR argument must be a memory value bigger than 1 and smaller than 4gb');
  }
  parts.administration.debug.packedThreshold = bytes === 0 ? STANDARD_THRESHOLD : bytes;
  reply.ok();
}

/** The buffers of replies have no fixed size here, so their switches change nothing. */
export function replyBuffer({ args, reply }: Call): void {
  if (!isOption(args[2], 'PEAK-RESET-TIME') && !isOption(args[2], 'RESIZING')) {
    throw new CommandError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try DEBUG HELP.`);
  }
  if (isOption(args[2], 'PEAK-RESET-TIME') && !/^(?:never|reset|\d{1,15})$/i.test(args[3]!)) {
    throw new CommandError('ERR value is not an integer or out of range');
  }
  reply.ok();
}

/** DEBUG STRINGMATCH-LEN length pattern: matches the pattern against `a`, so many times. */
export function stringMatchLength({ args, reply }: Call): void {
  const length = Number(args[2]);
  if (!Number.isSafeInteger(length) || length < 0 || length > LONGEST_MATCHED) {
    throw new CommandError('ERR value is out of range, must be positive');
  }
  reply.integer(globOf(args[3]!)('a'.repeat(length)) ? 1 : 0);
}

const LONGEST_MATCHED = 64 * 1024 * 1024;
