/** When history is sealed, dropped and its space returned, and how far: pure decisions, as tables. */
import { describe, expect, test } from 'vitest';

import {
  type Holder,
  headersAfter,
  planReclaim,
  planRetention,
  planSealing,
  planUpkeep,
  type RetentionFacts,
  sealAtBytes,
  type UpkeepFacts,
  type UpkeepStep,
} from '../../../src/engine/upkeep/compaction-policy.ts';
import type { BlockHeader } from '../../../src/log/log-store.ts';
import { storedInPages } from '../../../src/log/sqlite/sqlite-care.ts';

const MiB = 1024 * 1024;

describe('planUpkeep', () => {
  const quiet: UpkeepFacts = {
    history: 'keep',
    openBytes: MiB,
    tailBytes: MiB,
    stateBytes: MiB,
    events: 1_000,
    bytes: 10 * MiB,
    oldestAt: 1_000,
    now: 2_000,
    newSnapshot: false,
    newBytes: 0,
    sinceMs: 0,
    waitsForSnapshot: false,
    waitsForProjection: false,
  };
  const discard = { history: 'discard', tailBytes: 11 * MiB } as const;
  const tooMany = { history: { maxEvents: 900 } };
  test.each<[string, Partial<UpkeepFacts>, readonly UpkeepStep[]]>([
    ['little text', {}, []],
    ['much open text', { openBytes: 32 * MiB }, ['seal']],
    ['keeping all history: nothing to drop', { newSnapshot: true, newBytes: 99 * MiB, sinceMs: 1e9 }, []],

    ['discarding: a tail within its limit', discard, []],
    ['discarding: a long tail', { ...discard, tailBytes: 12 * MiB }, ['snapshot', 'drop']],
    ['discarding: the same tail with a larger state', { ...discard, tailBytes: 20 * MiB, stateBytes: 21 * MiB }, []],
    [
      'discarding: a tail longer than that state',
      { ...discard, tailBytes: 21 * MiB, stateBytes: 21 * MiB },
      ['snapshot', 'drop'],
    ],
    ['discarding: a snapshot was taken', { ...discard, newSnapshot: true, newBytes: MiB }, ['drop']],
    ['discarding: a snapshot, and hardly any text', { ...discard, newSnapshot: true, newBytes: 1_000 }, []],
    ['discarding: open text that will be dropped is not sealed', { ...discard, openBytes: 99 * MiB }, []],
    [
      'discarding: open text that a projection holds back is sealed',
      { ...discard, openBytes: 32 * MiB, waitsForProjection: true },
      ['seal'],
    ],
    [
      'discarding: first drop, then seal',
      { ...discard, openBytes: 32 * MiB, waitsForProjection: true, newBytes: 16 * MiB },
      ['drop', 'seal'],
    ],
    ['discarding an empty log', { ...discard, events: 0, newSnapshot: true, newBytes: MiB }, []],

    ['too many events, and a younger snapshot', { ...tooMany, newSnapshot: true, newBytes: MiB }, ['drop']],
    ['too many events, checked recently', { ...tooMany, newBytes: 15 * MiB, tailBytes: 99 * MiB }, []],
    ['too many events, and much text since', { ...tooMany, newBytes: 16 * MiB, tailBytes: 99 * MiB }, ['drop']],
    [
      'too many events, and no snapshot to drop to',
      { ...tooMany, waitsForSnapshot: true, tailBytes: 12 * MiB },
      ['snapshot', 'drop'],
    ],
    ['exactly the maximum of events', { history: { maxEvents: 1_000 }, newSnapshot: true, newBytes: MiB }, []],

    [
      'too many bytes: sealing makes them fewer',
      { history: { maxBytes: 9 * MiB }, openBytes: 5 * MiB, newBytes: 16 * MiB },
      ['seal', 'drop'],
    ],
    ['not too many bytes', { history: { maxBytes: 11 * MiB }, newSnapshot: true, newBytes: MiB }, []],

    ['too old', { history: { maxAge: 1_000 }, sinceMs: 63 }, ['drop']],
    ['too old, and checked recently', { history: { maxAge: 1_000 }, sinceMs: 62 }, []],
    ['not too old', { history: { maxAge: 1_001 }, sinceMs: 1_000 }, []],
    ['any bound is enough', { history: { maxAge: 1_000, maxEvents: 5_000 }, sinceMs: 63 }, ['drop']],
  ])('%s', (_name, changes, steps) => {
    expect(planUpkeep({ ...quiet, ...changes })).toEqual(steps);
  });

  test.each([
    [4_000, 32],
    [40, 20],
    [1, 2],
  ])('a budget of %i MiB has more open text than %i MiB sealed', (budgetMiB, openMiB) => {
    const history = { maxBytes: budgetMiB * MiB };
    expect(sealAtBytes({ history, waitsForProjection: false })).toBe(openMiB * MiB);
  });
});

describe('planSealing', () => {
  const block = (n: number, bytes: number, encoding: 'open' | 'sealed' = 'open'): BlockHeader => ({
    firstSequence: n * 10 - 9,
    lastSequence: n * 10,
    recordedAt: n,
    encoding,
    bytes,
  });
  test.each<[string, BlockHeader[], number]>([
    ['no blocks', [], 0],
    ['too little', [block(1, 31 * MiB)], 0],
    ['sealed blocks do not count', [block(1, 31 * MiB), block(2, 9 * MiB, 'sealed')], 0],
    ['all but the newest', [block(1, 20 * MiB), block(2, 10 * MiB), block(3, 2 * MiB), block(4, MiB)], 20],
    ['a large newest block', [block(1, 30 * MiB), block(2, 5 * MiB)], 20],
  ])('%s', (_name, headers, through) => {
    expect(planSealing(headers, 32 * MiB, storedInPages)).toBe(through);
  });
});

describe('planReclaim', () => {
  test.each([
    [100 * MiB, 25 * MiB, true],
    [100 * MiB, 24 * MiB, false],
    [MiB, 0.9 * MiB, false],
    [0, 0, false],
  ])('a file of %i bytes with %i free: %s', (fileBytes, freeBytes, expected) => {
    expect(planReclaim({ fileBytes, freeBytes })).toBe(expected);
  });
});

describe('headersAfter', () => {
  const span = (firstSequence: number, lastSequence: number, encoding: 'open' | 'sealed' = 'open'): BlockHeader => ({
    firstSequence,
    lastSequence,
    recordedAt: 0,
    encoding,
    bytes: 1,
  });
  const before = [span(1, 4, 'sealed'), span(5, 5), span(6, 8), span(9, 9), span(10, 12)];
  test.each<[string, BlockHeader[], [number, number][]]>([
    [
      'nothing sealed',
      [],
      [
        [1, 4],
        [5, 5],
        [6, 8],
        [9, 9],
        [10, 12],
      ],
    ],
    [
      'some in the middle',
      [span(5, 8)],
      [
        [1, 4],
        [5, 8],
        [9, 9],
        [10, 12],
      ],
    ],
    [
      'one by itself',
      [span(9, 9)],
      [
        [1, 4],
        [5, 5],
        [6, 8],
        [9, 9],
        [10, 12],
      ],
    ],
    [
      'all',
      [span(1, 8), span(9, 12)],
      [
        [1, 8],
        [9, 12],
      ],
    ],
  ])('%s', (_name, sealed, spans) => {
    const after = headersAfter(
      before,
      sealed.map((header) => ({ ...header, encoding: 'sealed' as const })),
    );
    expect(after.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence])).toEqual(spans);
    expect(after.filter(({ encoding }) => encoding === 'sealed').length).toBeGreaterThanOrEqual(sealed.length);
  });
});

/** Projections that have come so far. */
function needing(...sequences: number[]): Holder[] {
  return sequences.map((sequence, index) => ({ kind: 'projection', name: `view ${index}`, sequence }));
}

describe('planRetention', () => {
  const headers: BlockHeader[] = [1, 2, 3, 4, 5].map((n) => ({
    firstSequence: n * 10 - 9,
    lastSequence: n * 10,
    recordedAt: n * 1_000,
    encoding: 'sealed',
    bytes: 100,
  }));
  const facts: RetentionFacts = { headers, usableSnapshots: [50, 40], holders: [], history: 'keep', now: 6_000 };
  test.each<[string, Partial<RetentionFacts>, number, boolean]>([
    ['keep', {}, 0, false],
    ['discard drops up to the older snapshot', { history: 'discard' }, 40, true],
    ['with one snapshot nothing is dropped', { history: 'discard', usableSnapshots: [50] }, 0, true],
    ['without snapshots nothing is dropped', { history: { maxEvents: 1 }, usableSnapshots: [] }, 0, true],
    ['whole blocks only', { history: 'discard', usableSnapshots: [50, 38] }, 30, true],
    ['a slow projection holds back', { history: 'discard', holders: needing(45, 12) }, 10, true],
    ['maxEvents', { history: { maxEvents: 25 } }, 20, false],
    ['maxBytes', { history: { maxBytes: 250 } }, 30, false],
    ['maxAge counts the youngest event of a block', { history: { maxAge: 3_000 } }, 20, false],
    ['any bound is enough', { history: { maxAge: 1e9, maxEvents: 10 } }, 40, false],
    ['an empty log', { headers: [], history: 'discard' }, 0, false],
  ])('%s', (_name, changes, dropThrough, held) => {
    const plan = planRetention({ ...facts, ...changes });
    expect(plan.dropThrough).toBe(dropThrough);
    expect(plan.heldBack !== undefined).toBe(held);
  });

  test.each<[string, Partial<RetentionFacts>, boolean, boolean]>([
    ['nothing', { history: { maxEvents: 25 } }, false, false],
    ['younger snapshots', { history: 'discard' }, true, false],
    ['a projection', { history: { maxEvents: 15 }, holders: needing(20) }, false, true],
    ['both', { history: 'discard', holders: needing(20) }, true, true],
  ])('waits for %s', (_name, changes, waitsForSnapshot, waitsForProjection) => {
    expect(planRetention({ ...facts, ...changes })).toMatchObject({ waitsForSnapshot, waitsForProjection });
  });
});
