import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RefoldError } from '../../src/core/errors.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import { fromTaggedJson, toTaggedJson } from '../../src/fold/state-json.ts';
import { COMPARATORS, INITIAL, legalState } from './legal-states.ts';

describe('a state as JSON', () => {
  test('comes back from its text with every value and every order', () => {
    fc.assert(
      fc.property(legalState, (state) => {
        const text = JSON.stringify(toTaggedJson(state, COMPARATORS));
        expect(hashState(fromTaggedJson(JSON.parse(text), COMPARATORS, INITIAL) as object)).toBe(hashState(state));
      }),
    );
  });

  test.each<[string, unknown, string]>([
    ['an unknown tag', { a: { $queue: [] } }, 'no tag $queue'],
    ['a Map without pairs', { a: { $map: [1] } }, 'pairs'],
    ['a Map that is not an array', { a: { $map: 1 } }, 'an array'],
    ['an unknown comparator', { a: { $orderedMap: [], $comparator: 'byNoise' } }, 'byNoise'],
    ['an OrderedMap without comparator', { a: { $orderedMap: [] } }, 'the comparator for it'],
    [
      'a key that cannot be ordered',
      { a: { $orderedMap: [[{ $number: 'NaN' }, 1]], $comparator: 'ascending' } },
      'NaN',
    ],
    ['an unknown typed array', { a: { $typedArray: ['Int4Array', []] } }, 'Int4Array'],
    ['a number as bigint', { a: { $bigint: 5 } }, 'a text'],
    ['no whole number as bigint', { a: { $bigint: '5.5' } }, '5.5'],
  ])('with %s is refused', (_name, json, words) => {
    let error: unknown;
    try {
      fromTaggedJson(json, COMPARATORS, INITIAL);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RefoldError);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(words) });
  });
});
