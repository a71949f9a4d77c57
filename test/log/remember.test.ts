/** How long outcomes are remembered, as the store is told. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, type LogSource, MemoryContents, openMemoryLog, openStore } from '../../src/index.ts';
import { errorOf, manualClock, temporaryPath } from '../engine/harness.ts';

const model = defineModel({
  name: 'counter',
  events: { Counted: z.object({ n: z.int() }) },
  initialState: () => ({ n: 0 }),
  reducers: { Counted: (state) => void state.n++ },
});

const PLACES: readonly [string, () => Promise<object>][] = [
  [
    'memory',
    async () => {
      const log = new MemoryContents();
      return { log };
    },
  ],
  ['a file', async () => ({ path: await temporaryPath() })],
];

describe.each(PLACES)('in %s', (_name, place) => {
  test('as many outcomes are kept as the store was opened for, whatever an earlier open said', async () => {
    const where = await place();
    const append = (store: { append: typeof openStore.prototype }, n: number) =>
      store.append({ type: 'Counted', data: { n } }, { commandId: `c${n}` });
    const first = await openStore(model, { ...where, remember: { outcomes: 1_000 } });
    await Promise.all(Array.from({ length: 1_500 }, (_, n) => append(first as never, n)));
    await Promise.all(Array.from({ length: 100 }, (_, n) => append(first as never, 1_500 + n)));
    const sequence = first.sequence;
    await append(first as never, 700);
    expect(first.sequence).toBe(sequence); // it is remembered
    await append(first as never, 0);
    expect(first.sequence).toBe(sequence + 1); // it is forgotten, so it is appended again
    await first.close();
    await using second = await openStore(model, { ...where, remember: { outcomes: 200 } });
    for (let n = 2_000; n < 3_000; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => append(second as never, n + index)));
    }
    const before = second.sequence;
    await append(second as never, 2_850);
    expect(second.sequence).toBe(before);
    await append(second as never, 2_700);
    expect(second.sequence).toBe(before + 1);
  });

  test('an outcome is forgotten at the age that the store was opened for', async () => {
    const clock = manualClock();
    const remember = { age: 1_000 };
    await using store = await openStore(model, { ...(await place()), remember, clock: clock.read });
    const call = (commandId: string) => store.append({ type: 'Counted', data: { n: 1 } }, { commandId });
    await Promise.all(Array.from({ length: 150 }, (_, n) => call(`old${n}`)));
    clock.now += 1_001;
    await Promise.all(Array.from({ length: 150 }, (_, n) => call(`new${n}`)));
    const { sequence } = store;
    await call('new3');
    expect(store.sequence).toBe(sequence);
    await call('old3');
    expect(store.sequence).toBe(sequence + 1);
  });
});

describe('remember', () => {
  test.each<[string, unknown]>([
    ['a number', 5],
    ['null', null],
    ['no outcomes', { outcomes: 0 }],
    ['half an outcome', { outcomes: 1.5 }],
    ['more than 16 million', { outcomes: 16_000_001 }],
    ['no time', { age: 0 }],
    ['a time that is not a number', { age: '1d' }],
    ['an unknown bound', { outcomes: 5, bytes: 5 }],
  ])('of %s is refused', async (_what, remember) => {
    const error = await errorOf(openStore(model, { path: ':memory:', remember } as never));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'remember' });
  });

  test('is refused beside an open log, and by a source that does not honour it', async () => {
    const remember = { outcomes: 16_000_000, age: Number.POSITIVE_INFINITY };
    const log = openMemoryLog();
    expect(await errorOf(openStore(model, { log, remember }))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'remember',
    });
    const contents = new MemoryContents();
    const deaf: LogSource = { name: 'deaf', open: ({ readOnly }) => contents.open({ readOnly }) };
    expect((await errorOf(openStore(model, { log: deaf, remember }))).code).toBe('INVALID_OPTION');
    await using store = await openStore(model, { log: contents, remember });
    expect(store.sequence).toBe(0);
  });
});
