/** HRANDFIELD. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import {
  boundedPositions,
  distinctPositions,
  randomBelow,
  randomCountArgument,
  repeatedPositions,
} from '../../calls/random.ts';
import { denseSize } from '../../model/dense.ts';
import type { Hash } from '../../model/values.ts';

const MOST_PAIRS = 2n ** 62n - 1n;

export function hrandfield(call: Call): void {
  const { args, reply } = call;
  const [, key = '', countText, option] = args;
  if (countText === undefined) {
    const hash = readCollection<Hash>(call, key, 'hash');
    reply.bulk(hash?.fields.keys[randomBelow(denseSize(hash.fields))]);
    return;
  }
  const count = randomCountArgument(countText);
  if (args.length > 4 || (option !== undefined && !isOption(option, 'WITHVALUES'))) throw syntaxError();
  const withValues = option !== undefined;
  // The reply counts both, and has to fit into 64 bits.
  if (withValues && (count > MOST_PAIRS || -count > MOST_PAIRS)) throw new CommandError('ERR value is out of range');
  const hash = readCollection<Hash>(call, key, 'hash');
  if (hash === undefined) reply.array(0);
  else replyChosen(call, hash, Number(count), withValues);
}

function replyChosen({ reply }: Call, { fields }: Hash, count: number, withValues: boolean): void {
  const size = denseSize(fields);
  const chosen = count < 0 ? -count : Math.min(count, size);
  const isPaired = withValues && reply.resp === 3;
  reply.array(withValues && !isPaired ? chosen * 2 : chosen);
  const positions = count < 0 ? repeatedPositions(size, chosen) : distinctPositions(size, chosen);
  for (const at of boundedPositions(reply, positions)) {
    if (isPaired) reply.array(2);
    reply.bulk(fields.keys[at]);
    if (withValues) reply.bulk(fields.values[at]);
  }
}
