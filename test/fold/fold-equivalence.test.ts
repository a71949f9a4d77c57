/**
 * The atomic fold, immer's `produce` over plain Maps, and the direct fold give the same values and orders for all
 * reducers.
 */
import fc from 'fast-check';
import { enableMapSet, Immer } from 'immer';
import { describe, expect, test } from 'vitest';
import { isRefoldError } from '../../src/core/errors.ts';
import { Deque } from '../../src/fold/collections/deque.ts';
import { OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { diffStates } from '../../src/fold/diff.ts';
import { decodeState, encodeState, hashState } from '../../src/fold/encoding/state-codec.ts';
import { foldDirect, type LiveState, openAtomicState } from '../../src/fold/live-state.ts';
import { plain } from '../../src/fold/own-copy.ts';
import { sample } from '../sample.ts';
import {
  ALIASING,
  initialState,
  OPERATIONS,
  recordScript,
  reducers,
  type ScriptedCommit,
  type State,
  scripts,
} from './fold-scripts.ts';

enableMapSet();
const { produce } = new Immer();

/** The oracle: immer over the whole state. It has arrays for Deques, and Maps for OrderedMaps. */
class ProducedState {
  value: State = produce(initialState(true), () => {});
  fold(commit: ScriptedCommit): void {
    this.value = produce(this.value, (draft: State) => {
      for (const { type, data } of recordScript(commit))
        reducers[type as 'Scripted'](draft, structuredClone(data) as never);
    });
  }
}

/** A form in which states of both kinds can be compared: Deques as arrays, OrderedMaps as Maps in the order of their keys. */
const comparable = (state: State): object => inPlainKinds(state, '') as object;

function inPlainKinds(value: unknown, name: unknown): unknown {
  if (value instanceof Deque || Array.isArray(value))
    return Array.from(value as unknown[], (item) => inPlainKinds(item, ''));
  if (value instanceof Map || value instanceof OrderedMap) {
    const entries = [...value].map(([key, item]): [unknown, unknown] => [key, inPlainKinds(item, '')]);
    return new Map(name === 'levels' || name === 'ranks' ? entries.sort(([a], [b]) => Number(a) - Number(b)) : entries);
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inPlainKinds(item, key)]));
}

/** Equal states have equal hashes. The differences are for the message. */
const expectSame = (actual: State, expected: State): void => {
  const [ours, theirs] = [comparable(actual), comparable(expected)];
  if (hashState(ours) === hashState(theirs)) return;
  expect(diffStates(ours, theirs, 5)).toEqual([]);
  throw new Error('the hashes differ, and no difference is found');
};

/** The paths of values that are not frozen. */
function unfrozen(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return [];
  const entries =
    value instanceof Map || value instanceof Set || value instanceof OrderedMap || value instanceof Deque
      ? [...value.entries()]
      : Object.entries(value);
  return [
    ...(Object.isFrozen(value) ? [] : [path]),
    ...entries.flatMap(([key, member]) => [
      ...unfrozen(key, `${path}/key`),
      ...unfrozen(member, `${path}/${String(key)}`),
    ]),
  ];
}

/** What a value holds, with each Map as nothing but itself. */
function withoutMaps(value: unknown): unknown {
  if (value instanceof Map) return { itself: numberOf(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set || value instanceof Deque || Array.isArray(value)) return Array.from(value, withoutMaps);
  if (value instanceof OrderedMap) return Array.from(value, ([key, member]) => [key, withoutMaps(member)]);
  if (Object.getPrototypeOf(value) !== Object.prototype) return plain(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutMaps(member)]));
}

function numberOf(map: object): number {
  if (!MAPS.has(map)) MAPS.set(map, MAPS.size);
  return MAPS.get(map)!;
}

const MAPS = new Map<object, number>();

/** True when the commit was folded; false when it was refused as expected. */
function folds(live: LiveState<State>, commit: ScriptedCommit): boolean {
  try {
    live.fold(reducers, recordScript(commit));
    return true;
  } catch (error) {
    if (isRefoldError(error, 'REDUCER_FAILED')) return false;
    throw error;
  }
}

const SAFE = Object.keys(OPERATIONS);
const ALL = [...SAFE, ...Object.keys(ALIASING)];

describe('for any script of operations', () => {
  test('the atomic fold equals produce', () => {
    fc.assert(
      fc.property(scripts(SAFE), (script) => {
        const live = openAtomicState(initialState());
        const oracle = new ProducedState();
        for (const commit of script.filter(({ fails }) => !fails)) {
          live.fold(reducers, recordScript(commit));
          oracle.fold(commit);
          expectSame(live.value, oracle.value);
          expect(unfrozen(live.value)).toEqual([]);
        }
      }),
      { numRuns: sample(150) },
    );
  });

  test('the direct fold gives the same state for every commit that the atomic fold accepts', () => {
    const came = { through: 0, refused: 0 };
    fc.assert(
      fc.property(scripts(ALL), (script) => {
        const live = openAtomicState(initialState());
        const direct = initialState();
        for (const commit of script) {
          const hash = hashState(live.value);
          if (!folds(live, commit)) {
            came.refused++;
            expect(hashState(live.value)).toBe(hash);
            continue;
          }
          came.through++;
          foldDirect(reducers, direct, recordScript(commit));
          expectSame(live.value, direct);
        }
      }),
      { numRuns: sample(400) },
    );
    expect(Math.min(came.through, came.refused)).toBeGreaterThan(sample(400));
  });

  test('the atomic fold equals the direct fold', () => {
    fc.assert(
      fc.property(scripts(SAFE), (script) => {
        const live = openAtomicState(initialState());
        const direct = initialState();
        for (const commit of script.filter(({ fails }) => !fails)) {
          live.fold(reducers, recordScript(commit));
          foldDirect(reducers, direct, structuredClone(recordScript(commit)));
          expectSame(live.value, direct);
        }
        expect(live.value).toEqual(direct);
      }),
      { numRuns: sample(150) },
    );
  });

  test('a commit that fails changes nothing', () => {
    fc.assert(
      fc.property(scripts(ALL), (script) => {
        const live = openAtomicState(initialState());
        for (const commit of script) {
          const [hash, root] = [hashState(live.value), live.value];
          const before = decodeState(encodeState(live.value), live.value);
          if (folds(live, commit)) {
            expect(commit.fails).toBe(false);
          } else {
            expect(live.value).toBe(root);
            expect(hashState(live.value)).toBe(hash);
            expect(diffStates(before, live.value)).toEqual([]);
          }
        }
      }),
      { numRuns: sample(100) },
    );
  });

  test('a value that a reader has read never changes, but for the Maps in it', () => {
    fc.assert(
      fc.property(scripts(ALL), (script) => {
        const live = openAtomicState(initialState());
        const taken: [value: unknown, copy: unknown][] = [];
        for (const commit of script.filter(({ fails }) => !fails)) {
          const { rows, archive, levels, rooms, shops, line, nested, big, deep, wide, seen } = live.value;
          const tables = [rows, archive, levels, rooms, shops].flatMap((table) => [...table.values()] as unknown[]);
          for (const value of [...tables, line, nested, big, deep, wide, seen]) taken.push([value, withoutMaps(value)]);
          folds(live, commit);
        }
        for (const [value, before] of taken) expect(withoutMaps(value)).toEqual(before);
      }),
      { numRuns: sample(50) },
    );
  });

  test('a captured state is encoded unchanged while folding continues', () => {
    fc.assert(
      fc.property(scripts(ALL), fc.nat(24), (script, cut) => {
        const live = openAtomicState(initialState());
        const commits = script.filter(({ fails }) => !fails);
        for (const commit of commits.slice(0, cut)) folds(live, commit);
        const expected = Buffer.concat([...encodeState(live.value)]);
        const capture = live.capture()!;
        const encoding = encodeState(capture.state, 32);
        const chunks: Uint8Array[] = [];
        for (const commit of commits.slice(cut)) {
          folds(live, commit);
          const step = encoding.next();
          if (step.done !== true) chunks.push(step.value);
        }
        chunks.push(...encoding);
        capture.release();
        expect(Buffer.concat(chunks).equals(expected)).toBe(true);
      }),
      { numRuns: sample(200) },
    );
  });

  test('encoding and decoding between commits changes nothing', () => {
    fc.assert(
      fc.property(scripts(SAFE), fc.nat(24), (script, cut) => {
        const whole = initialState();
        let parts = initialState();
        script
          .filter(({ fails }) => !fails)
          .forEach((commit, index) => {
            if (index === cut) parts = decodeState(encodeState(parts), initialState());
            foldDirect(reducers, whole, structuredClone(recordScript(commit)));
            foldDirect(reducers, parts, structuredClone(recordScript(commit)));
          });
        expectSame(parts, whole);
      }),
      { numRuns: sample(100) },
    );
  });
});
