/** A snapshot that cannot be decoded is passed over and reported. The store still opens. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ascending, type Comparator, defineModel, OrderedMap, openStore, replay, stateAt } from '../../../src/index.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { MemoryContents, openMemoryLog } from '../../../src/log/memory.ts';
import { STRANGE } from '../../strange-values.ts';
import { errorOf, temporaryPath } from '../harness.ts';

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => void warn.mockClear());

interface Put {
  readonly key: number;
}

/** All models have the same version, so that every snapshot fits by its fingerprint. */
function tables(makeTable: () => Map<number, number> | OrderedMap<number, number>) {
  return defineModel({
    name: 'tables',
    version: 1,
    fingerprint: 'version',
    events: { Put: z.object({ key: z.int() }) },
    initialState: () => ({ table: makeTable() }),
    reducers: { Put: (state, { key }) => void state.table.set(key, key) },
  });
}

const sound = tables(() => new OrderedMap<number, number>(ascending));
const put = (key: number) => ({ type: 'Put', data: { key } satisfies Put }) as const;

/** Five events, with a snapshot after each of the last `snapshots`. */
async function written(snapshots: number, contents = new MemoryContents()): Promise<MemoryContents> {
  const store = await openStore(sound, { log: openMemoryLog({ contents }) });
  for (let key = 1; key <= 5; key++) {
    await store.append(put(key));
    if (key > 5 - snapshots) await store.snapshot();
  }
  await store.close();
  return contents;
}

const onlyBefore: Comparator<number> = (a, b) => {
  if (isOld) return ascending(a, b);
  throw makeThrown();
};
let isOld = true;
let makeThrown: () => unknown = () => new Error('no order');

/** Models that cannot decode the snapshots of the sound one; only their initial state differs. */
const OTHERS = {
  'has no OrderedMap there': tables(() => new Map<number, number>()),
  'has a comparator that throws on its keys': tables(() => new OrderedMap<number, number>(onlyBefore)),
} as const;

/** Flips a byte of every snapshot, and corrects the checksum, as if the snapshot had been written like this. */
async function rewritten(contents: MemoryContents, change: (bytes: Uint8Array) => void): Promise<void> {
  const { checksumOf } = await import('../../../src/log/blocks/chain.ts');
  const { createHash } = await import('node:crypto');
  for (const { info, chunks } of contents.snapshots) {
    const hash = createHash('sha256');
    for (const chunk of chunks) {
      change(chunk.bytes);
      Object.assign(chunk, { checksum: checksumOf(chunk.bytes) });
      hash.update(chunk.bytes);
    }
    Object.assign(info, { stateHash: hash.digest('hex') });
  }
}

describe('a model that has no OrderedMap where the snapshot has one', () => {
  const model = OTHERS['has no OrderedMap there'];

  test.each(['atomic', 'direct'] as const)('opens by a replay, and reports it: %s fold', async (fold) => {
    const contents = await written(1);
    const store = await openStore(model, { log: openMemoryLog({ contents }), fold });
    expect([...store.state.table.keys()]).toEqual([1, 2, 3, 4, 5]);
    expect(store.recovery).toMatchObject({ snapshot: undefined, eventsReplayed: 5, passedOver: [{ sequence: 5 }] });
    expect(store.recovery.reason).toMatch(/the snapshot at 5 was passed over: it cannot be decoded \(.*OrderedMap/);
    const recoveryWarnings = warn.mock.calls.filter(([warning]) => (warning as Error).name === 'RefoldRecoveryWarning');
    expect(recoveryWarnings).toMatchObject([
      [
        { name: 'RefoldRecoveryWarning', message: expect.stringContaining('the snapshot at 5 was passed over') },
        { type: 'RefoldRecoveryWarning' },
      ],
    ]);
    await store.append(put(6));
    await store.close();
    // It took a new snapshot, which the next open loads.
    const again = await openStore(model, { log: openMemoryLog({ contents }), fold });
    expect(again.recovery).toMatchObject({ snapshot: 6, eventsReplayed: 0 });
  });

  test('also gives past states, a full replay, and a read-only store of a file', async () => {
    const path = await temporaryPath();
    const store = await openStore(sound, { path });
    await store.append([put(1), put(2)]);
    await store.close();
    expect((await stateAt(model, { path, at: { sequence: 2 } })).state.table.size).toBe(2);
    expect((await replay(model, { path })).sequence).toBe(2);
    const reader = await openStore(model, { path, readOnly: true });
    expect(reader.state.table.size).toBe(2);
    expect((await reader.at({ sequence: 2 })).state.table.size).toBe(2);
    expect(warn).toHaveBeenCalledTimes(2); // once for each opening of the log
    await reader.close();
  });

  test('is reported by verify', async () => {
    const store = await openStore(model, { log: openMemoryLog({ contents: await written(2) }) });
    expect(await store.verify()).toMatchObject({
      ok: false,
      snapshots: [
        { sequence: 5, verdict: 'damaged' },
        { sequence: 4, verdict: 'damaged' },
      ],
      problems: [
        { code: 'MODEL_MISMATCH', sequence: 4, message: expect.stringContaining('the snapshot at 4') },
        { code: 'MODEL_MISMATCH', sequence: 5 },
      ],
    });
  });

  test('cannot drop history before that snapshot', async () => {
    const contents = await written(2);
    const store = await openStore(model, { log: openMemoryLog({ contents }), history: 'discard' });
    await store.snapshot();
    const { dropped, heldBack } = await store.compact();
    expect(dropped.throughSequence).toBe(0);
    expect(heldBack).toContain('there are not two yet');
    await store.close();
  });

  test('reports equal reasons once, with their count and range', async () => {
    const contents = new MemoryContents();
    const store = await openStore(sound, { log: openMemoryLog({ contents }), recoverWithin: 1e9 });
    for (let key = 1; key <= 40; key++) {
      await store.append(put(key));
      await store.snapshot();
    }
    await store.close();
    const { recovery } = await openStore(model, { log: openMemoryLog({ contents }) });
    const { passedOver, reason } = recovery;
    expect(passedOver.length).toBeGreaterThan(5);
    expect(reason.match(/passed over/g)).toHaveLength(1);
    const least = passedOver.at(-1)!.sequence;
    expect(reason).toContain(
      `; ${passedOver.length} snapshots from ${least} to 40 were passed over: it cannot be decoded`,
    );
    expect(warn).toHaveBeenCalledOnce();
  });

  test('reports different reasons separately', async () => {
    const contents = await written(2);
    contents.snapshots.find(({ info }) => info.sequence === 4)!.chunks[0]!.bytes[3]! ^= 1;
    const { reason } = (await openStore(model, { log: openMemoryLog({ contents }) })).recovery;
    expect(reason).toMatch(/the snapshot at 5 was passed over: it cannot be decoded .*; the snapshot at 4 .* damaged/);
  });
});

describe('a log whose first events were dropped', () => {
  test.each(Object.keys(OTHERS) as (keyof typeof OTHERS)[])(
    'does not open with a model that %s, and the error names the cause',
    async (name) => {
      const contents = await written(3);
      const store = await openStore(sound, { log: openMemoryLog({ contents }), history: 'discard' });
      await store.compact();
      await store.close();
      isOld = false;
      makeThrown = () => new Error('no order');
      const log = openMemoryLog({ contents });
      const model = OTHERS[name];
      const gone = { code: 'HISTORY_GONE', cause: { code: expect.stringMatching(/MODEL_MISMATCH|LOG_CORRUPT/) } };
      const error = await errorOf(openStore(model, { log }));
      expect(error).toMatchObject(gone);
      expect(error.message).toMatch(/snapshots from 4 to 5 were passed over: it .*(OrderedMap|no order)/);
      const again = openMemoryLog({ contents });
      expect(await errorOf(stateAt(model, { log: again, at: { sequence: 5 } }))).toMatchObject(gone);
      expect(await errorOf(replay(model, { log: again }))).toMatchObject(gone);
      isOld = true;
    },
  );

  test('replays and verifies from the next snapshot when the oldest one is damaged', async () => {
    const contents = await written(3);
    const store = await openStore(sound, { log: openMemoryLog({ contents }), history: 'discard' });
    await store.compact();
    await store.close();
    contents.snapshots.find(({ info }) => info.sequence === 4)!.chunks[0]!.bytes[3]! ^= 1;
    const log = openMemoryLog({ contents });
    expect(await replay(sound, { log })).toMatchObject({ from: 5, sequence: 5, events: 0 });
    const again = await openStore(sound, { log });
    expect(await again.verify()).toMatchObject({
      ok: false,
      lastSequence: 5,
      stateHash: await again.stateHash(),
      snapshots: [
        { sequence: 5, verdict: 'equal' },
        { sequence: 4, verdict: 'damaged' },
      ],
    });
  });
});

test.each(STRANGE)('a comparator that throws %s while a snapshot is decoded', async (_name, make) => {
  const model = OTHERS['has a comparator that throws on its keys'];
  const contents = new MemoryContents();
  isOld = true;
  const store = await openStore(model, { log: openMemoryLog({ contents }) });
  await store.append([put(1), put(2)]);
  await store.close();
  // It throws while the snapshot is read, and works again for the replay.
  const log: LogStore = openMemoryLog({ contents });
  const read = log.readSnapshot.bind(log);
  log.readSnapshot = async function* (info) {
    yield* read(info);
    isOld = false;
  };
  const blocks = log.read.bind(log);
  log.read = (range) => {
    isOld = true;
    return blocks(range);
  };
  makeThrown = make;
  const again = await openStore(model, { log });
  expect([...again.state.table.keys()]).toEqual([1, 2]);
  expect(again.recovery.reason).toContain('the snapshot at 2 was passed over');
  expect(warn).toHaveBeenCalledOnce();
});

test.each([
  ['its first byte', 0],
  ['its second byte', 1],
  ['a byte in the middle', 6],
] as const)('bytes that are not a state, with a matching hash: %s', async (_name, at) => {
  const contents = await written(2);
  await rewritten(contents, (bytes) => void (bytes[at] = 0xff));
  const store = await openStore(sound, { log: openMemoryLog({ contents }) });
  expect(store.state.table.size).toBe(5);
  expect(store.recovery.snapshot).toBeUndefined();
  expect(store.recovery.reason.match(/passed over/g)).toHaveLength(1);
});

describe('a projection', () => {
  const view = (makeTable: () => Map<number, number> | OrderedMap<number, number>) => ({
    name: 'view',
    version: 1,
    fingerprint: 'version' as const,
    initialState: () => ({ table: makeTable() }),
    reducers: { Put: (state: any, { key }: Put) => void state.table.set(key, key) },
  });
  const ordered = view(() => new OrderedMap<number, number>(ascending));
  const plain = view(() => new Map<number, number>());

  async function saved(history: 'keep' | 'discard'): Promise<MemoryContents> {
    const contents = new MemoryContents();
    const store = await openStore(sound, { log: openMemoryLog({ contents }), history });
    const projection = await store.project(ordered);
    for (let key = 1; key <= 4; key++) {
      await store.append(put(key));
      await projection.catchUp();
      await projection.save();
      await store.snapshot();
    }
    if (history === 'discard') await store.compact();
    await store.close();
    return contents;
  }

  test('is rebuilt with one warning', async () => {
    const store = await openStore(sound, { log: openMemoryLog({ contents: await saved('keep') }) });
    const projection = await store.project(plain);
    expect([...projection.state.table.keys()]).toEqual([1, 2, 3, 4]);
    expect(warn.mock.calls).toMatchObject([
      [{ name: 'RefoldRecoveryWarning', message: expect.stringContaining('the projection view') }, {}],
    ]);
  });

  test('is refused with the cause when its history was dropped', async () => {
    const store = await openStore(sound, { log: openMemoryLog({ contents: await saved('discard') }) });
    const error = await errorOf(store.project(plain));
    expect(error).toMatchObject({ code: 'HISTORY_GONE', type: 'view', cause: { code: 'MODEL_MISMATCH' } });
    expect(error.message).toMatch(/passed over: it cannot be decoded \(.*OrderedMap/);
    expect((await store.project(ordered)).state.table.size).toBe(4);
  });
});
