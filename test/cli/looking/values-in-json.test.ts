/** Values of states in the answers of `diff`, `why` and `rehearse`: what is there comes through, and what is not there is absent. */
import fc from 'fast-check';
import { diffStates } from 'refold';
import { expect, test } from 'vitest';
import { safeJson } from '../../../src/cli/output/text.ts';
import { placeAt } from '../../../src/fold/path.ts';
import { fromTaggedJson } from '../../../src/fold/state-json.ts';
import { withTags } from '../../../src/guests/state-changes.ts';
import { sample } from '../../sample.ts';

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, undefined, 0, -0, Number.NaN, 1, '', '$map', '\u202e', 10n, new Date(0)),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom('a', 1, 2n), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', '$c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
}));

const state = fc.dictionary(fc.constantFrom('x', 'y', 'z'), value, { noNullPrototype: true });

test('a difference has the side that is there, with its value, and not the other one', () => {
  fc.assert(
    fc.property(state, state, (one, other) => {
      for (const { parts, ...difference } of diffStates(one, other)) {
        if (difference.path.endsWith('(order)')) continue;
        const read = JSON.parse(safeJson(withTags(difference, 'before', 'after')));
        for (const [side, whole] of [['before', one] as const, ['after', other] as const]) {
          const there = placeAt(whole, parts);
          expect(side in read).toBe(there !== undefined);
          if (there !== undefined) expect(fromTaggedJson({ value: read[side] }, {}, {})).toStrictEqual(there);
        }
      }
    }),
    { numRuns: sample(3_000) },
  );
});
