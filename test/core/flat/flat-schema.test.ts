import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { admitFlat, flatSchemaOf } from '../../../src/core/flat/flat-schema.ts';
import { copyPayload, inspectInput } from '../../../src/core/guard.ts';
import { sample } from '../../sample.ts';

const MEMBERS = {
  id: z.int(),
  price: z.number().optional(),
  symbol: z.string().max(20),
  note: z.string().trim().nullable().default('none'),
  side: z.enum(['buy', 'sell']),
  kind: z.literal(['limit', 1]).optional(),
  done: z.boolean(),
  even: z.custom<number>((value) => Number.isSafeInteger(value) && (value as number) % 2 === 0).optional(),
};

/** Members that can be checked without zod. */
const CERTAIN = {
  id: z.int(),
  price: z.number().optional(),
  symbol: z.string(),
  note: z.string().nullable().optional(),
  side: z.enum(['buy', 'sell']),
  kind: z.literal(['limit', 1]).optional(),
  done: z.boolean(),
  even: MEMBERS.even,
};

describe('a schema of flat objects', () => {
  test.each([
    ['an object', z.object(MEMBERS)],
    ['a strict object', z.strictObject(MEMBERS)],
    ['an empty object', z.object({})],
    ['formats of strings and numbers', z.object({ mail: z.email(), at: z.iso.datetime(), count: z.uint32() })],
  ])('%s', (_, schema) => {
    expect([...flatSchemaOf(schema)!.keys]).toEqual(Object.keys(schema.shape));
  });

  test.each([
    ['a primitive', z.string()],
    ['a nested object', z.object({ a: z.object({}) })],
    ['an array', z.object({ a: z.array(z.int()) })],
    ['anything', z.object({ a: z.any() })],
    ['a union', z.object({ a: z.union([z.string(), z.array(z.string())]) })],
    ['a coercion', z.object({ a: z.coerce.string() })],
    ['a coercion inside', z.object({ a: z.coerce.number().optional() })],
    ['a transform of a member', z.object({ a: z.string().transform((text) => [text]) })],
    ['a transform of the whole', z.object({ a: z.string() }).transform(({ a }) => a)],
    ['a check of the whole', z.object({ a: z.string() }).overwrite((value) => value)],
    ['a loose object', z.looseObject({ a: z.string() })],
    ['an object with a catchall', z.object({ a: z.string() }).catchall(z.any())],
    ['a read-only object', z.object({ a: z.string() }).readonly()],
    ['a date', z.object({ a: z.date() })],
    ['a forbidden key', z.object({ constructor: z.string() })],
    ['a key with a lone surrogate', z.object({ '\ud800': z.string() })],
    ['a schema of another library', { safeParse: () => ({ success: true, data: {} }) } as unknown as z.ZodType],
  ])('is not %s', (_, schema) => {
    expect(flatSchemaOf(schema)).toBeUndefined();
  });
});

/** The result of schema and guard for an input, as for any other schema. */
function longWay(schema: z.ZodType, input: unknown): string {
  try {
    inspectInput(input, 'data');
    return JSON.stringify(['admitted', copyPayload(schema.parse(input), 'data', false)]);
  } catch {
    return 'refused';
  }
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, '\ud800', 1n, Symbol('s')),
  fc.constantFrom<unknown>({}, [], new Date(0), { valueOf: () => 1 }),
  fc.string(),
  fc.integer(),
);
const input = fc
  .record(
    {
      id: fc.oneof({ weight: 20, arbitrary: fc.integer() }, odd),
      price: fc.oneof({ weight: 20, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) }, odd),
      symbol: fc.oneof({ weight: 20, arbitrary: fc.string({ maxLength: 20 }) }, odd),
      note: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(null, ' text ', undefined) }, odd),
      side: fc.oneof({ weight: 20, arbitrary: fc.constantFrom('buy', 'sell') }, odd),
      kind: fc.oneof({ weight: 20, arbitrary: fc.constantFrom('limit', 1) }, odd),
      done: fc.oneof({ weight: 20, arbitrary: fc.boolean() }, odd),
      even: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(0, 2, -4) }, odd),
    },
    { requiredKeys: ['id', 'symbol', 'side', 'done'] },
  )
  .chain((object) =>
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<unknown>(object) },
      odd.map((value) => ({ ...object, extra: value })),
      odd.map((value) => ({ constructor: value, ...object })),
      odd.map((value) => Object.defineProperty({ ...object }, '__proto__', { value, enumerable: true })),
      fc.constant(Object.create(object)),
      fc.constant({ ...object, [Symbol('hidden')]: 1 }),
      odd,
    ),
  );

describe('admitFlat', () => {
  test.each([
    ['an object', z.object(MEMBERS)],
    ['a strict object', z.strictObject(MEMBERS)],
    ['an object of members that are certain', z.object(CERTAIN)],
    ['a strict object of members that are certain', z.strictObject(CERTAIN)],
  ])('returns the result of schema and guard, or undefined: %s', (_, schema) => {
    const flat = flatSchemaOf(schema)!;
    let admitted = 0;
    fc.assert(
      fc.property(input, (value) => {
        const data = admitFlat(flat, value);
        if (data === undefined) return;
        admitted += 1;
        expect(data).not.toBe(value);
        expect(Reflect.ownKeys(data as object).every((key) => typeof key === 'string')).toBe(true);
        expect(data).toStrictEqual(JSON.parse(JSON.stringify(data)));
        expect(JSON.stringify(['admitted', data])).toBe(longWay(schema, value));
      }),
      { numRuns: sample(2_000) },
    );
    expect(admitted).toBeGreaterThan(sample(300));
  });

  test('passes only primitives to a check of the application, and accepts only primitives', () => {
    const seen: unknown[] = [];
    const any = z.custom<unknown>((value) => seen.push(value) > 0);
    const flat = flatSchemaOf(z.object({ a: any }))!;
    for (const a of [1, 'x', true, null]) expect(admitFlat(flat, { a })).toEqual({ a });
    const kept = [{}, [], new Date(0), 1n, Symbol('s'), () => 1, Number.NaN, Number.POSITIVE_INFINITY, undefined];
    for (const a of kept) expect(admitFlat(flat, { a })).toBeUndefined();
    expect(seen).toEqual([1, 'x', true, null]);
    const answers = [
      z.custom<unknown>(() => expect.fail('it throws')),
      z.custom<unknown>(async () => true),
      z.custom<unknown>(() => true).overwrite(() => ({})),
      z.custom<unknown>(() => true).overwrite(() => Number.NaN),
    ];
    for (const a of answers) expect(admitFlat(flatSchemaOf(z.object({ a }))!, { a: 1 })).toBeUndefined();
  });

  test('returns undefined for an input that must be changed or refused', () => {
    const flat = flatSchemaOf(z.object({ a: z.number().optional(), b: z.string().optional() }))!;
    expect(admitFlat(flat, { a: 1, b: 'x' })).toEqual({ a: 1, b: 'x' });
    const throwing = Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.fail('read') });
    const left = [{ a: -0 }, { a: undefined }, { b: '\udc00' }, { a: '1' }, { c: 1 }, { a: Number.NaN }, null, 1, [1]];
    for (const value of [...left, throwing]) expect(admitFlat(flat, value)).toBeUndefined();
  });
});
