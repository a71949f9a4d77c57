/**
 * Bytes that are not an encoded state give LOG_CORRUPT: no crash, no endless loop, no allocation for a size that is
 * false.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefoldError } from '../../src/core/errors.ts';
import { decodeState, encodeState } from '../../src/fold/encoding/state-codec.ts';
import { sample } from '../sample.ts';
import { COMPARATORS, INITIAL, legalState } from './legal-states.ts';

type Outcome = 'decoded' | 'refused';

/** Decodes the bytes. Fails the test unless it gives a state or one of the documented errors. */
function attempt(bytes: Uint8Array): Outcome {
  try {
    expect(typeof decodeState([bytes], INITIAL as object, COMPARATORS)).toBe('object');
    return 'decoded';
  } catch (error) {
    if (isRefoldError(error) && ['LOG_CORRUPT', 'FORMAT_TOO_NEW', 'MODEL_MISMATCH'].includes(error.code))
      return 'refused';
    throw error;
  }
}

const encoded = legalState.map((state) => Buffer.concat([...encodeState(state)]));

describe('an encoded state', () => {
  test('with changed bytes is decoded or refused', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(encoded, changes, (bytes, edits) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of edits) damaged[at % damaged.length] = value;
        attempt(damaged);
      }),
      { numRuns: sample(600) },
    );
  });

  test('that is truncated or has extra bytes is refused', () => {
    fc.assert(
      fc.property(encoded, fc.nat(), fc.uint8Array({ minLength: 1 }), (bytes, at, more) => {
        expect(attempt(bytes.subarray(0, at % bytes.length))).toBe('refused');
        expect(attempt(Buffer.concat([bytes, more]))).toBe('refused');
        expect(attempt(bytes)).toBe('decoded');
      }),
      { numRuns: sample(100) },
    );
  });
});

test('that is arbitrary bytes is decoded or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, headed) => {
      // One object with one key, whose value is arbitrary.
      attempt(headed ? Uint8Array.of(1, 0x0e, 1, 0x21, 0x61, ...bytes) : bytes);
    }),
    { numRuns: sample(2_000) },
  );
});

/** The bytes of a state with a property `a`. */
const property = (...value: number[]): Uint8Array => Uint8Array.of(1, 0x0e, 1, 0x21, 0x61, ...value);
const HUGE = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];

test("the tests' own frame is right", () => {
  expect(decodeState([property(0x85)], {})).toEqual({ a: 5 });
});

test.each<[string, Uint8Array]>([
  ['nothing', Uint8Array.of()],
  ['an older format', Uint8Array.of(0)],
  ['a root that is not an object', Uint8Array.of(1, 0x85)],
  ['a string of 2^53 units', property(0x09, ...HUGE)],
  ['a two-byte string of 2^53 units', property(0x0a, ...HUGE)],
  ['an array of 2^53 items', property(0x0b, ...HUGE)],
  ['a Map of 2^53 entries', property(0x10, ...HUGE)],
  ['a Set of 2^53 members', property(0x11, ...HUGE)],
  ['an object of 2^53 keys', property(0x0e, ...HUGE)],
  ['a shape of 2^53 keys', property(0x0c, ...HUGE)],
  ['a buffer of 2^53 bytes', property(0x14, ...HUGE)],
  ['a bigint of 2^53 bytes', property(0x07, ...HUGE)],
  ['a bigint of no bytes', property(0x07, 0)],
  ['an integer beyond 2^53', property(0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
  ['an unknown shape', property(0x40)],
  ['a shape with a duplicate key', property(0x0c, 2, 0x21, 0x62, 0x21, 0x62, 0x80, 0x80)],
  ['an object with a duplicate key', property(0x0e, 2, 0x21, 0x62, 0x80, 0x21, 0x62, 0x80)],
  ['a key that is not a string', property(0x0e, 1, 0x80, 0x80)],
  ['a Map with a duplicate key', property(0x10, 2, 0x80, 0x80, 0x80, 0x80)],
  ['a Set with a duplicate member', property(0x11, 2, 0x80, 0x80)],
  ['a typed array of an unknown type', property(0x16, 99, 0)],
  ['a typed array of an invalid length', property(0x16, 8, 7, 1, 2, 3, 4, 5, 6, 7)],
  ['an unknown tag', property(0x1f)],
  ['the tag for no prototype before a value that is not an object', property(0x0f, 0x80)],
  ['an OrderedMap below the top level', property(0x0b, 1, 0x12, 0)],
  ['arrays nested 2,000 levels deep', property(...new Array(2_000).fill([0x0b, 1]).flat(), 0x80)],
])('%s is refused', (_name, bytes) => {
  expect(attempt(bytes)).toBe('refused');
});

test('a newer format is FORMAT_TOO_NEW, not LOG_CORRUPT', () => {
  expect(() => decodeState([Uint8Array.of(2)], {})).toThrow(expect.objectContaining({ code: 'FORMAT_TOO_NEW' }));
});

test('an error of the chunk source is not reported as damage, and the source is closed at the end', () => {
  let closed = 0;
  const failing = function* (): Generator<Uint8Array> {
    try {
      yield property(0x0b, 1);
      throw new RangeError('the disk was removed');
    } finally {
      closed++;
    }
  };
  expect(() => decodeState(failing(), {})).toThrow(RangeError);
  const long = function* (): Generator<Uint8Array> {
    try {
      yield property(0x1f);
      yield Uint8Array.of(1);
    } finally {
      closed++;
    }
  };
  expect(() => decodeState(long(), {})).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }));
  expect(closed).toBe(2);
});
