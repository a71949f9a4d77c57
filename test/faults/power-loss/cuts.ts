/**
 * The power cuts to try at one moment: which of the pending calls reached the disk.
 *
 * None, all, each missing, each alone, each torn at every sector from either side, and random subsets of calls and of
 * sectors. Each cut has a description, for reports.
 */
import type { Chance } from '../judging/chance.ts';
import { type Disk, type Kept, type Pending, sectorCount } from './disk.ts';

export interface Cut {
  readonly description: string;
  /** What was kept of each pending call, in order. */
  readonly kept: readonly Kept[];
}

/** All systematic cuts. */
export function* systematicCuts({ pending }: Disk): Generator<Cut> {
  const all = pending.map(() => true);
  yield { description: 'nothing kept', kept: [] };
  yield { description: 'everything kept', kept: all };
  if (pending.length > 1) {
    for (const [place, call] of pending.entries()) {
      yield { description: `without ${tell(call)}`, kept: all.with(place, false) };
      yield { description: `only ${tell(call)}`, kept: pending.map((_, other) => other === place) };
    }
  }
  for (const place of pending.keys()) yield* tornCuts(pending, place);
}

/** The cuts that tear the last call: these are new after one more call. */
export function* latestCuts({ pending }: Disk): Generator<Cut> {
  yield { description: 'everything kept', kept: pending.map(() => true) };
  if (pending.length > 0) yield* tornCuts(pending, pending.length - 1);
}

/** Tears one call, on a disk that kept all calls before it, and on a disk that kept all other calls. */
function* tornCuts(pending: readonly Pending[], place: number): Generator<Cut> {
  const call = pending[place]!;
  const sectors = sectorCount(call);
  for (let at = 1; at < sectors; at++) {
    const head = (sector: number): boolean => sector < at;
    const tail = (sector: number): boolean => sector >= at;
    const before = pending.map((_, other): Kept => other < place);
    yield { description: `torn after ${at} sectors, the last: ${tell(call)}`, kept: before.with(place, head) };
    const all = pending.map((): Kept => true);
    if (place < pending.length - 1)
      yield { description: `torn after ${at} sectors: ${tell(call)}`, kept: all.with(place, head) };
    yield { description: `torn before sector ${at}: ${tell(call)}`, kept: all.with(place, tail) };
  }
}

/** A random subset of the calls, some of them torn at random. */
export function randomCut({ pending }: Disk, chance: Chance): Cut {
  const keep = chance.pick([0.15, 0.5, 0.85, 0.97]);
  const tear = chance.pick([0, 0.2, 1]);
  const kept = pending.map((call): Kept => {
    if (!chance.hit(tear) || sectorCount(call) === 1) return chance.hit(keep);
    const sectors = Array.from({ length: sectorCount(call) }, () => chance.hit(keep));
    return sectors.includes(true) && ((sector) => sectors[sector]!);
  });
  return { description: `a random subset (keeping ${keep}, tearing ${tear})`, kept };
}

function tell(call: Pending): string {
  if (call.kind === 'write') return `write of ${call.data.byteLength} bytes at ${call.offset} (line ${call.ended})`;
  if (call.kind === 'truncate') return `truncation to ${call.size} (line ${call.ended})`;
  return `${call.file === undefined ? 'removal' : 'creation'} of ${call.name}`;
}
