/** Asks a model's invariants along the fold of a file, finds the first event after which each one is broken, and says it. */
import type { Past, Position, WalkedBlock } from '../../../index.ts';
import type { ProgressBar } from '../../output/progress.ts';
import { commandLine, count, counted, time } from '../../output/text.ts';
import { type Break, Invariants } from './asking.ts';

/** What the invariants said. A part of the report of `replay --verify`. */
export interface AskedInvariants {
  /** All that the model has. */
  readonly invariants: readonly string[];
  readonly brokenInvariants: readonly BrokenInvariant[];
  /** How many places were asked about. */
  readonly asked: number;
  readonly lookedAt: { readonly from: number; readonly to: number };
  /** The most events between two places where they were asked. */
  readonly grid: number;
  /** Whether one that was broken only between two of these places would not have been seen. */
  readonly mayHaveMissed: boolean;
}

interface BrokenInvariant {
  readonly name: string;
  /** The first event after which it is broken. */
  readonly sequence: number;
  readonly recordedAt?: number;
  readonly type?: string;
  /** True when it was broken before the first event that was looked at. */
  readonly isAtStart?: true;
  /** What it threw, say. */
  readonly reason?: string;
}

/** @throws RefoldError as `Past.walk` does */
export async function askAlong(
  past: Past,
  { from, to }: { readonly from: Position | undefined; readonly to: number },
  bar: ProgressBar,
): Promise<AskedInvariants> {
  const invariants = new Invariants(past.model.invariants);
  let first: number | undefined;
  let last: WalkedBlock | undefined;
  for await (const block of past.walk({ from, to })) {
    bar.update({ label: 'invariants', done: block.firstSequence - 1, total: to });
    // The blocks before are folded.
    if (first === undefined || invariants.next !== 'later') invariants.ask(block.state, block.firstSequence - 1);
    first ??= block.firstSequence;
    last = block;
    while (invariants.next === 'every event') {
      const event = block.fold();
      if (event === undefined) break;
      invariants.ask(block.state, event.sequence);
    }
  }
  if (last !== undefined) invariants.ask(last.state, last.lastSequence);
  const lookedAt = { from: first ?? to + 1, to };
  const brokenInvariants: BrokenInvariant[] = [];
  for (const one of invariants.breaks) brokenInvariants.push(await firstBroken(past, one, lookedAt.from));
  const { asked, grid } = invariants;
  const all = Object.keys(past.model.invariants ?? {});
  return { invariants: all, brokenInvariants, asked, lookedAt, grid, mayHaveMissed: grid > 1 };
}

/** The first event between the last place where it held and the one where it did not. */
async function firstBroken(past: Past, { name, good, bad }: Break, first: number): Promise<BrokenInvariant> {
  const range = good === undefined ? { from: first, to: first } : { from: good + 1, to: bad };
  const report = await past.bisect({ invariant: name }, { ...range, mode: 'every-event' });
  const { sequence = bad, recordedAt, type, isAtStart, reason } = report;
  return {
    ...{ name, sequence },
    ...(recordedAt !== undefined && { recordedAt }),
    ...(type !== undefined && { type }),
    ...(isAtStart && { isAtStart }),
    ...(reason !== undefined && { reason }),
  };
}

export type Rows = readonly (readonly [label: string, value: string | undefined])[];

/** For people. @param bisect the command that looks further, up to the name of an invariant */
export function rowsOf(report: AskedInvariants, bisect: readonly string[]): Rows {
  const { invariants, brokenInvariants: broken, lookedAt, grid, mayHaveMissed } = report;
  const all = invariants.length;
  const isOne = all === 1;
  if (all === 0) return [['invariants', 'the model defines none']];
  if (lookedAt.from > lookedAt.to) return [['invariants', 'not asked: there are no events']];
  const held = isOne ? '1 invariant holds' : `all ${counted(all, 'invariant')} hold`;
  const every = grid <= 1 ? 'after every event' : `at ends of blocks, at most ${counted(grid, 'event')} apart`;
  const closer = broken[0]?.name ?? (mayHaveMissed ? invariants[0] : undefined);
  return [
    ['invariants', broken.length === 0 ? held : `${count(broken.length)} of ${count(all)} broken`],
    ...broken.map((one) => ['broken', describeBroken(one)] as const),
    ['asked', `${every}, from ${count(lookedAt.from)} to ${count(lookedAt.to)}`],
    ['may be missed', mayHaveMissed ? 'a break that was over at the next question' : undefined],
    ['look closer', closer && commandLine(...bisect, closer, '--every-event')],
  ];
}

function describeBroken({ name, sequence, recordedAt, type, isAtStart, reason }: BrokenInvariant): string {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  if (isAtStart) return `${name}, before event ${count(sequence)} already${why}`;
  const when = [recordedAt === undefined ? [] : time(recordedAt), type ?? []].flat();
  return `${[`${name} after event ${count(sequence)}`, ...when].join(', ')}${why}`;
}
