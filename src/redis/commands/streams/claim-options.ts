/** The options of XCLAIM. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import { idArgument } from './ids.ts';

export interface ClaimOptions {
  /** When the entries count as delivered, in ms since the epoch; never in the future. */
  readonly deliveredAt: number;
  /** RETRYCOUNT: how often they count as delivered; undefined for once more than before. */
  readonly deliveries: number | undefined;
  /** FORCE: also entries that are not pending. */
  readonly isForced: boolean;
  readonly isJustId: boolean;
  /** LASTID: the group has read at least up to it. */
  readonly lastId: string;
}

/** @param from the first argument that is an option @throws CommandError */
export function claimOptions({ args, now }: Call, from: number): ClaimOptions {
  let deliveredAt: number | undefined;
  let deliveries: number | undefined;
  let isForced = false;
  let isJustId = false;
  let lastId = ZERO_STREAM_ID;
  for (let at = from; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    const hasNext = at + 1 < args.length;
    if (word === 'FORCE') isForced = true;
    else if (word === 'JUSTID') isJustId = true;
    else if (word === 'IDLE' && hasNext) deliveredAt = now - optionValue(args[++at]!, word);
    else if (word === 'TIME' && hasNext) deliveredAt = optionValue(args[++at]!, word);
    else if (word === 'RETRYCOUNT' && hasNext) deliveries = optionValue(args[++at]!, word);
    else if (word === 'LASTID' && hasNext) lastId = idArgument(args[++at]!);
    else throw new CommandError(`ERR Unrecognized XCLAIM option '${args[at]}'`);
  }
  return {
    deliveredAt: deliveredAt === undefined || deliveredAt < 0 || deliveredAt > now ? now : deliveredAt,
    deliveries: deliveries === undefined || deliveries < 0 ? undefined : Math.min(deliveries, Number.MAX_SAFE_INTEGER),
    isForced,
    isJustId,
    lastId,
  };
}

function optionValue(text: string, option: string): number {
  return longArgument(text, `ERR Invalid ${option} option argument for XCLAIM`);
}
