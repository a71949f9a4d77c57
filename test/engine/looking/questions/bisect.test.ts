/** Bisect: against a loop that asks after every event. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  MemoryContents,
  type Model,
  openPast,
  openStore,
  type Past,
  parseCondition,
} from '../../../../src/index.ts';
import { sample } from '../../../sample.ts';
import { errorOf } from '../../harness.ts';
import { bookLog, clubLog } from '../models.ts';

const meter = defineModel({
  name: 'meter',
  events: { Read: z.object({ level: z.int() }) },
  initialState: () => ({ level: 0, readings: 0 }),
  reducers: {
    Read(state, { level }) {
      state.level = level;
      state.readings += 1;
    },
  },
  invariants: {
    neverNegative: ({ level }) => level >= 0,
    neverThrows: ({ level }) => {
      if (level === 13) throw new Error('unlucky');
      return true;
    },
  },
});

/** A log with these readings: commits, snapshots and sealing fall where they fall. */
async function meterLog(levels: readonly number[], every = 7): Promise<MemoryContents> {
  const contents = new MemoryContents();
  const store = await openStore(meter, { log: contents });
  for (let start = 0; start < levels.length; start += every) {
    const commit = levels.slice(start, start + every);
    await store.append(commit.map((level) => ({ type: 'Read', data: { level } }) as const));
    if (start % 3 === 0) await store.snapshot();
    if (start % 5 === 0) await store.compact();
  }
  await store.close();
  return contents;
}

/** The oracle: the first sequence after which the state is bad, and whether it was bad before. */
async function naiveFirst(
  past: Past,
  isBad: (state: any) => boolean,
  from: number,
  to: number,
): Promise<number | undefined> {
  if (isBad((await past.at(from - 1)).state)) return from;
  for await (const block of past.walk({ from, to }))
    for (const { sequence } of block) if (isBad(block.state)) return sequence;
  return undefined;
}

describe('bisect', () => {
  test('after every event finds the naive first, for any readings and any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        fc.nat(),
        async (levels, a, b) => {
          await using past = await openPast(meter, { log: await meterLog(levels) });
          const [from, to] = [(a % levels.length) + 1, (b % levels.length) + 1].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const first = await naiveFirst(past, ({ level }) => level < 0, from, to);
          const report = await past.bisect('neverNegative', { from, to, mode: 'every-event' });
          expect([report.found, report.sequence]).toEqual([first !== undefined, first]);
          expect(report.mayHaveMissed).toBe(false);

          // Asked at ends of blocks, it finds a place where the answer turns bad; the first one, unless it says that it may have missed it.
          const blocks = await past.bisect({ invariant: 'neverNegative' }, { from, to });
          if (blocks.found && !blocks.isAtStart) expect(levels[blocks.sequence! - 1]).toBe(-1);
          if (!blocks.mayHaveMissed) expect(blocks.sequence).toBe(first);
          if (!blocks.found) expect(levels[to - 1]).not.toBe(-1);
          const fast = await past.bisect({ firstFalse: 'level >= 0' }, { from, to, mode: 'fast' });
          if (fast.found && !fast.isAtStart) expect(levels[fast.sequence! - 1]).toBe(-1);
        },
      ),
      { numRuns: sample(60) },
    );
  });

  test.each(['blocks', 'fast', 'every-event'] as const)('finds what stays bad: %s', async (mode) => {
    for (const turn of [1, 2, 7, 8, 33, 99, 100]) {
      const contents = await meterLog(Array.from({ length: 100 }, (_, index) => (index + 1 >= turn ? -1 : 1)));
      await using past = await openPast(meter, { log: contents });
      const report = await past.bisect('neverNegative', { mode });
      expect(report).toMatchObject({ found: true, sequence: turn, type: 'Read', lookedAt: { from: 1, to: turn } });
      expect(report).not.toHaveProperty('isAtStart');
      if (mode !== 'fast') expect(report.folded).toBeGreaterThanOrEqual(turn);
      const later = await past.bisect('neverNegative', { mode, from: 51 });
      if (turn <= 50) expect(later).toMatchObject({ found: true, sequence: 51, isAtStart: true });
      else expect(later).toMatchObject({ found: true, sequence: turn });
    }
  });

  test.each(['blocks', 'fast', 'every-event'] as const)(
    'finds nothing where nothing is bad, and says how it asked: %s',
    async (mode) => {
      await using past = await openPast(meter, { log: await meterLog([1, 2, 3, 4, 5, 6, 7, 8, 9]) });
      const report = await past.bisect('neverNegative', { mode });
      expect(report).toMatchObject({ found: false, lookedAt: { from: 1, to: 9 } });
      expect(report).not.toHaveProperty('sequence');
      expect(report.mayHaveMissed).toBe(mode !== 'every-event');
      if (mode === 'every-event') expect(report).toMatchObject({ grid: 1, asked: 10 });
    },
  );

  test('says that it may have missed what was bad only between two places', async () => {
    const levels = [1, 1, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    await using past = await openPast(meter, { log: await meterLog(levels) });
    const report = await past.bisect('neverNegative');
    expect(report).toMatchObject({ found: false, mayHaveMissed: true });
    expect(report.grid).toBeGreaterThanOrEqual(7);
    expect(await past.bisect('neverNegative', { mode: 'every-event' })).toMatchObject({ found: true, sequence: 4 });
  });

  test('takes conditions as text, read, and as functions, and says what an invariant threw', async () => {
    await using past = await openPast(meter, { log: await meterLog([1, 2, 3, 13, 5, 6, 7, 8], 1) });
    const mode = 'every-event';
    expect((await past.bisect('level > 5', { mode })).sequence).toBe(4);
    expect((await past.bisect({ firstTrue: parseCondition('readings = 6') }, { mode })).sequence).toBe(6);
    expect((await past.bisect({ firstFalse: 'level < 6' }, { mode })).sequence).toBe(4);
    expect((await past.bisect((state) => state.level === 7, { mode })).sequence).toBe(7);
    expect(await past.bisect('neverThrows', { mode })).toMatchObject({ sequence: 4, reason: 'it threw: unlucky' });
  });

  test.each<
    [string, () => Promise<{ model: Model<any, any, any, any>; contents: MemoryContents; last: number }>, string[]]
  >([
    [
      'the club',
      () => clubLog(300, 21),
      ['size(members) > 8', 'total > 2000', 'ranks contains 3', 'size(former) >= 4'],
    ],
    ['the order book', () => bookLog(200, 22), ['size(orders) > 30', 'lastTradeId > 3']],
  ])('agrees with the naive loop on conditions: %s', async (_name, make, conditions) => {
    const { model, contents, last } = await make();
    await using past = await openPast(model as Model<any, any, any>, { log: contents });
    for (const text of conditions) {
      const condition = parseCondition(text);
      const first = await naiveFirst(past, (state) => condition.holds(state), 1, last);
      expect((await past.bisect(text, { mode: 'every-event' })).sequence).toBe(first);
    }
  });

  test('gives an estimate of what it takes to ask after every event', async () => {
    await using past = await openPast(meter, {
      log: await meterLog(
        Array.from({ length: 600 }, () => 1),
        50,
      ),
    });
    const estimates: number[] = [];
    await past.bisect('neverNegative', {
      mode: 'every-event',
      onEstimate: ({ events, milliseconds }) => void estimates.push(events, milliseconds),
    });
    expect(estimates[0]).toBe(400);
    expect(estimates).toHaveLength(2);
  });

  test('ends at its signal, and refuses what it cannot ask', async () => {
    await using past = await openPast(meter, { log: await meterLog([1, 2, 3]) });
    const reason = new Error('enough');
    await expect(past.bisect('neverNegative', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const refusals: readonly [unknown, object][] = [
      [undefined, { type: 'condition' }],
      [{}, { type: 'condition' }],
      [{ firstTrue: 'level > 1', firstFalse: 'level > 1' }, { type: 'condition' }],
      [{ invariant: 'neverNegatif' }, { type: 'invariant', hint: expect.stringContaining('neverNegative') }],
      ['neverNegatif', { type: 'condition' }],
      [{ firstTrue: 7 }, { type: 'condition' }],
      [() => 'yes', { type: 'condition', sequence: 0 }],
      [async () => true, { type: 'condition' }],
      [
        () => {
          throw new Error('no');
        },
        { type: 'condition' },
      ],
    ];
    for (const [target, expected] of refusals) {
      expect(await errorOf(past.bisect(target as never))).toMatchObject({ code: 'INVALID_OPTION', ...expected });
    }
    expect(await errorOf(past.bisect('level > 1', { mode: 'slow' as never }))).toMatchObject({ type: 'mode' });
  });
});
