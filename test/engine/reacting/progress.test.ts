import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProgress, REACTOR_WINDOW, ReactorProgress } from '../../../src/engine/reacting/progress.ts';

const NOTHING = { sequence: 0, finished: [], parked: [] };

function parkedAt(sequence: number) {
  return { sequence, type: 'Sent', attempts: 3, message: 'no', parkedAt: 1 };
}

describe('the progress of a reactor', () => {
  test('any order of finishing agrees with a list of what is finished', () => {
    const step = fc.record({
      interesting: fc.boolean(),
      finishes: fc.array(fc.nat(), { maxLength: 3 }),
      parks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, restarts) => {
        let progress = new ReactorProgress(NOTHING);
        const over = new Set<number>();
        const parked = new Set<number>();
        let begun: number[] = [];
        steps.forEach(({ interesting, finishes, parks }, index) => {
          const sequence = index + 1;
          if (interesting) {
            progress.begin(sequence);
            begun.push(sequence);
          } else {
            progress.pass(sequence);
            over.add(sequence);
          }
          for (const pick of finishes) {
            const chosen = begun[pick % Math.max(1, begun.length)];
            if (chosen === undefined) continue;
            begun = begun.filter((candidate) => candidate !== chosen);
            over.add(chosen);
            if (parks) parked.add(chosen);
            if (parks) progress.park(parkedAt(chosen));
            else progress.finish(chosen);
          }
          let expected = 0;
          while (over.has(expected + 1)) expected += 1;
          expect(progress.sequence).toBe(expected);
          const above = [...over].filter((n) => n > expected && !isPassed(steps, n)).sort((a, b) => a - b);
          expect(progress.stored().finished).toEqual(above);
          expect(progress.parked.map((event) => event.sequence)).toEqual([...parked].sort((a, b) => a - b));
          expect(progress.neededAfter).toBe(Math.min(expected, ...[...parked].map((n) => n - 1)));
          if (restarts) {
            // What was begun is read again.
            const stored = parseProgress(JSON.stringify(progress.stored()))!;
            expect(stored).toEqual(progress.stored());
            progress = new ReactorProgress(stored);
            for (let n = expected + 1; n <= sequence; n += 1) {
              if (begun.includes(n)) progress.begin(n);
              else progress.pass(n);
            }
          }
        });
      }),
    );
  });

  test('the window closes when too much is begun or finished above the low-water mark', () => {
    const progress = new ReactorProgress(NOTHING);
    for (let sequence = 1; sequence <= REACTOR_WINDOW; sequence += 1) {
      expect(progress.hasRoom).toBe(true);
      progress.begin(sequence);
      if (sequence > 1) progress.finish(sequence);
    }
    expect(progress.hasRoom).toBe(false);
    expect(progress.stored().finished).toHaveLength(REACTOR_WINDOW - 1);
    progress.finish(1);
    expect(progress).toMatchObject({ hasRoom: true, sequence: REACTOR_WINDOW });
  });

  test('a rewind forgets what was begun, and keeps what is finished', () => {
    const progress = new ReactorProgress(NOTHING);
    for (const sequence of [1, 2, 3]) progress.begin(sequence);
    progress.finish(2);
    progress.rewind();
    expect(progress.sequence).toBe(0);
    expect(progress.isFinished(2)).toBe(true);
    progress.begin(1);
    progress.finish(1);
    progress.pass(2);
    expect(progress.sequence).toBe(2);
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"sequence":-1,"finished":[],"parked":[]}',
    '{"sequence":1,"finished":["2"],"parked":[]}',
    '{"sequence":1,"finished":[],"parked":[{"sequence":1}]}',
  ])('%j is not a progress', (text) => {
    expect(parseProgress(text)).toBeUndefined();
  });
});

function isPassed(steps: readonly { readonly interesting: boolean }[], sequence: number): boolean {
  return steps[sequence - 1]?.interesting === false;
}
