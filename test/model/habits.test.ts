/**
 * Programs with bad habits against promise 9: the programs that once failed, by name; a sample of new ones (the row
 * `habits` of the fault table runs many more); and the oracle itself, which must notice violations.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sample } from '../sample.ts';
import { FOUND, IMPURE } from './habits/found.ts';
import { drawProgram } from './habits/grammar.ts';
import { HAS_STRICT, judge } from './habits/oracle.ts';
import { kindOfViolation, shrink } from './habits/shrink.ts';

/** REFOLD_SEED=n draws other programs. A failure prints its program. */
const SEED = Number(process.env.REFOLD_SEED ?? 9_000_000);
const PARTS = 4;
const AT_ONCE = sample(250);

beforeEach(() => {
  // Many habits cause warnings. Thousands of them are of no use.
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

describe('a replay gives the state of every program that the live store accepts', () => {
  test.each(FOUND)('%s', async (_, program) => {
    expect((await judge(program)).violations).toEqual([]);
  });

  test.each(Array.from({ length: PARTS }, (_, part) => SEED + part * AT_ONCE))(
    'programs with bad habits from seed %i',
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

describe('a habit that makes replay differ', () => {
  test.each(IMPURE)('negative control: the oracle finds %s', async (_, program) => {
    expect((await judge(program)).violations).not.toEqual([]);
  });

  test.runIf(HAS_STRICT).each(IMPURE)('strict finds %s, at the event', async (_, program) => {
    const { violations, refusals } = await judge({ ...program, purity: 'told', strict: true });
    expect(violations).toEqual([]);
    expect(refusals).toContain('REDUCER_FAILED');
  });
});

describe('programs', () => {
  test('are the same for the same seed, and can be written as JSON', () => {
    for (let seed = 0; seed < 200; seed++) {
      const program = drawProgram(seed, true);
      expect(drawProgram(seed, true)).toEqual(program);
      expect(JSON.parse(JSON.stringify(program))).toEqual(program);
    }
  });

  test('are minimised as long as they fail in the same way', async () => {
    const program = drawProgram(3, false);
    const smallest = await shrink(program, async ({ steps }) =>
      steps.length > 0 ? `fails at step ${steps.length}` : undefined,
    );
    expect(smallest.steps).toHaveLength(1);
    expect(Object.values(smallest.reducers).flat()).toEqual([]);
    expect(kindOfViolation('step 3 (append): at 12')).toBe(kindOfViolation('step 4 (at): at 5'));
  });
});
