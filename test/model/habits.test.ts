/**
 * Programs of bad habits against promise 9. The programs that failed once, by name; a sample of new ones, which the row
 * `habits` of the fault table takes further; and the oracle itself, which must not be blind.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FOUND, IMPURE } from './habits/found.ts';
import { drawProgram } from './habits/grammar.ts';
import { HAS_STRICT, judge } from './habits/oracle.ts';
import { kindOfViolation, shrink } from './habits/shrink.ts';

/** REFOLD_SEED=n draws others. A failure prints its program. */
const SEED = Number(process.env.REFOLD_SEED ?? 9_000_000);
const PROGRAMS = 1_000;
const AT_ONCE = 250;

beforeEach(() => {
  // Many a habit brings a warning, and thousands of them are no news.
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

describe('what the live store accepts, replay gives back', () => {
  test.each(FOUND)('%s', async (_, program) => {
    expect((await judge(program)).violations).toEqual([]);
  });

  test.each(Array.from({ length: PROGRAMS / AT_ONCE }, (_, part) => SEED + part * AT_ONCE))(
    'programs of bad habits from seed %i',
    async (from) => {
      for (let seed = from; seed < from + AT_ONCE; seed++) {
        const program = drawProgram(seed, HAS_STRICT);
        const { violations } = await judge(program);
        if (violations.length === 0) continue;
        const smallest = await shrink(program, async (each) => (await judge(each)).violations[0]);
        expect.fail(`program ${seed}: ${violations.join('; ')}\nsmallest: ${JSON.stringify(smallest)}`);
      }
    },
  );
});

describe('what no replay can know', () => {
  test.each(IMPURE)('negative control: %s is found by the oracle', async (_, program) => {
    expect((await judge(program)).violations).not.toEqual([]);
  });

  test.runIf(HAS_STRICT).each(IMPURE)('%s is found by strict, at the event', async (_, program) => {
    const { violations, refusals } = await judge({ ...program, purity: 'told', strict: true });
    expect(violations).toEqual([]);
    expect(refusals).toContain('REDUCER_FAILED');
  });
});

describe('programs', () => {
  test('are the same for the same seed, and can be told as JSON', () => {
    for (let seed = 0; seed < 200; seed++) {
      const program = drawProgram(seed, true);
      expect(drawProgram(seed, true)).toEqual(program);
      expect(JSON.parse(JSON.stringify(program))).toEqual(program);
    }
  });

  test('are made smaller as long as they fail in the same way', async () => {
    const program = drawProgram(3, false);
    const smallest = await shrink(program, async ({ steps }) =>
      steps.length > 0 ? `fails at step ${steps.length}` : undefined,
    );
    expect(smallest.steps).toHaveLength(1);
    expect(Object.values(smallest.reducers).flat()).toEqual([]);
    expect(kindOfViolation('step 3 (append): at 12')).toBe(kindOfViolation('step 4 (at): at 5'));
  });
});
