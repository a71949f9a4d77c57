/** Random scripts: whatever is appended, sealed, redacted, dropped and reopened, the log reads as a list would. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import { randomInt } from 'node:crypto';
import type { Json } from '../../core/event.ts';
import type { Bench, Check, LogContractSetup } from './bench.ts';
import {
  appendCommits,
  commitOf,
  fenceOf,
  noted,
  packForgotten,
  readEvents,
  redactionOf,
  rowOf,
  sequencesOf,
  upTo,
} from './fixtures.ts';

const SCRIPTS = 25;
const LONGEST_SCRIPT = 12;

/** One case for each script, so that a slow disk does not look like a log that hangs. */
export function randomCases(setup: LogContractSetup<any>): readonly Check[] {
  const { scripts = SCRIPTS, seed = randomInt(2 ** 31), redaction = false, scrubs = true } = setup;
  const can = { redaction, scrubs };
  const what = 'whatever is appended, sealed, dropped and reopened, the log reads as a list would';
  const name = redaction ? what.replace('sealed', 'sealed, redacted') : what;
  return upTo(scripts).map(
    (script): Check => [`${script}: ${name}`, (bench) => tryScript(bench, seed + script - 1, can)],
  );
}

/** What a log can do, of what not every log can. */
interface Abilities {
  readonly redaction: boolean;
  readonly scrubs: boolean;
}

async function tryScript(bench: Bench, seed: number, can: Abilities): Promise<void> {
  const below = chance(seed);
  const notes: Json[] = [];
  try {
    for (let steps = below(LONGEST_SCRIPT + 1); steps > 0; steps--) {
      await takeStep(bench, below, notes, can);
      await requireList(bench, notes);
    }
  } catch (error) {
    if (error instanceof Error) error.message = `the script with seed ${seed}: ${error.message}`;
    throw error;
  }
}

/**
 * Does one step on the log, and the same on the list.
 *
 * @param notes what all events say that were appended so far
 */
async function takeStep(
  bench: Bench,
  below: (bound: number) => number,
  notes: Json[],
  { redaction, scrubs }: Abilities,
): Promise<void> {
  const { log } = bench;
  const { sequence } = log.head();
  switch (below(redaction ? 10 : 7)) {
    case 0:
      await log.care?.seal({ through: below(sequence + 1) });
      return;
    case 1:
      await log.dropThrough(below(sequence + 1));
      return;
    case 2:
      await bench.reopen();
      return;
    case 7:
    case 8:
      return tryRedaction(bench, below, notes);
    case 9:
      strictEqual((await redactionOf(log).scrub()).pending === undefined || !scrubs, true);
      return;
    default: {
      const sizes = upTo(1 + below(3)).map(() => 1 + below(4));
      const commits = sizes.map((size) =>
        commitOf(
          upTo(size).map(() => noted(notes.push(notes.length + 1))),
          sequence,
        ),
      );
      await appendCommits(log, ...commits);
    }
  }
}

/** Redacts some events of a stretch of the log. One time in four, what was staged is forgotten. */
async function tryRedaction({ log }: Bench, below: (bound: number) => number, notes: Json[]): Promise<void> {
  const first = log.firstSequence();
  const count = log.head().sequence - first + 1;
  if (count === 0) return;
  const from = first + below(count);
  const sequences = upTo(Math.min(log.head().sequence, from + below(8)), from).filter(() => below(2) === 0);
  if (sequences.length === 0) return;
  const redaction = redactionOf(log);
  await redaction.stage([await packForgotten(log, sequences[0]!, sequences.at(-1)!, sequences)], []);
  if (below(4) === 0) return redaction.discard();
  await redaction.apply(rowOf(sequences), fenceOf(log));
  for (const sequence of sequences) notes[sequence - 1] = 'forgotten';
}

async function requireList({ log }: Bench, notes: readonly Json[]): Promise<void> {
  const from = log.firstSequence();
  const events = await readEvents(log, from);
  deepStrictEqual(
    events.map((event) => event.data),
    notes.slice(from - 1).map((note) => ({ note })),
  );
  deepStrictEqual(sequencesOf(events), upTo(notes.length, from));
  strictEqual(log.head().sequence, notes.length);
}

/** Whole numbers below a bound, the same for the same seed. */
function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
