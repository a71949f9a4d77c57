/** How the state of a projection becomes a snapshot: in slices, while the store goes on. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { encodeState } from '../../../src/fold/encoding/state-codec.ts';
import {
  defineModel,
  defineProjection,
  type LogStore,
  MemoryContents,
  openMemoryLog,
  openStore,
} from '../../../src/index.ts';
import { temporaryPath } from '../harness.ts';

/** Enough for hundreds of chunks of the encoder. */
const MANY = 40_000;

const model = defineModel({
  name: 'readings',
  events: { Read: z.object({ first: z.int(), count: z.int() }) },
  initialState: () => ({ last: 0 }),
  reducers: { Read: (state, { first, count }) => void (state.last = first + count) },
});

const readings = defineProjection(model, {
  name: 'all readings',
  initialState: () => ({ readings: new Map<number, { text: string; value: number }>() }),
  reducers: {
    Read(state, { first, count }) {
      for (let key = first; key < first + count; key++)
        state.readings.set(key, { text: `reading ${key}`, value: key / 7 });
    },
  },
});

const read = (first: number, count: number) => model.event('Read', { first, count });

/** Counts the turns of the event loop until it is stopped. */
function countTurns(): { readonly turns: number; stop(): void } {
  const counter = { turns: 0, stop: () => clearImmediate(next) };
  const turn = (): void => {
    counter.turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return counter;
}

/** A log in memory that notes what snapshots it gets, before it keeps them. */
function noting(onPut: (bytes: Buffer, sequence: number) => void, contents = new MemoryContents()): LogStore {
  const log = openMemoryLog({ contents });
  const put = log.putSnapshot.bind(log);
  log.putSnapshot = async (info, chunks) => {
    const all = [...chunks];
    if (info.owner === readings.name) onPut(Buffer.concat(all), info.sequence);
    return put(info, all);
  };
  return log;
}

test('the event loop has turns while a large state is encoded, and the bytes are those of the state', async () => {
  const found: { turns: number; bytes: Buffer }[] = [];
  const counter = countTurns();
  let before = 0;
  const log = noting((bytes) => void found.push({ turns: counter.turns - before, bytes }));
  try {
    await using store = await openStore(model, { log });
    const view = await store.project(readings);
    await store.append(read(0, MANY));
    await view.catchUp();
    before = counter.turns;
    await view.save();
    expect(Buffer.concat([...encodeState(view.state)]).equals(found[0]!.bytes)).toBe(true);
    // Encoded in one piece there is at most one turn.
    expect(found[0]!.turns).toBeGreaterThan(2);
  } finally {
    counter.stop();
  }
});

describe('events that come during a save', () => {
  test('are folded after it, and the snapshot is of the moment before them', async () => {
    const contents = new MemoryContents();
    const saved: { sequence: number; hash: string }[] = [];
    const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const log = noting((bytes, sequence) => void saved.push({ sequence, hash: hashOf(bytes) }), contents);
    const store = await openStore(model, { log });
    const view = await store.project(readings);
    await store.append(read(0, MANY));
    await view.catchUp();
    const before = hashOf(Buffer.concat([...encodeState(view.state)]));
    const saving = view.save();
    for (let at = 0; at < 50; at++) await store.append(read(MANY + at, 1));
    await saving;
    await view.catchUp();
    expect(saved).toEqual([{ sequence: 1, hash: before }]);
    expect(view.state.readings.size).toBe(MANY + 50);
    const after = hashOf(Buffer.concat([...encodeState(view.state)]));
    await store.close();
    expect(saved.at(-1)).toEqual({ sequence: 51, hash: after });
    await using again = await openStore(model, { log: openMemoryLog({ contents }) });
    const loaded = await again.project(readings);
    expect(loaded.sequence).toBe(51);
    expect(hashOf(Buffer.concat([...encodeState(loaded.state)]))).toBe(after);
  });

  test('and saves of others beside them, end in one checkpoint for each', async () => {
    const path = await temporaryPath();
    const store = await openStore(model, { path });
    const view = await store.project(readings);
    await store.append(read(0, MANY));
    await view.catchUp();
    await Promise.all([view.save(), view.save(), store.append(read(MANY, 1)), view.save()]);
    await view.catchUp();
    await store.close();
    await using again = await openStore(model, { path });
    const loaded = await again.project(readings);
    expect([loaded.sequence, loaded.state.readings.size]).toEqual([2, MANY + 1]);
  });
});

test('a close during a save waits for it', async () => {
  const path = await temporaryPath();
  const store = await openStore(model, { path });
  const view = await store.project(readings);
  await store.append(read(0, MANY));
  await view.catchUp();
  const saving = view.save();
  await store.close();
  await saving;
  await using again = await openStore(model, { path });
  expect((await again.project(readings)).state.readings.size).toBe(MANY);
});
