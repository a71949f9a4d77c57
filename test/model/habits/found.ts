/** Minimal programs that once broke a log. Each test run runs them again. */
import type { Program, Statement, Step } from './program.ts';

const USUAL: Program = {
  seed: 0,
  benign: false,
  purity: 'pure',
  fold: 'atomic',
  strict: false,
  initial: 'fresh',
  comparator: 'ascending',
  reducers: { A: [], B: [], C: [], D: [['set', ['n'], ['good', 'number']]] },
  schema: 'plain',
  decide: 'event',
  clock: 'still',
  listener: 'none',
  slowOutcomes: false,
  upcast: 'none',
  steps: [],
};

const append = (type: 'A' | 'B' | 'D', n: number, odd?: string): Step => ({
  do: 'append',
  events: [{ type, n, ...(odd === undefined ? {} : { odd }) }],
});
const execute = (n: number): Step => ({ do: 'execute', event: { type: 'D', n } });

/** A program with two reducers. By default it appends each event twice. */
function found(A: readonly Statement[], B: readonly Statement[] = [], others: Partial<Program> = {}): Program {
  const steps = [append('A', 1), append('B', 2), { do: 'at' } as const, append('A', 3), append('B', 4)];
  return { ...USUAL, steps, ...others, reducers: { ...USUAL.reducers, A, B } };
}

const around = (others: Partial<Program>): Program =>
  found([], [], { steps: [append('D', 1), append('D', 2)], ...others });
const snapshot: Step = { do: 'snapshot' };

export const FOUND: readonly (readonly [name: string, program: Program])[] = [
  ['an append in a reducer', found([['call', 'append']])],
  [
    'an append with an id in a reducer, under the direct fold',
    found([['call', 'append-once']], [], { fold: 'direct' }),
  ],
  [
    'a snapshot in a reducer',
    found(
      [
        ['call', 'snapshot'],
        ['set', ['n'], ['good', 'number']],
      ],
      [],
      { fold: 'direct' },
    ),
  ],
  ['a compaction in a reducer', found([['call', 'compact']])],
  [
    'an append in a refused event',
    found([
      ['call', 'append'],
      ['throw', 'error'],
    ]),
  ],
  ['an append in a getter of the input', around({ steps: [append('D', 1, 'getter-appends'), append('D', 2)] })],
  [
    'an append in a getter of the options',
    around({ steps: [{ ...append('D', 1), options: 'getter-appends' } as Step] }),
  ],
  ['no options', around({ steps: [{ ...append('D', 1), options: 'null' } as Step, append('D', 2)] })],
  ['a revoked proxy for an event', around({ steps: [append('D', 1, 'revoked'), append('D', 2)] })],
  ['an append in a schema', around({ schema: 'appends-in-refine', steps: [append('A', 1), append('A', 2)] })],
  ['a snapshot in a schema', around({ schema: 'snapshots-in-transform', steps: [append('A', 1), snapshot] })],
  [
    'an append in a comparator',
    found([['map-set', ['up'], ['good', 'number'], ['good', 'object']]], [], {
      comparator: 'appends',
      steps: [append('A', 4), append('A', 5)],
    }),
  ],
  ['an append in decide', around({ decide: 'appends', steps: [execute(1), execute(2)] })],
  [
    'a command in its own decide',
    around({ decide: 'executes-itself', steps: [{ do: 'execute', event: { type: 'D', n: 1 }, commandId: 'id-1' }] }),
  ],
  ['decisions with holes', around({ decide: 'holes', steps: [execute(1)] })],
  ['an append in the clock', around({ clock: 'appends' })],
  [
    'a clock that throws, with ids',
    around({
      clock: 'throws-at-times',
      steps: [append('D', 1), { ...append('D', 2), commandId: 'id-1' } as Step, append('D', 3)],
    }),
  ],
  ['a clock of nanoseconds', around({ clock: 'nanoseconds' })],
  ['a clock of nanoseconds at times', around({ clock: 'nanoseconds-at-times' })],
  ['a clock of bigints', around({ clock: 'bigint' })],
  ['a clock of promises that reject', around({ clock: 'a-promise-that-rejects' })],
  [
    'the sequence of an event changed',
    found([['change-event', 'sequence']], [], { steps: [append('A', 1), append('A', 2), snapshot] }),
  ],
  ['a listener that throws an object without a prototype', around({ listener: 'throws-bare' })],
  ['a listener that subscribes again', around({ listener: 'subscribes-again' })],
  ['a listener that rejects', around({ listener: 'rejects' })],
  [
    'calls that overtake one with an id',
    around({
      slowOutcomes: true,
      steps: [
        {
          do: 'together',
          ids: true,
          events: [
            { type: 'D', n: 1 },
            { type: 'D', n: 2 },
          ],
        },
      ],
    }),
  ],
  [
    'an object of null prototype in the place of an equal one',
    found([['map-set', ['up'], ['good', 'number'], ['good', 'bare']]], [], { steps: [append('A', 2)] }),
  ],
  [
    'bytes changed in place by a commit that is refused',
    found([
      ['set-byte', ['bytes']],
      ['throw', 'error'],
    ]),
  ],
  [
    'a date changed in place by a commit that is refused',
    found([
      ['set-time', ['when']],
      ['throw', 'null'],
    ]),
  ],
  ['a draft frozen by its reducer', found([['freeze', ['list']]], [['push', ['list'], ['good', 'object']]])],
  ['the same initial state each time', found([['copy-within', ['x', 'b']]], [], { initial: 'the-same-each-time' })],
  ['one initial state, frozen', around({ initial: 'the-same-and-frozen' })],
  [
    'an initial state spread from one',
    found([['map-set', ['t'], ['good', 'number'], ['good', 'array']]], [], { initial: 'spread-from-one' }),
  ],
  [
    'a part of the initial state in two places',
    found([['increment', ['x', 'a']]], [], { initial: 'with-a-shared-part' }),
  ],
  [
    'a table of the initial state in two places',
    found([['set', ['t', 1], ['good', 'object']]], [], { initial: 'with-a-shared-table' }),
  ],
  [
    'a table of the initial state below another',
    found([['set', ['t', 1], ['good', 'object']]], [], { initial: 'with-a-table-below' }),
  ],
  ['an initial state with frozen parts', found([['reverse', ['big']]], [], { initial: 'with-frozen-parts' })],
  ['an initial state with a frozen wrapper', around({ initial: 'with-a-frozen-wrapper' })],
  ['an initial state that throws', around({ initial: 'throws' })],
  ['no initial state', around({ initial: 'nothing' })],
  ['a comparator that says booleans', around({ comparator: 'boolean' })],
  [
    'an OrderedMap moved to another property',
    found([['move', ['down'], ['big']]], [], { steps: [append('A', 1), { do: 'reopen' }] }),
  ],
  [
    'two OrderedMaps swapped',
    found([['swap', ['up'], ['down']]], [['set', ['up', 3], ['good', 'number']]], {
      steps: [append('B', 1), append('A', 1), { do: 'reopen' }],
    }),
  ],
  [
    'an OrderedMap sorted in another order',
    found([['resort', ['down'], 'ascending']], [['map-set', ['down'], ['good', 'number'], ['good', 'number']]], {
      steps: [append('A', 1), append('B', 2), append('B', 3), { do: 'reopen' }],
      fold: 'direct',
    }),
  ],
  [
    'an array frozen by its draft and moved',
    found(
      [
        ['set-then-delete', ['list', 0], ['x', 'a', 'part']],
        ['map-set', ['x', 'map'], ['good', 'text'], ['frozen', ['read', ['list']]]],
      ],
      [['sort', ['list']]],
    ),
  ],
  ['one object in two places', found([['alias', ['good', 'object'], ['t', 1], ['u', 2]]], [['increment', ['t', 1]]])],
  ['an entry in two tables', found([['set', ['u', 2], ['read', ['u', 1]]]], [['increment', ['u', 1]]])],
  ['a frozen wrapper around a promise', found([['set', ['extra'], ['wrapped', ['odd', 'promise']]]])],
  ['a table keyed by a symbol', found([['map-set', ['t'], ['odd', 'symbol'], ['good', 'object']]])],
  ['a getter', found([['set', ['y', 'p'], ['odd', 'getter']]], [['increment', ['y', 'p']]])],
  ['the text of a table', found([['set', ['y', 'answer'], ['text', ['t']]]])],
  [
    'minus zero in a large value',
    found([['set', ['y', 'p'], ['good', 'zeros']]], [['fill', ['y', 'p'], ['good', 'minus-zero']]]),
  ],
  ['an upcaster that throws an object without a prototype', found([], [], { upcast: 'throws' })],
  ['an upcaster that gives a promise that rejects', found([], [], { upcast: 'gives-a-promise-that-rejects' })],
  ['an initial state that is an array, under the direct fold', around({ initial: 'an-array', fold: 'direct' })],
  ['an initial state with a function, under the direct fold', around({ initial: 'with-a-function', fold: 'direct' })],
  [
    'an OrderedMap below the top level at first, under the direct fold',
    around({ initial: 'with-a-nested-ordered-map', fold: 'direct' }),
  ],
  ['a revoked proxy', found([['set', ['x', 'map', 'k'], ['odd', 'revoked']]])],
  ['a proxy that lies', found([['set', ['y'], ['odd', 'lying-proxy']]])],
  ['another prototype for an array', found([['define', ['list'], 'prototype']], [['reverse', ['list']]])],
  ['a refused comparison of drafts, hidden', found([['try', [['set', ['t', 9], ['equal', ['t'], ['when']]]]]])],
  ['a key that cannot be ordered, hidden', found([['try', [['map-set', ['up'], ['good', 'text'], ['good', 'map']]]]])],
  [
    'meta changed, where the commit had to wait',
    found([['change-event', 'meta']], [], {
      slowOutcomes: true,
      steps: [{ ...append('A', 1), commandId: 'id-0' } as Step],
    }),
  ],
  [
    'a commit of two events whose second is refused, under strict and the direct fold',
    found([['set', ['set'], ['constant', 0]]], [], {
      steps: [
        {
          do: 'append',
          events: [
            { type: 'D', n: 8 },
            { type: 'A', n: 8 },
          ],
        },
      ],
      fold: 'direct',
      purity: 'told',
      strict: true,
    }),
  ],
  [
    'a reference kept in each event and changed in the next, under strict',
    found(
      [
        ['change-kept', 'k'],
        ['keep', 'k', ['read', ['x', 'a']]],
      ],
      [],
      { purity: 'told', strict: true },
    ),
  ],
];

/** Programs without `strict` whose reducers use more than their arguments. */
export const IMPURE: readonly (readonly [name: string, program: Program])[] = [
  ['a counter of the module', found([['set', ['n'], ['counter']]])],
  ['the clock', found([['set', ['y', 'p'], ['clock']]])],
  [
    'a reference kept from an earlier event, and changed',
    found([['keep', 'k', ['read', ['x', 'a']]]], [['change-kept', 'k']], { fold: 'direct' }),
  ],
  [
    'a new value kept from an earlier event, and put in again',
    found([['keep-once', 'k', ['data.part']]], [['set', ['y', 'p'], ['kept', 'k']]], {
      steps: [append('A', 1), snapshot, append('B', 2)],
    }),
  ],
  [
    'a constant of the module, changed through the state',
    found([['set', ['y', 'p'], ['constant', 0]]], [['increment', ['y', 'p']]], { fold: 'direct' }),
  ],
];
