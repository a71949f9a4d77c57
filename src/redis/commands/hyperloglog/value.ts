/** HyperLogLogs under keys: reading them, and recording what changed in their bytes. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import { bytesFrom } from '../../model/bytes.ts';
import type { Value } from '../../model/values.ts';
import { isHyperLogLog } from './form.ts';

/** The bytes of a value; undefined without one. Do not change them. @throws CommandError for anything but a HyperLogLog */
export function hyperLogLogOf(value: Value | undefined): Uint8Array | undefined {
  const string = requireString(value);
  if (string === undefined) return undefined;
  const { data, length } = typeof string === 'string' ? bytesFrom(string) : string;
  const bytes = data.subarray(0, length);
  if (!isHyperLogLog(bytes)) throw new CommandError('WRONGTYPE Key is not a valid HyperLogLog string value.');
  return bytes;
}

/**
 * Records what changed from some bytes to others.
 *
 * @param before undefined for a new key
 * @param changes as for `call.apply`
 */
export function recordBytes(
  call: Call,
  key: string,
  before: Uint8Array | undefined,
  after: Uint8Array,
  changes: number,
): void {
  const { db } = call.client;
  if (before === undefined) call.apply('StringSet', { db, key, value: textBetween(after, 0, after.length) }, changes);
  else if (after.length < before.length) {
    call.apply('StringReplaced', { db, key, value: textBetween(after, 0, after.length) }, changes);
  } else {
    let counted = changes;
    for (const [start, end] of changedRanges(before, after)) {
      call.apply('RangeWritten', { db, key, offset: start, value: textBetween(after, start, end) }, counted);
      counted = 0;
    }
  }
}

function textBetween(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** Changes that are closer than this are recorded together: an effect takes about as many bytes itself. */
const SHORTEST_GAP = 48;

/** Where bytes differ: from each start up to an end, which is not included. `after` is as long as `before`, or longer. */
function changedRanges(before: Uint8Array, after: Uint8Array): (readonly [start: number, end: number])[] {
  const ranges: [start: number, end: number][] = [];
  const [old, present] = [viewOf(before), viewOf(after)];
  for (let at = 0; at < after.length; at++) {
    // Four equal bytes at once: most of a value has not changed.
    while (at + 4 <= before.length && old.getInt32(at) === present.getInt32(at)) at += 4;
    if (at === after.length || before[at] === after[at]) continue;
    const last = ranges.at(-1);
    if (last !== undefined && at - last[1] < SHORTEST_GAP) last[1] = at + 1;
    else ranges.push([at, at + 1]);
  }
  return ranges;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
