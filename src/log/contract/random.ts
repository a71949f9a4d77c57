/** Random scripts: whatever is appended, sealed, dropped and reopened, the log reads as a list would. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import { randomInt } from 'node:crypto';
import type { Bench, Check, LogContractSetup } from './bench.ts';
import { appendCommits, commitOf, noted, readEvents, sequencesOf, upTo } from './fixtures.ts';

const SCRIPTS = 25;
const LONGEST_SCRIPT = 12;

/** One case for each script, so that a slow disk does not look like a log that hangs. */
export function randomCases({ scripts = SCRIPTS, seed = randomInt(2 ** 31) }: LogContractSetup<any>): readonly Check[] {
  const what = 'whatever is appended, sealed, dropped and reopened, the log reads as a list would';
  return upTo(scripts).map((script): Check => [`${script}: ${what}`, (bench) => tryScript(bench, seed + script - 1)]);
}

async function tryScript(bench: Bench, seed: number): Promise<void> {
  const below = chance(seed);
  let length = 0;
  try {
    for (let steps = below(LONGEST_SCRIPT + 1); steps > 0; steps--) {
      length = await takeStep(bench, below, length);
      await requireList(bench, length);
    }
  } catch (error) {
    if (error instanceof Error) error.message = `the script with seed ${seed}: ${error.message}`;
    throw error;
  }
}

/** Does one step on the log, and gives the number of all events appended so far. */
async function takeStep(bench: Bench, below: (bound: number) => number, length: number): Promise<number> {
  const { log } = bench;
  const { sequence } = log.head();
  switch (below(7)) {
    case 0:
      await log.care?.seal({ through: below(sequence + 1) });
      return length;
    case 1:
      await log.dropThrough(below(sequence + 1));
      return length;
    case 2:
      await bench.reopen();
      return length;
    default: {
      const sizes = upTo(1 + below(3)).map(() => 1 + below(4));
      let next = length;
      const commits = sizes.map((size) =>
        commitOf(
          upTo(size).map(() => noted(++next)),
          sequence,
        ),
      );
      await appendCommits(log, ...commits);
      return next;
    }
  }
}

async function requireList({ log }: Bench, length: number): Promise<void> {
  const from = log.firstSequence();
  const events = await readEvents(log, from);
  const left = upTo(length, from);
  deepStrictEqual(
    events.map((event) => event.data),
    left.map((note) => ({ note })),
  );
  deepStrictEqual(sequencesOf(events), left);
  strictEqual(log.head().sequence, length);
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
