/** Arbitrary legal states, with every kind of value that a state may hold. */
import fc from 'fast-check';
import { defineModel } from '../../src/core/model.ts';
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, descending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\ud800',
    'a\udfff',
    'é'.repeat(40),
    'x'.repeat(31),
    'x'.repeat(32),
    '7',
    '\u0100',
  ),
);

const primitive = fc.oneof(
  fc.integer(),
  fc.nat(200),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 127, 128, -1, 2 ** 53, Number.MIN_VALUE),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  text,
);

const leaf = fc.oneof(
  { weight: 8, arbitrary: primitive },
  { weight: 1, arbitrary: fc.date() },
  { weight: 1, arbitrary: fc.constant(new Date(Number.NaN)).map((date) => new Date(date)) },
  { weight: 1, arbitrary: fc.oneof(fc.int8Array(), fc.uint8Array(), fc.uint8ClampedArray(), fc.uint16Array()) },
  { weight: 1, arbitrary: fc.oneof(fc.int16Array(), fc.int32Array(), fc.uint32Array()) },
  { weight: 1, arbitrary: fc.oneof(fc.float32Array(), fc.float64Array(), fc.bigInt64Array(), fc.bigUint64Array()) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => bytes.slice().buffer) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer)) },
);

/** An object whose keys include `__proto__`, which is defined, not assigned. */
const objectOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .tuple(fc.uniqueArray(fc.tuple(text, value), { selector: ([key]) => key, maxLength: 6 }), fc.boolean())
    .map(([members, bare]) => {
      const object = bare ? Object.create(null) : {};
      for (const [key, member] of members) {
        Object.defineProperty(object, key, { value: member, writable: true, enumerable: true, configurable: true });
      }
      return object;
    });

const flatOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.record({ id: fc.nat(), side: fc.constantFrom('buy', 'sell'), of: value }, { requiredKeys: ['id'] });

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    objectOf(tie('value')),
    flatOf(tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 5 }).map((members) => new Set(members)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => new Deque(items)),
    fc
      .tuple(fc.array(fc.tuple(fc.integer(), tie('value')), { maxLength: 5 }), fc.boolean())
      .map(([entries, isUp]) => new OrderedMap<number, unknown>(isUp ? ascending : descending, entries)),
    fc
      .array(fc.tuple(fc.record({ score: fc.nat(9), member: text }), tie('value')), { maxLength: 5 })
      .map((entries) => new OrderedMap<Scored, unknown>(byScore, entries)),
  ),
}));

interface Scored {
  readonly score: number;
  readonly member: string;
}

const byScore = (a: Scored, b: Scored): number => a.score - b.score || ascending(a.member, b.member);

/** The comparators that legal states may have below their top level. Any model of this process may know their names. */
export const COMPARATORS = { byScore };

/** Named, so that a state can be hashed without its model. */
defineModel({ name: 'legal', events: {}, initialState: () => ({}), reducers: {}, comparators: COMPARATORS });

export const INITIAL = { ordered: new OrderedMap<number, unknown>(ascending) };

/** Arbitrary states. The only OrderedMap at their top level is `ordered`, as in `INITIAL`. */
export const legalState: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(objectOf(value), fc.option(fc.array(fc.tuple(fc.integer(), value), { maxLength: 50 }), { nil: undefined }))
  .map(([root, entries]) => {
    const state = root as Record<string, unknown>;
    // At the top level an OrderedMap takes its order from the initial state.
    for (const key of Object.keys(state)) if (state[key] instanceof OrderedMap) state[key] = [state[key]];
    if (entries !== undefined) state.ordered = new OrderedMap(ascending<number>, entries);
    return state;
  });
