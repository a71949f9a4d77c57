/** A moment is one value that does not change. Each source encodes it. */
import { describe, expect, test } from 'vitest';
import { fingerprintOfModel } from '../../../src/engine/folding/model-module.ts';
import { type Captured, capture, KeyframeSink, type Moment, sourcesOf } from '../../../src/engine/snapshots/sources.ts';
import { type LiveState, openAtomicState, openDirectState } from '../../../src/fold/live-state.ts';
import { hashState } from '../../../src/index.ts';
import { EMPTY_CHAIN } from '../../../src/log/blocks/chain.ts';
import { openMemoryLog } from '../../../src/log/memory.ts';
import { Pace } from '../../../src/threads/pace.ts';
import { counted, tally } from './fixtures/tally-model.ts';

const log = openMemoryLog();
const fingerprint = fingerprintOfModel(tally);

/** A live state, with what a store keeps beside it. `count` folds another event. */
function lived(open: (state: object) => LiveState<object>, endsAt?: number) {
  const live = open(tally.initialState());
  const firstSeen = new Map<string, number>();
  const parts = {
    live,
    firstSeen,
    sequence: 0,
    queue: { fence: async () => ({ sequence: endsAt ?? parts.sequence, recordedAt: 0, chain: EMPTY_CHAIN }) },
  };
  const count = (key: string): void => {
    const sequence = ++parts.sequence;
    const event = counted(key);
    if (!firstSeen.has(event.type)) firstSeen.set(event.type, sequence);
    live.fold(tally.reducers, [{ ...event, sequence, recordedAt: 0, version: 1 }]);
  };
  return { parts: parts as Captured, count };
}

describe('a moment', () => {
  test('that is held stays as it was while folding continues', () => {
    const { parts, count } = lived(openAtomicState);
    count('a');
    const before = hashState(parts.live.value);
    const moment = capture(parts, true);
    count('a');
    count('b');
    expect(moment).toMatchObject({ isHeld: true, sequence: 1 });
    expect([...moment.firstSeen.values()]).toEqual([1]);
    expect(hashState(moment.state)).toBe(before);
    moment.release();
  });

  test.each<[string, (state: object) => LiveState<object>, boolean]>([
    ['under the direct fold', openDirectState, true],
    ['that no caller asked to hold', openAtomicState, false],
  ])('%s refuses to be read after the next event', (_name, open, hold) => {
    const { parts, count } = lived(open);
    count('a');
    const moment = capture(parts, hold);
    expect(moment.isHeld).toBe(false);
    expect(moment.state).toBe(parts.live.value);
    count('b');
    expect(() => moment.state).toThrow('a state that is not held is read before it changes');
  });

  test('keeps its own list of the types so far', () => {
    const { parts, count } = lived(openAtomicState);
    const moment = capture(parts, true);
    count('a');
    expect(moment.firstSeen.size).toBe(0);
    moment.release();
  });

  test('is refused when the log ends elsewhere than its sequence', async () => {
    const { parts, count } = lived(openAtomicState, 7);
    count('a');
    const moment = capture(parts, true);
    await expect(moment.durable).rejects.toThrow('the fence ends at the sequence');
    moment.release();
  });
});

describe('a source', () => {
  const sources = sourcesOf({ model: tally, log, fingerprint }, undefined);
  const request = (moment: Moment, atOnceBytes: number) => ({
    moment,
    atOnceBytes,
    pace: new Pace(0.2, 1),
    keyframes: new KeyframeSink(log, Number.POSITIVE_INFINITY),
  });

  test('encodes a small state at once, and declines a larger one', async () => {
    const { parts, count } = lived(openAtomicState);
    count('a');
    const moment = capture(parts, true);
    const made = await sources['at once'](request(moment, 64 * 1_024));
    expect(made).toMatchObject({ encoded: { stateHash: hashState(parts.live.value) } });
    expect(made?.measured).toBeUndefined();
    expect(await sources['at once'](request(moment, 1))).toBeUndefined();
    moment.release();
  });

  test('in slices gives the same state', async () => {
    const { parts, count } = lived(openAtomicState);
    count('a');
    const before = hashState(parts.live.value);
    const moment = capture(parts, true);
    const making = sources.slices(request(moment, 0));
    count('b');
    expect((await making)?.encoded.stateHash).toBe(before);
    moment.release();
  });

  test('declines when there is no thread', async () => {
    const { parts } = lived(openDirectState);
    expect(await sources.thread(request(capture(parts, true), 0))).toBeUndefined();
  });

  test('folds the log again, and reports how long that took', async () => {
    const { parts } = lived(openDirectState);
    const made = await sources.log(request(capture(parts, true), 0));
    expect(made).toMatchObject({ encoded: { stateHash: hashState(tally.initialState()) } });
    expect(made?.measured).toMatchObject({ eventsReplayed: 0 });
  });
});

describe('the sink for keyframes', () => {
  test('completes when all are written, and fails with the first that is not', async () => {
    const encoded = { chunks: [new Uint8Array([1])], bytes: 1, stateHash: 'x', format: 1 };
    const keyframe = (sequence: number) => ({
      head: { sequence, recordedAt: 0, chain: '' },
      encoded,
      fingerprint: { initial: '', types: {} },
    });
    const own = openMemoryLog();
    const sink = new KeyframeSink(own, 10);
    sink.take(keyframe(1));
    sink.take(keyframe(2));
    await sink.written();
    expect((await own.snapshots('')).map(({ sequence }) => sequence)).toEqual([2, 1]);
    await own.close();
    sink.take(keyframe(3));
    await expect(sink.written()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });
});
