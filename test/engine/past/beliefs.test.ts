/** Fingerprints that earlier releases stored: believed once, reported, and replaced at once. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Fingerprint } from '../../../src/engine/folding/fingerprint.ts';
import {
  checkUpgrade,
  defineModel,
  defineProjection,
  MemoryContents,
  openMemoryLog,
  openStore,
} from '../../../src/index.ts';

type Reducer = (state: { n: number }) => void;
const one: Reducer = (state) => void (state.n += 1);
const two: Reducer = (state) => void (state.n += 2);

const counter = (reducer: Reducer): any =>
  defineModel({
    name: 'counter',
    version: 4,
    events: { Added: z.object({}) },
    initialState: () => ({ n: 0 }),
    reducers: { Added: reducer },
  });

const view = (reducer: Reducer): any =>
  defineProjection({
    name: 'view',
    version: 4,
    initialState: () => ({ n: 0 }),
    reducers: { Added: reducer as never },
  });

/** A log as the release before wrote it: its fingerprints are the version alone. */
async function earlier(): Promise<MemoryContents> {
  const contents = new MemoryContents();
  const store = await openStore(counter(one), { log: openMemoryLog({ contents }) });
  const projection = await store.project(view(one));
  for (let n = 0; n < 5; n++) await store.append({ type: 'Added', data: {} } as never);
  await projection.catchUp();
  await store.close();
  const log = openMemoryLog({ contents });
  for (const owner of ['', 'view']) {
    for (const info of await log.snapshots(owner)) {
      const chunks = await Array.fromAsync(log.readSnapshot(info));
      const hash = 'version 4';
      const fingerprint: Fingerprint = { initial: hash, types: { Added: { hash, first: 1 } } };
      await log.putSnapshot({ ...info, fingerprint: JSON.stringify(fingerprint) }, chunks);
    }
  }
  await log.close();
  return contents;
}

function fingerprintsIn({ snapshots }: MemoryContents, owner: string): string[] {
  return snapshots.filter(({ info }) => info.owner === owner).map(({ info }) => info.fingerprint);
}

test('a version that is the same is believed, the report says so, and a new snapshot is taken at once', async () => {
  const contents = await earlier();
  const checked = await checkUpgrade(counter(one), { log: openMemoryLog({ contents }), projections: [view(one)] });
  expect(checked).toMatchObject({
    opens: true,
    events: 0,
    snapshots: [{ fit: 'believed' }],
    projections: [{ name: 'view', events: 0, snapshots: [{ fit: 'believed' }] }],
  });
  const store: any = await openStore(counter(one), { log: openMemoryLog({ contents }) });
  expect(store.recovery).toMatchObject({ snapshot: 5, eventsReplayed: 0 });
  expect(store.recovery.reason).toMatch(/believed once: its fingerprint is version 4 alone/);
  expect((await store.project(view(one))).state.n).toBe(5);
  await expect.poll(() => fingerprintsIn(contents, '')).not.toContainEqual(expect.stringContaining('version 4"'));
  await expect.poll(() => fingerprintsIn(contents, 'view')).not.toContainEqual(expect.stringContaining('version 4"'));
  await store.close();
  const again = await openStore(counter(one), { log: openMemoryLog({ contents }) });
  expect(again.recovery.reason).not.toMatch(/believed/);
  await again.close();
});

test('it is believed once: a reducer that changes later is refolded from the start, also by the older snapshots', async () => {
  const contents = await earlier();
  const first: any = await openStore(counter(one), { log: openMemoryLog({ contents }) });
  await first.append({ type: 'Added', data: {} });
  await first.snapshot();
  await first.close();
  const second: any = await openStore(counter(two), { log: openMemoryLog({ contents }) });
  expect(second.recovery.snapshot).toBeUndefined();
  expect(second.state.n).toBe(12);
  await second.close();
});

test('a read-only open believes as well, and notes nothing', async () => {
  const contents = await earlier();
  const before = fingerprintsIn(contents, '');
  const reader = await openStore(counter(one), { log: openMemoryLog({ contents }), readOnly: true });
  expect(reader.recovery.reason).toMatch(/believed once/);
  await reader.close();
  expect(fingerprintsIn(contents, '')).toEqual(before);
});

test('another version is not believed', async () => {
  const contents = await earlier();
  const raised = defineModel({ ...counter(two), version: 5 }) as any;
  const store: any = await openStore(raised, { log: openMemoryLog({ contents }) });
  expect(store.recovery.snapshot).toBeUndefined();
  expect(store.state.n).toBe(10);
  await store.close();
});
