/** What an event changes, as the atomic fold notes it, and states that are kept. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascending, OrderedMap } from '../../../src/fold/collections/ordered-map.ts';
import { hashState } from '../../../src/fold/encoding/state-codec.ts';
import { openDirectState, openNotingState, type StateChange } from '../../../src/fold/live-state.ts';
import { plain } from '../../../src/fold/own-copy.ts';
import { formatPath, valueAt } from '../../../src/fold/path.ts';
import { RUNS_ALL } from '../../sample.ts';
import { initialState, OPERATIONS, recordScript, reducers, scripts } from '../fold-scripts.ts';
import { applyChanges } from './applying-changes.ts';

/** A few in npm test, because each run hashes whole states many times. */
const RUNS = RUNS_ALL ? 150 : 12;

const NAMES = Object.keys(OPERATIONS);
const TABLE_NAMES = NAMES.filter((name) => /^(table|shop|deleteAndSet|move|delete|set|level)/i.test(name));

/** Folds scripts event by event, and checks the changes of each event against the states before and after. */
function checkChanges(
  commits: Parameters<typeof recordScript>[0][],
  forget = (changes: readonly StateChange[]) => changes,
): void {
  const noting = openNotingState(initialState());
  const direct = openDirectState(initialState());
  const told: [readonly StateChange[], string][] = [];
  let sequence = 1;
  for (const commit of commits) {
    const events = recordScript({ ...commit, fails: false } as never, sequence);
    for (const event of events) {
      const before = plain(noting.value);
      const changes = forget(noting.foldNoting(reducers, structuredClone(event)));
      direct.fold(reducers, [structuredClone(event)]);
      expect(hashState(noting.value)).toBe(hashState(direct.value));
      const was = plain(before);
      for (const change of changes) {
        const isFirst = changes.find(({ parts }) => formatPath(parts) === formatPath(change.parts)) === change;
        if (isFirst) expect(change.before).toStrictEqual(valueAt(was, change.parts));
      }
      applyChanges(before, changes);
      expect(hashState(before)).toBe(hashState(noting.value));
      told.push([changes, hashState({ changes: plain(changes) })]);
    }
    sequence += events.length;
  }
  // Nothing that was told changes later.
  for (const [changes, hash] of told) expect(hashState({ changes: plain(changes) })).toBe(hash);
}

describe('the changes of an event', () => {
  test.each([
    ['every operation', NAMES],
    ['operations on tables', TABLE_NAMES],
  ])('lead from the state before to the state after, with %s', { timeout: 600_000 }, (_name, names) => {
    fc.assert(
      fc.property(scripts(names), (commits) => checkChanges(commits)),
      { numRuns: RUNS },
    );
  });

  test('are found wrong when they forget what was deleted', () => {
    const forgetting = (changes: readonly StateChange[]): readonly StateChange[] =>
      changes.filter((change) => Object.hasOwn(change, 'after'));
    expect(() =>
      fc.assert(
        fc.property(scripts(TABLE_NAMES), (commits) => checkChanges(commits, forgetting)),
        { numRuns: 300, endOnFailure: true },
      ),
    ).toThrow();
  });

  const changesOf = (
    state: object,
    reduce: (state: any) => unknown,
  ): [path: string, before: unknown, after: unknown][] => {
    const event = { sequence: 1, recordedAt: 1, type: 'Changed', version: 1, data: {} };
    const changes = openNotingState(state).foldNoting({ Changed: (draft: any) => void reduce(draft) }, event);
    return changes.map((change) => [
      formatPath(change.parts),
      Object.hasOwn(change, 'before') ? change.before : 'nothing',
      Object.hasOwn(change, 'after') ? change.after : 'nothing',
    ]);
  };
  const shop = () => ({
    name: 'a',
    lines: new Map([['x', 1]]),
    ranks: new OrderedMap(ascending, [
      [5, 'five'],
      [7, 'seven'],
    ]),
    count: 0,
  });

  test.each<[string, object, (state: any) => unknown, unknown[]]>([
    ['nothing', { a: 1, t: new Map([[1, { q: 1 }]]) }, (s) => s.t.set(1, { q: 1 }), []],
    ['a property', { a: 1 }, (s) => void (s.a = 2), [['a', 1, 2]]],
    ['a new property', { a: 1 }, (s) => void (s.b = 2), [['b', 'nothing', 2]]],
    ['a property that was deleted', { a: 1, b: 2 }, (s) => delete s.b, [['b', 2, 'nothing']]],
    ['undefined, which is not nothing', { a: 1 }, (s) => void (s.a = undefined), [['a', 1, undefined]]],
    ['an entry as a whole', { t: new Map([[1, { q: 1 }]]) }, (s) => s.t.get(1).q++, [['t[1]', { q: 1 }, { q: 2 }]]],
    ['a new entry', { t: new Map() }, (s) => s.t.set(1, 'x'), [['t[1]', 'nothing', 'x']]],
    ['an entry that was deleted', { t: new Map([[1, 'x']]) }, (s) => s.t.delete(1), [['t[1]', 'x', 'nothing']]],
    [
      'an entry that moves to the end',
      {
        t: new Map([
          [1, 'x'],
          [2, 'y'],
        ]),
      },
      (s) => s.t.delete(1) && s.t.set(1, 'x'),
      [
        ['t[1]', 'x', 'nothing'],
        ['t[1]', 'nothing', 'x'],
      ],
    ],
    [
      'every entry of a table that is cleared',
      {
        t: new Map([
          [1, 'x'],
          [2, 'y'],
        ]),
      },
      (s) => s.t.clear(),
      [
        ['t[1]', 'x', 'nothing'],
        ['t[2]', 'y', 'nothing'],
      ],
    ],
    [
      'an entry of an OrderedMap',
      { t: new OrderedMap(ascending, [[1, 'x']]) },
      (s) => s.t.set(2, 'y'),
      [['t[2]', 'nothing', 'y']],
    ],
    ['a Set, as a whole', { s: new Set([1]) }, (s) => s.s.add(2), [['s', new Set([1]), new Set([1, 2])]]],
    [
      'an entry of a nested Map',
      { t: new Map([[1, shop()]]) },
      (s) => s.t.get(1).lines.set('y', 2),
      [['t[1].lines.y', 'nothing', 2]],
    ],
    [
      'an entry of a nested OrderedMap',
      { t: new Map([[1, shop()]]) },
      (s) => s.t.get(1).ranks.delete(5),
      [['t[1].ranks[5]', 'five', 'nothing']],
    ],
    [
      'a property beside nested tables, and entries of them',
      { t: new Map([[1, shop()]]) },
      (s) => {
        const one = s.t.get(1);
        one.count = 1;
        one.ranks.set(7, 'VII');
        one.lines.delete('x');
      },
      [
        ['t[1].ranks[7]', 'seven', 'VII'],
        ['t[1].count', 0, 1],
        ['t[1].lines.x', 1, 'nothing'],
      ],
    ],
  ])('are %s', (_name, state, reduce, expected) => {
    expect(changesOf(state, reduce)).toEqual(expected);
  });
});

describe('a state that is kept', () => {
  test('is restored as it was, with every order, and changes nothing else', () => {
    fc.assert(
      fc.property(scripts(NAMES), fc.nat(5), (commits, when) => {
        const noting = openNotingState(initialState());
        const events = commits.flatMap((commit, index) =>
          recordScript({ ...commit, fails: false } as never, 1 + index * 100),
        );
        const at = Math.min(when, events.length);
        for (const event of events.slice(0, at)) noting.foldNoting(reducers, structuredClone(event));
        const here = hashState(noting.value);
        const kept = noting.keep();
        const fork = kept.restore();
        const idle = fork.keep().restore();
        expect(hashState(fork.value)).toBe(here);
        for (const event of events.slice(at)) noting.foldNoting(reducers, structuredClone(event));
        expect(hashState(fork.value)).toBe(here);
        for (const event of events.slice(at)) fork.foldNoting(reducers, structuredClone(event));
        expect(hashState(fork.value)).toBe(hashState(noting.value));
        expect(hashState(idle.value)).toBe(here);
        expect(hashState(kept.restore().value)).toBe(here);
        // A state that is used again becomes what was kept, whatever it was.
        const later = noting.keep();
        const again = kept.restore(fork);
        expect(hashState(again.value)).toBe(here);
        expect(hashState(later.restore(again).value)).toBe(hashState(noting.value));
      }),
      { numRuns: RUNS },
    );
  });

  test('refuses changes from outside', () => {
    const state = openNotingState(initialState()).keep().restore();
    expect(() => state.value.rows.clear()).toThrow('Cannot change the state');
    expect(() => (state.value.levels as Map<number, unknown>).clear()).toThrow('Cannot change the state');
    expect(() => void (state.value.counter = 7)).toThrow();
  });
});

describe('a Map that is used again', () => {
  const keysOf = (map: ReadonlyMap<number, number>) => [...map];

  test('has the entries and the order of the one that was kept, however they differ', () => {
    const table = fc.array(fc.tuple(fc.nat(30), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(table, table, (before, changes) => {
        const noting = openNotingState({ table: new Map<number, number>(before) });
        const kept = noting.keep();
        const was = keysOf(noting.value.table);
        const event = { sequence: 1, recordedAt: 1, type: 'Changed', version: 1, data: {} };
        noting.foldNoting(
          {
            Changed(draft: { table: Map<number, number> }) {
              for (const [key, value] of changes) {
                if (value === 0) draft.table.delete(key);
                else draft.table.set(key, value);
              }
            },
          },
          event,
        );
        const now = noting.keep();
        const is = keysOf(noting.value.table);
        const back = kept.restore(noting);
        expect(keysOf(back.value.table)).toEqual(was);
        expect(() => back.value.table.clear()).toThrow('Cannot change the state');
        expect(keysOf(now.restore(back).value.table)).toEqual(is);
      }),
      { numRuns: 300 },
    );
  });
});
