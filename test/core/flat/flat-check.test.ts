/** Flat objects are checked without their schema only where the schema's answer is certain. */
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { copyFlat, flatCheckOf, flatText } from '../../../src/core/flat/flat-check.ts';

const checkOf = (schema: z.ZodObject) => flatCheckOf(schema, schema.shape);

describe('a check without the schema decides', () => {
  test.each<[string, z.ZodType, readonly unknown[], readonly unknown[]]>([
    ['any string', z.string(), ['', 'x', '😀'], [1, null, '\ud800', {}]],
    ['a finite number', z.number(), [1.5, 0, -1], [-0, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]],
    ['a safe integer', z.int(), [1, 0, 2 ** 53 - 1], [-0, 1.5, 2 ** 53, '1']],
    ['a number up to a bound', z.number().max(1.5), [1.5, -3], [1.6, -0, '1', Number.NEGATIVE_INFINITY]],
    ['an integer within bounds', z.number().int().min(0).max(15), [0, 15], [-1, 16, 1.5, -0, Number.NaN, '1']],
    ['the narrowest of several bounds', z.int().min(3).min(1).max(9).nonnegative(), [3, 9], [2, 10]],
    ['a boolean', z.boolean(), [true, false], [0, 'true', null]],
    ['one of several strings', z.enum(['a', 'b']), ['a', 'b'], ['c', 0, null]],
    ['one of an enum’s values', z.enum({ A: 1, B: 'b' }), [1, 'b'], ['A', 'B', 2]],
    ['a constant', z.literal(['x', 1, true, null]), ['x', 1, true, null], ['y', false, undefined]],
    ['zero', z.literal(0), [0], [-0]],
    ['a value that a function accepts', z.custom((value) => value === 1 || value === '1'), [1, '1'], [2, true, null]],
    ['a value or null', z.int().nullable(), [1, null], ['1', undefined, {}]],
    ['null or absent', z.string().nullable().optional(), ['x', null], [1, undefined]],
    ['absent or null', z.string().optional().nullable(), ['x', null], [1, undefined]],
    ['zod mini’s string', mini.string() as unknown as z.ZodType, ['x'], [1]],
    ['a branded or described one', z.int().brand('id').describe('its id'), [1], ['1']],
  ])('%s', (_, member, fine, other) => {
    const check = checkOf(z.object({ a: member, z: z.int() }))!;
    for (const a of fine) expect(copyFlat(check, { a, z: 1 })).toEqual({ a, z: 1 });
    for (const a of other) expect(copyFlat(check, { a, z: 1 })).toBeUndefined();
  });

  test.each<[string, z.ZodType]>([
    ['a string with a format', z.email()],
    ['a string with a length', z.string().max(3)],
    ['a string that the schema changes', z.string().trim()],
    ['a number with a bound that is not included', z.number().positive()],
    ['a multiple', z.number().min(1).multipleOf(2)],
    [
      'a refined integer within bounds',
      z
        .int()
        .min(1)
        .refine((value) => value > 1),
    ],
    ['a coercion within bounds', z.coerce.number().min(1)],
    ['a number of another format', z.uint32()],
    ['a refined one', z.int().refine((value) => value > 1)],
    ['a refined function', z.custom(() => true).refine(() => true)],
    ['a default', z.int().default(1)],
    ['a default that may be absent', z.int().default(1).optional()],
    ['a coercion', z.coerce.number()],
    ['a constant that JSON lacks', z.literal([undefined, 1])],
    ['a constant that JSON changes', z.literal([Number.NaN])],
    ['null alone', z.null()],
    ['a member that must not be undefined', z.exactOptional(z.int())],
  ])('not %s', (_, member) => {
    expect(checkOf(z.object({ a: member }))).toBeUndefined();
  });

  test('does not decide members of a class derived from zod’s', () => {
    const Loud = z.core.$constructor('LoudString', (inst: z.ZodString, def: z.core.$ZodStringDef) => {
      z.ZodString.init(inst, def);
      inst._zod.parse = (payload) => ({ ...payload, value: `${payload.value}!` });
    });
    const loud = new Loud({ type: 'string' });
    expect(z.object({ a: loud }).parse({ a: 'x' })).toEqual({ a: 'x!' });
    expect(checkOf(z.object({ a: loud }))).toBeUndefined();
    expect(checkOf(z.object({ a: loud.optional() }))).toBeUndefined();
  });

  test('does not decide instances of a class', () => {
    expect(checkOf(z.object({ a: z.instanceof(Date) }))).toBeUndefined();
  });
});

describe('a copy', () => {
  const check = checkOf(z.strictObject({ a: z.int(), b: z.int().optional(), c: z.int() }))!;

  test('is a new object with the input’s members', () => {
    const input = { a: 1, c: 3 };
    const copy = copyFlat(check, input);
    expect(copy).toEqual(input);
    expect(copy).not.toBe(input);
  });

  test.each<[string, object]>([
    ['members in another order', { c: 3, a: 1 }],
    ['an extra member', { a: 1, c: 3, d: 4 }],
    ['a missing member', { a: 1, b: 2 }],
    ['an undefined member', { a: 1, b: undefined, c: 3 }],
    ['a symbol', { a: 1, c: 3, [Symbol('s')]: 1 }],
    ['inherited members', Object.create({ a: 1, c: 3 })],
    ['an instance', Object.assign(new (class Point {})(), { a: 1, c: 3 })],
    ['no prototype', Object.assign(Object.create(null), { a: 1, c: 3 })],
    ['an own __proto__', Object.defineProperty({ a: 1, c: 3 }, '__proto__', { value: 1, enumerable: true })],
    ['a list', [1, 3]],
  ])('is not made of %s', (_, input) => {
    expect(copyFlat(check, input)).toBeUndefined();
  });

  test('reads a getter once, and keeps the checked value', () => {
    let reads = 0;
    const input = Object.defineProperty({ a: 1 }, 'c', { enumerable: true, get: () => (++reads === 1 ? 3 : 'other') });
    expect(copyFlat(check, input)).toEqual({ a: 1, c: 3 });
    expect(reads).toBe(1);
  });

  test('calls a function once for each object, and never for an absent member', () => {
    const asked = vi.fn(() => true);
    const functions = checkOf(z.object({ a: z.custom(asked).optional(), b: z.custom(asked) }))!;
    expect(copyFlat(functions, { b: 2 })).toEqual({ b: 2 });
    expect(copyFlat(functions, { a: 1 })).toBeUndefined();
    expect(asked.mock.calls).toEqual([[2], [1]]);
  });

  test('is left to the schema when a function answers anything but true', () => {
    for (const answer of [false, 1, 'yes', Promise.resolve(true), undefined]) {
      const functions = checkOf(z.object({ a: z.custom((() => answer) as () => boolean) }))!;
      expect(copyFlat(functions, { a: 1 })).toBeUndefined();
    }
  });
});

describe('a text', () => {
  const shape = { plain: z.string().optional(), 'with "quotes"': z.string().optional(), n: z.number().nullable() };
  const check = checkOf(z.object({ ...shape, übung: z.boolean().optional() }))!;

  test.each<object>([
    { n: 1 },
    { n: null },
    { plain: '', n: -1.5e300 },
    { plain: 'x', 'with "quotes"': 'a"b\\c\n\u0000\u007f\u2028', n: 0 },
    { plain: '😀 ü', n: 2 ** 53, übung: false },
    { plain: 'long '.repeat(100), n: 1e21, übung: true },
    {},
  ])('is the one that JSON.stringify gives', (data) => {
    expect(flatText(check, '', data as never)).toBe(JSON.stringify(data));
  });

  test('of every character below 65536 is right', () => {
    for (let code = 0; code < 0x10000; code++) {
      const data = { plain: String.fromCharCode(code), n: 1 };
      if (data.plain.isWellFormed() && flatText(check, '', data) !== JSON.stringify(data)) expect.fail(`code ${code}`);
    }
  });

  test('stands behind another', () => {
    expect(flatText(check, '["A",1,', { n: 1 })).toBe('["A",1,{"n":1}');
  });

  test('is not made of other members, or nested ones', () => {
    expect(flatText(check, '', { other: 1 })).toBeUndefined();
    expect(flatText(check, '', { plain: ['x'], n: 1 })).toBeUndefined();
  });
});
