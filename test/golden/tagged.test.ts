/** The golden file with tags means the same in every release. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog, openStore, type RecordedEvent } from '../../src/index.ts';
import { temporaryPath } from '../engine/harness.ts';
import { MOVES, moveAt, TAGGED_FOLDER, taggedModel, UNTAGGED } from './tagged-ledger.ts';

const numbersOf = async (events: AsyncIterable<RecordedEvent>): Promise<number[]> =>
  (await Array.fromAsync(events)).map(({ sequence }) => sequence);

test('a log of format 2 with tags opens with its expected content', async () => {
  const path = await temporaryPath();
  for (const suffix of ['', '-witness']) fs.copyFileSync(join(TAGGED_FOLDER, `tagged.db${suffix}`), path + suffix);
  const all = Array.from({ length: MOVES }, (_, index) => index + 1);
  const ofA3 = all.filter((sequence) => sequence % 7 === 3);
  {
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({ format: 2, events: MOVES + 1, untaggedEvents: UNTAGGED });
    expect(await numbersOf(log.events({ tag: 'account:a3', from: UNTAGGED + 1 }))).toEqual(ofA3.slice(1));
  }
  await using store = await openStore(taggedModel, { path });
  expect((await store.verify()).problems).toEqual([]);
  expect((await Array.fromAsync(store.events({ to: MOVES }))).map(({ data }) => data)).toEqual(
    all.map((sequence) => moveAt(sequence).data),
  );
  const query = { tag: 'account:a3' };
  expect(await numbersOf(store.events(query))).toEqual(ofA3);
  expect(await numbersOf(store.events({ tag: `account:b${MOVES} ü`, reverse: true }))).toEqual([MOVES]);
  expect(await store.retag()).toMatchObject({ untaggedEvents: 0 });
  expect(await numbersOf(store.events(query))).toEqual(ofA3);
});
