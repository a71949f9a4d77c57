/** A reducer gets exactly the same live and on replay, for any accepted input. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, isRefoldError, openMemoryLog, openStore, replay } from '../../../src/index.ts';
import { sample } from '../../sample.ts';

/** Keeps what it gets as text, so that every difference shows: key order, types, -0. */
const witness = defineModel({
  name: 'witness',
  events: {
    Seen: z.unknown(),
    Shaped: z.record(z.string(), z.unknown()),
    Turned: z.object({ at: z.date().transform((d) => d.getTime()) }),
  },
  initialState: () => ({ seen: [] as string[], kept: new Map<number, unknown>() }),
  reducers: {
    Seen: (state, data, event) => keep(state, data, event),
    Shaped: (state, data, event) => keep(state, data, event),
    Turned: (state, data, event) => keep(state, data, event),
  },
});

function keep(
  state: { seen: string[]; kept: Map<number, unknown> },
  data: unknown,
  event: { sequence: number; recordedAt: number; type: string; version: number; meta?: unknown },
): void {
  state.seen.push(
    describeExactly([
      data,
      event.sequence,
      event.recordedAt,
      event.type,
      event.version,
      event.meta ?? null,
      'meta' in event,
    ]),
  );
  state.kept.set(event.sequence, data);
}

function describeExactly(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${Array.from(value, describeExactly).join()}]`;
  if (typeof value === 'object' && value !== null) {
    return `${Object.prototype.toString.call(value)}{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${describeExactly(v)}`)}}`;
  }
  return `${typeof value}:${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    -0,
    undefined,
    '\ud800',
    '\ufeffbom',
    '',
    2 ** 53,
    -(2 ** 53),
    1e308,
    5e-324,
    0.1,
    '1',
    1,
    '__proto__',
    'constructor',
  ),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.date(),
  fc.bigInt(),
);
const key = fc.oneof(
  fc.constantFrom('0', '1', '10', '9007199254740993', 'b', 'a', '', 'toString', 'length', '_', '\u0000'),
  fc.string(),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    odd,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 5 }),
  ),
}));

describe('the live state equals the replayed state', () => {
  test.each(['atomic', 'direct'] as const)('under the %s fold, open and sealed', async (fold) => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ value: json, meta: fc.option(fc.dictionary(key, json, { maxKeys: 2 })) }), {
          maxLength: 8,
        }),
        async (inputs) => {
          const log = openMemoryLog();
          const store = await openStore(witness, { log, fold });
          for (const { value, meta } of inputs) {
            try {
              await store.append({ type: 'Seen', data: value, ...(meta === null ? {} : { meta: meta as never }) });
              accepted++;
            } catch (error) {
              if (!isRefoldError(error, 'EVENT_REJECTED')) throw error;
            }
          }
          const live = [...store.state.seen];
          const hash = await store.stateHash();
          const open = await replay(witness, { log });
          expect(open.state.seen).toEqual(live);
          expect(open.stateHash).toBe(hash);
          await store.compact();
          const sealed = await replay(witness, { log });
          expect(sealed.state.seen).toEqual(live);
          expect(sealed.stateHash).toBe(hash);
          await store.close();
        },
      ),
      { numRuns: sample(300) },
    );
    expect(accepted).toBeGreaterThan(sample(90));
  });

  test('the log records the output of the schema', async () => {
    const log = openMemoryLog();
    await using store = await openStore(witness, { log });
    await store.append({ type: 'Turned', data: { at: new Date(77) } });
    expect(store.state.kept.get(1)).toEqual({ at: 77 });
    expect((await replay(witness, { log })).state.kept.get(1)).toEqual({ at: 77 });
  });
});
