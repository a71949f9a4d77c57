/** The engine's pure decisions, as tables. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { EventType, Upcaster } from '../../../src/core/catalog.ts';
import { requireNode } from '../../../src/engine/calls/open-log.ts';
import {
  beliefsFrom,
  type Fingerprint,
  fingerprintFor,
  fingerprintOf,
  judgeFingerprint,
  type ModelFingerprint,
} from '../../../src/engine/folding/fingerprint.ts';
import { planRecovery } from '../../../src/engine/folding/usable-snapshots.ts';
import {
  planKeyframeSpacing,
  planKeyframes,
  planSnapshot,
  planSource,
  type SnapshotFacts,
  type SourceName,
} from '../../../src/engine/snapshots/policy.ts';
import { STATE_FORMAT } from '../../../src/fold/encoding/state-codec.ts';
import type { SnapshotInfo } from '../../../src/log/log-store.ts';
import { sliceAfter } from '../../../src/threads/pace.ts';

describe('planSnapshot', () => {
  const quiet: SnapshotFacts = {
    tailEvents: 10,
    sinceMs: 1_000,
    openMs: 50,
    loadMs: 0,
    foldRate: 100,
    takeMs: 10,
    recoverWithin: 1_000,
    save: [],
    keyframes: true,
  };
  test.each<[string, Partial<SnapshotFacts>, string | undefined]>([
    ['a short tail', {}, undefined],
    ['a tail that nears the promise', { tailEvents: 45_000 }, 'recoverWithin'],
    ['the same tail, a little shorter', { tailEvents: 44_999, keyframes: false }, undefined],
    ['loading takes a part of the promise', { tailEvents: 30_000, loadMs: 150 }, 'recoverWithin'],
    ['so does opening the file', { tailEvents: 30_000, openMs: 200 }, 'recoverWithin'],
    [
      'loading alone overruns: only a long tail is worth a snapshot',
      { tailEvents: 90_000, loadMs: 2_000, takeMs: 301 },
      undefined,
    ],
    ['loading alone overruns, and the tail has grown', { tailEvents: 100_000, loadMs: 2_000 }, 'recoverWithin'],
    ['a keyframe, where folding is fast', { tailEvents: 60_000, foldRate: 1_000 }, 'keyframe'],
    ['none, where too few events were folded', { tailEvents: 24_999, foldRate: 500 }, undefined],
    ['none, where a snapshot takes long', { tailEvents: 60_000, foldRate: 1_000, takeMs: 21 }, undefined],
    ['none, where no history is kept', { tailEvents: 60_000, foldRate: 1_000, keyframes: false }, undefined],
    ['nothing new', { tailEvents: 0, recoverWithin: 0.001 }, undefined],
    ['a save rule: enough changes, enough time', { save: [{ seconds: 1, changes: 10 }] }, 'save'],
    ['a save rule: too early', { save: [{ seconds: 2, changes: 10 }] }, undefined],
    ['a save rule: too few', { save: [{ seconds: 1, changes: 11 }] }, undefined],
    [
      'any rule is enough',
      {
        save: [
          { seconds: 9, changes: 1 },
          { seconds: 1, changes: 5 },
        ],
      },
      'save',
    ],
  ])('%s', (_name, changes, expected) => {
    expect(planSnapshot({ ...quiet, ...changes })).toBe(expected);
  });
});

describe('planSource', () => {
  const KIB = 1_024;
  const sizes = [0, 128 * KIB, 128 * KIB + 1, 512 * KIB, 512 * KIB + 1];
  type Row = [hold: boolean, thread: boolean, fresh: boolean, atOnce: number, upTo: number, then: SourceName[]];
  /** Every combination: encoded at once while the last snapshot had at most so many bytes, otherwise from the sources after it. */
  const rows: Row[] = [
    [true, true, false, 64 * KIB, 128 * KIB, ['slices']],
    [true, false, false, 64 * KIB, 128 * KIB, ['slices']],
    [true, true, true, 256 * KIB, 512 * KIB, ['slices']],
    [true, false, true, 256 * KIB, 512 * KIB, ['slices']],
    [false, true, false, 256 * KIB, 512 * KIB, ['thread', 'log']],
    [false, true, true, 256 * KIB, 512 * KIB, ['thread', 'log']],
    [false, false, false, 256 * KIB, 512 * KIB, ['log']],
    [false, false, true, 256 * KIB, 512 * KIB, ['log']],
  ];

  test.each(rows.flatMap((row) => sizes.map((lastBytes) => [...row, lastBytes] as const)))(
    'held %s, thread %s, fresh %s: at once up to %i bytes (last ≤ %i), then %j; last %i',
    (...row) => {
      const [canHold, hasThread, isFresh, atOnceBytes, upTo, then, lastBytes] = row;
      const plan = planSource({ canHold, hasThread, isFresh, isLast: false, lastBytes });
      expect(plan).toEqual({ sources: lastBytes <= upTo ? ['at once', ...then] : then, atOnceBytes });
    },
  );

  test.each(rows.flatMap(([hold, thread, fresh]) => sizes.map((bytes) => [hold, thread, fresh, bytes] as const)))(
    'the last one is encoded at once: held %s, thread %s, fresh %s, last %i',
    (canHold, hasThread, isFresh, lastBytes) => {
      const plan = planSource({ canHold, hasThread, isFresh, isLast: true, lastBytes });
      expect(plan).toEqual({ sources: ['at once'], atOnceBytes: Number.POSITIVE_INFINITY });
    },
  );
});

describe('planKeyframeSpacing', () => {
  test.each<[string, number, number, number]>([
    ['about 40 ms of folding', 2_000, 0, 80_000],
    ['never very few events', 100, 0, 25_000],
    ['further apart where the state takes long to encode', 1_000, 40_000_000, 2_000_000],
  ])('%s', (_name, foldRate, stateBytes, events) => {
    expect(planKeyframeSpacing(foldRate, stateBytes)).toBe(events);
  });
});

describe('planKeyframes', () => {
  const of = (sequences: readonly number[], bytes = 1) => sequences.map((sequence) => ({ sequence, bytes }));

  test('keeps all that fit into the budget, and the newest two whatever their size', () => {
    expect(planKeyframes(of([500, 400, 300, 200, 100]), 3)).toEqual([]);
    expect(planKeyframes(of([500, 400, 300]), 0)).toEqual([300]);
    expect(planKeyframes(of([500, 400], 1e9), 0)).toEqual([]);
    expect(planKeyframes([], 0)).toEqual([]);
  });

  test('first deletes keyframes whose neighbours lie close together for how far back they are', () => {
    expect(planKeyframes(of([1_000, 900, 600, 590, 580, 200]), 3)).toEqual([590]);
  });

  test('after many snapshots, the gaps are wider the further back they are', () => {
    let kept: { sequence: number; bytes: number }[] = [];
    for (let sequence = 100; sequence <= 100_000; sequence += 100) {
      kept = [{ sequence, bytes: 1 }, ...kept];
      const drop = new Set(planKeyframes(kept, 12));
      kept = kept.filter((snapshot) => !drop.has(snapshot.sequence));
    }
    expect(kept.length).toBe(2 + 12);
    // Every moment has a keyframe before it, at a distance of at most its own age.
    const places = [...kept.map(({ sequence }) => sequence), 0];
    for (let index = 2; index < places.length; index++) {
      expect(places[index - 1]! - places[index]!).toBeLessThanOrEqual(100_000 - places[index]!);
    }
    const gaps = places.slice(1).map((place, index) => places[index]! - place);
    expect(Math.max(...gaps.slice(0, 4))).toBeLessThan(Math.max(...gaps.slice(-4)));
  });

  test('their number is limited, however small they are', () => {
    const many = of(
      Array.from({ length: 1_000 }, (_, index) => (1_000 - index) * 10),
      0,
    );
    expect(many.length - planKeyframes(many, 1).length).toBe(2 + 400);
  });
});

describe('the fingerprint', () => {
  const initialState = (): { n: number } => ({ n: 0 });
  const model = { initialState, reducers: { A: (s: any) => void s.n++, B: (s: any) => void s.n-- } };
  const catalog = (versionOfB = 1, upcast: { [version: number]: Upcaster } = {}) => ({
    types: new Map<string, EventType>([
      ['A', { type: 'A', version: 1, schema: z.any(), upcast: {} }],
      ['B', { type: 'B', version: versionOfB, schema: z.any(), upcast }],
    ]),
  });
  const one = catalog();
  const findChange = (stored: Fingerprint, now: ModelFingerprint) => judgeFingerprint(stored, now).change;
  const seen = new Map([
    ['A', 3],
    ['B', 9],
  ]);

  test('fits when nothing changed', () => {
    const print = fingerprintOf(model, one);
    expect(findChange(fingerprintFor(print, seen), fingerprintOf({ ...model }, one))).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    [
      'a reducer',
      { reducers: { ...model.reducers, B: (s: any) => void (s.n -= 2) } },
      /B changed, which first mattered at 9/,
    ],
    [
      'both reducers: the earlier is named',
      { reducers: { A: () => {}, B: () => {} } },
      /A and 1 more changed, which first mattered at 3/,
    ],
    ['the initial state', { initialState: () => ({ n: 1 }) }, /initial state/],
    ['the version', { version: 2 }, /version/],
  ])('notices a change of %s', (_name, changes, message) => {
    const stored = fingerprintFor(fingerprintOf(model, one), seen);
    expect(findChange(stored, fingerprintOf({ ...model, ...changes }, one))).toMatch(message);
  });

  test('a change of a type that had not occurred makes no snapshot unusable', () => {
    const stored = fingerprintFor(fingerprintOf(model, one), new Map([['A', 3]]));
    expect(
      findChange(stored, fingerprintOf({ ...model, reducers: { ...model.reducers, B: () => {} } }, one)),
    ).toBeUndefined();
  });

  test('covers the sources beside a version, and a new schema version', () => {
    const versioned = { ...model, version: 1 };
    const stored = fingerprintFor(fingerprintOf(versioned, one), seen);
    expect(findChange(stored, fingerprintOf(versioned, one))).toBeUndefined();
    const changed = { ...versioned, reducers: { A: () => {}, B: () => {} } };
    expect(findChange(stored, fingerprintOf(changed, one))).toMatch(/A and 1 more changed/);
    const plain = fingerprintFor(fingerprintOf(model, one), seen);
    expect(findChange(plain, fingerprintOf(model, catalog(2)))).toMatch(/B changed/);
  });

  test('covers upcasters, but not tags', () => {
    const before = catalog(2, { 1: (d) => ({ ...d, a: 1 }) });
    const stored = fingerprintFor(fingerprintOf(model, before), seen);
    const other = catalog(2, { 1: (d) => ({ ...d, a: 2 }) });
    expect(findChange(stored, fingerprintOf(model, other))).toMatch(/B changed, which first mattered at 9/);
    const tagged = new Map([...before.types].map(([type, entry]) => [type, { ...entry, tags: () => ['x'] }]));
    expect(findChange(stored, fingerprintOf(model, { types: tagged }))).toBeUndefined();
  });

  test("of kind 'version' covers the version alone", () => {
    const kind = { fingerprint: 'version', version: 1 } as const;
    const stored = fingerprintFor(fingerprintOf({ ...model, ...kind }, one), seen);
    const changed = { initialState: () => ({ n: 7 }), reducers: { A: () => {}, B: () => {} } };
    expect(findChange(stored, fingerprintOf({ ...changed, ...kind }, catalog(2)))).toBeUndefined();
    expect(findChange(stored, fingerprintOf({ ...changed, ...kind, version: 2 }, one))).toMatch(/from 1 to 2/);
    const sources = fingerprintFor(fingerprintOf({ ...model, version: 1 }, one), seen);
    expect(findChange(sources, fingerprintOf({ ...changed, ...kind }, one))).toBeUndefined();
    const none = fingerprintFor(fingerprintOf(model, one), seen);
    expect(findChange(none, fingerprintOf({ ...model, ...kind }, one))).toMatch(/without a version/);
  });

  describe('that an earlier release stored', () => {
    const print = (text: string): Fingerprint => ({ initial: text, types: { A: { hash: text, first: 3 } } });
    const now = fingerprintOf({ ...model, version: 1 }, one);
    const later = fingerprintOf({ ...model, version: 1, reducers: { ...model.reducers, A: () => {} } }, one);

    test('it is believed when the version is the same, and not when it is another', () => {
      expect(judgeFingerprint(print('version 1'), now)).toEqual({ isBelieved: true });
      expect(findChange(print('version 2'), now)).toMatch(/the version of the model changed/);
    });

    test('it is believed once: then a later change of a reducer is noticed', () => {
      const beliefs = beliefsFrom(print('version 1'), now);
      expect(judgeFingerprint(print('version 1'), now, beliefs)).toEqual({ isBelieved: true });
      expect(judgeFingerprint(print('version 1'), later, beliefs).change).toMatch(
        /A changed, which first mattered at 3/,
      );
    });

    test('without upcasters it is believed when the reducers are the same', () => {
      const upcast = { 1: (d: unknown) => d };
      const stored = { ...fingerprintFor(fingerprintOf(model, catalog(2)), seen) };
      const withUpcasters = fingerprintOf(model, catalog(2, upcast));
      expect(judgeFingerprint(stored, withUpcasters)).toEqual({ isBelieved: true });
      expect(fingerprintFor(withUpcasters, seen).types.B!.hash).not.toBe(stored.types.B!.hash);
    });
  });
});

describe('planRecovery', () => {
  const types = new Map<string, EventType>([['A', { type: 'A', version: 1, schema: z.any(), upcast: {} }]]);
  const print = fingerprintOf({ initialState: () => ({}), reducers: { A: () => {} } }, { types });
  const info = (sequence: number, changes: Partial<SnapshotInfo> = {}): SnapshotInfo => ({
    owner: '',
    sequence,
    recordedAt: 0,
    chain: '',
    stateHash: '',
    fingerprint: JSON.stringify(fingerprintFor(print, new Map([['A', 1]]))),
    format: STATE_FORMAT,
    bytes: 1,
    ...changes,
  });
  const plan = (snapshots: SnapshotInfo[], firstSequence = 1) =>
    planRecovery({ head: 100, firstSequence, fingerprint: print, snapshots });

  test('tries usable snapshots from the newest, and says why it passed over the others', () => {
    const stale = JSON.stringify({ initial: 'else', types: {} });
    const { candidates, passedOver } = plan([
      info(120),
      info(90, { fingerprint: stale }),
      info(80),
      info(70, { format: 99 }),
      info(60, { fingerprint: '?' }),
      info(50),
    ]);
    expect(candidates.map(({ sequence }) => sequence)).toEqual([80, 50]);
    expect(passedOver.map(({ sequence }) => sequence)).toEqual([120, 90, 70, 60]);
    for (const { reason } of passedOver) expect(reason).toMatch(/\w/);
  });

  test('knows when a full replay is no longer possible', () => {
    expect(plan([], 1).canReplayAll).toBe(true);
    expect(plan([info(30), info(10)], 21)).toMatchObject({
      canReplayAll: false,
      candidates: [{ sequence: 30 }],
      passedOver: [{ sequence: 10 }],
    });
    expect(plan([info(20)], 21).candidates).toHaveLength(1);
  });
});

describe('sliceAfter', () => {
  test.each([
    ['a rest as long as it should be', 1, 0.2],
    ['a shorter one', 0.4, 0.2],
    ['a longer one, by as much', 10, 2],
    ['a very long one, up to a bound', 1_000, 10],
  ])('%s', (_, restMs, slice) => expect(sliceAfter(restMs, 0.2, 0.2)).toBe(slice));

  test('even beside busy work, about thirty turns of a loop of 20 ms do a tenth of a second of work', () => {
    let worked = 0;
    for (let turn = 0; turn < 30; turn++) worked += sliceAfter(20, 0.2, 0.2);
    expect(worked).toBeGreaterThan(100);
  });

  test('work that rests for turns only, or naps, keeps its slices', () => expect(sliceAfter(50, 0.5, 0)).toBe(0.5));
});

describe('requireNode', () => {
  test.each(['18.0.0', '20.20.2', '22.14.9'])('refuses %s', (version) => {
    expect(() => requireNode(version)).toThrow(expect.objectContaining({ code: 'NODE_TOO_OLD' }));
  });
  test.each(['22.15.0', '23.0.0', '24.21.0'])('accepts %s', (version) => requireNode(version));
});
