/**
 * The golden files of format 2 and of the key space still open, and mean the same.
 *
 * A change of an effect or of a reducer of the key space needs a new version of its model, and a golden file of that version:
 * logs of users have effects of the old one.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import { keySpaceModel } from '../../src/redis/model/model.ts';
import { temporaryDirectory, withDatabase } from '../log/sqlite/fixtures.ts';
import { expected as shelf } from './format-2/shelf.ts';
import { digestOf, schemasOf } from './key-space/content.ts';
import { expected as keySpace } from './key-space/version-1.ts';
import { SHELF_EVENTS, type Shelf, shelfModel } from './shelf.ts';

/** A golden file is never opened in its place: opening writes. */
function copyOf(name: string): string {
  const path = join(temporaryDirectory(), 'log.db');
  fs.writeFileSync(path, gunzipSync(fs.readFileSync(join(import.meta.dirname, `${name}.db.gz`))));
  return path;
}

function formatOf(path: string): unknown {
  let format: unknown;
  withDatabase(path, (database) => {
    format = database.pragma('user_version', { simple: true });
  });
  return format;
}

describe('a log of format 2', () => {
  test.each(['atomic', 'direct'] as const)('opens with its collections, under the %s fold', async (fold) => {
    const path = copyOf('format-2/shelf');
    expect(formatOf(path)).toBe(2);
    await using store = await openStore(shelfModel, { path, fold, strict: false });
    expect(store.sequence).toBe(shelf.sequence);
    expect(store.recovery.snapshot).toBe(shelf.snapshot);
    expect(await store.stateHash()).toBe(shelf.stateHash);
    const { queue, shelves, byTitle } = store.state as Shelf;
    const titles = SHELF_EVENTS.slice(-600).map((event) => (event as { data: { title: string } }).data.title);
    expect([...queue]).toEqual(titles);
    const { books } = shelves.get('shelf 0')!;
    expect(books.at(0)![0].length).toBeLessThan(books.at(books.size - 1)![0].length);
    expect(byTitle.get('book 0')![0]!.size).toBe(1);
    expect((await store.verify()).problems).toEqual([]);
  });

  test('gives the same state without its snapshot', async () => {
    const path = copyOf('format-2/shelf');
    withDatabase(path, (database) => database.exec('delete from snapshots'));
    await using store = await openStore(shelfModel, { path, readOnly: true });
    expect(await store.stateHash()).toBe(shelf.stateHash);
  });

  test('is refused without the comparator that the state names', async () => {
    const path = copyOf('format-2/shelf');
    const { comparators: _, ...without } = shelfModel as never as Record<string, unknown>;
    const opening = openStore({ ...without, comparators: {} } as never, { path, readOnly: true });
    await expect(opening).rejects.toMatchObject({ name: 'RefoldError' });
  });
});

describe('a log of the key space', () => {
  test('opens with its data, from the snapshot and from its first effect', async () => {
    for (const isWhole of [true, false]) {
      const path = copyOf('key-space/version-1');
      if (!isWhole) withDatabase(path, (database) => database.exec('delete from snapshots'));
      await using store = await openStore(keySpaceModel, { path, readOnly: true, fold: 'direct' });
      expect(store.sequence).toBe(keySpace.sequence);
      expect(store.recovery.snapshot === undefined).toBe(!isWhole);
      expect(digestOf(store.state)).toBe(keySpace.digest);
      expect(await store.stateHash()).toBe(keySpace.stateHash);
    }
  });

  test('has every effect', async () => {
    await using store = await openStore(keySpaceModel, { path: copyOf('key-space/version-1'), readOnly: true });
    const types = new Set<string>();
    for await (const { type } of store.events()) types.add(type);
    expect([...types].sort()).toEqual(Object.keys(keySpaceModel.events).sort());
  });

  test('has effects whose schemas are as in this version of the model', () => {
    expect(keySpaceModel.version).toBe(keySpace.version);
    expect(schemasOf(keySpaceModel)).toEqual(keySpace.schemas);
  });
});
