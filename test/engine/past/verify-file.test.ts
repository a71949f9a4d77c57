/** What verify finds in a file, quick and full, with a model and without. */
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openLog } from '../../../src/index.ts';
import { chainAfter, checksumOf, EMPTY_CHAIN } from '../../../src/log/blocks/block.ts';
import { added, note } from '../cart.ts';
import { openCarts, temporaryPath } from '../harness.ts';

async function makeLog(): Promise<string> {
  const path = await temporaryPath();
  const store = await openCarts({ path });
  await store.append(note('first'));
  await store.append(added('a'), { commandId: 'once' });
  await store.close();
  return path;
}

function harm(path: string, work: (database: Database.Database) => void): void {
  const database = new Database(path);
  work(database);
  database.close();
}

async function findingsOf(path: string, quick: boolean) {
  await using log = await openLog({ path });
  const { ok, problems } = await log.verify({ quick });
  expect(ok).toBe(problems.length === 0);
  return problems;
}

describe('verify without a model', () => {
  test('finds nothing in a sound log', async () => {
    const path = await makeLog();
    expect(await findingsOf(path, true)).toEqual([]);
    expect(await findingsOf(path, false)).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['a changed block', `update blocks set payload = replace(payload, 'first', 'worst')`, { sequence: 1 }],
    ['a lost chunk', 'delete from snapshot_chunks', { sequence: 2 }],
    ['a changed chunk', `update snapshot_chunks set data = cast(data || x'00' as blob)`, { sequence: 2 }],
    ['a changed header of a snapshot', 'update snapshots set format = format + 1', { sequence: 2 }],
    ['a changed outcome', `update commands set outcome = '{}'`, { type: 'once' }],
  ])('%s is found, also by a quick verify', async (_, sql, coordinates) => {
    const path = await makeLog();
    harm(path, (database) => database.exec(sql));
    for (const quick of [true, false]) {
      expect(await findingsOf(path, quick)).toMatchObject([
        { code: 'LOG_CORRUPT', ...coordinates, hint: expect.any(String) },
      ]);
    }
  });

  test('a damaged page of SQLite’s own data is found', async () => {
    const path = await makeLog();
    const bytes = readFileSync(path);
    const page = new Database(path, { readonly: true })
      .prepare("select rootpage from sqlite_schema where name = 'commands'")
      .pluck()
      .get() as number;
    bytes.fill(0xff, (page - 1) * 4_096 + 8, (page - 1) * 4_096 + 64);
    writeFileSync(path, bytes);
    const problems = await findingsOf(path, true);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatchObject({ code: 'LOG_CORRUPT', path });
  });

  test('a quick verify does not find invalid content with a matching checksum', async () => {
    const path = await makeLog();
    harm(path, (database) => {
      const payload = '[[0,0,[["NoteTaken",1]]]]';
      const row = database
        .prepare('select recorded_at, checksum, chain, payload from blocks where first_sequence = 2')
        .raw();
      const [recordedAt, checksum, chain, old] = row.get() as [number, number, string, string];
      expect(chain).not.toBe(EMPTY_CHAIN);
      expect(checksum).toBe(checksumOf(old));
      const first = { checksum: checksumOf(payload), firstSequence: 1, lastSequence: 1 };
      const at = database.prepare('select recorded_at from blocks where first_sequence = 1').pluck().get() as number;
      const before = chainAfter(EMPTY_CHAIN, { ...first, recordedAt: at });
      const update = database.prepare(
        'update blocks set payload = ?, checksum = ?, chain = ? where first_sequence = ?',
      );
      update.run(payload, first.checksum, before, 1);
      const second = chainAfter(before, { checksum, firstSequence: 2, lastSequence: 2, recordedAt });
      update.run(old, checksum, second, 2);
      database.exec("update log_state set log_id = 'ffffffffffffffffffffffffffffffff'"); // no witness of this story
    });
    expect(await findingsOf(path, true)).toEqual([]);
    expect(await findingsOf(path, false)).toMatchObject([{ code: 'LOG_CORRUPT', sequence: 1 }]);
  });
});

describe('verify with a model', () => {
  test('also finds problems of the file', async () => {
    const path = await makeLog();
    harm(path, (database) => database.exec(`update commands set outcome = '{}'`));
    const store = await openCarts({ path });
    const { ok, problems } = await store.verify();
    expect(ok).toBe(false);
    expect(problems).toMatchObject([{ code: 'LOG_CORRUPT', type: 'once' }]);
  });
});
