/**
 * Formats: files of every format ever written open and mean the same; an older one becomes a newer one completely or
 * not at all.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import { type Connection, loadDriver, openConnection } from '../../src/log/sqlite/file/driver.ts';
import { FORMAT_VERSION, identify, MIGRATIONS, type Migration, migrate } from '../../src/log/sqlite/file/schema.ts';
import { refusalOf } from '../contracts/log-fixtures.ts';
import { GOLDEN_FOLDER, goldenModel, goldenProjection, readGolden } from '../golden/ledger.ts';
import { openLog, temporaryDirectory, temporaryPath, withDatabase } from './sqlite/fixtures.ts';

const goldens = fs
  .readdirSync(GOLDEN_FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''));

describe('golden files', () => {
  test('exist for each format', () => {
    for (let format = 1; format <= FORMAT_VERSION; format++) {
      expect(goldens.filter((name) => name.startsWith(`format-${format}/`)).length).toBeGreaterThan(1);
    }
  });

  test.each(goldens)('%s opens with its expected content', async (name) => {
    const expected = readGolden(name);
    const path = copyOf(name);
    const reader = await openStore(goldenModel, { path, readOnly: true });
    expect(reader.sequence).toBe(expected.sequence);
    await reader.close();
    await using store = await openStore(goldenModel, { path });
    expect(store.sequence).toBe(expected.sequence);
    expect(store.stats().firstSequence).toBe(expected.firstSequence);
    expect(await store.stateHash()).toBe(expected.stateHash);
    expect(store.recovery.snapshot).toBe(expected.snapshot);
    const { problems, snapshots, openBlocks, sealedBlocks } = await store.verify();
    expect(problems).toEqual([]);
    expect({ openBlocks, sealedBlocks }).toEqual(expected.blocks);
    expect(snapshots.map(({ verdict }) => verdict)).toEqual(snapshots.map(() => 'equal'));
    expect((await store.at({ sequence: expected.past.sequence })).state).toEqual(expected.past.state);
    // Format 1 does not know the input of a command, so any input is answered.
    const remembered = await store.execute('open', { account: 'nobody asks' }, { commandId: expected.command.id });
    const isKept = expected.firstSequence === 1;
    const events = isKept ? await Array.fromAsync(store.events({ to: 1 })) : undefined;
    expect(remembered).toEqual({ ...expected.command.outcome, events, result: undefined, replayed: true });
    const projection = await store.project(goldenProjection);
    expect(projection.state).toEqual(expected.projection);
  });
});

/** A golden file is never opened in its place: opening writes. */
function copyOf(name: string): string {
  const folder = temporaryDirectory();
  for (const suffix of ['', '-wal', '-witness']) {
    const from = join(GOLDEN_FOLDER, `${name}.db${suffix}`);
    if (fs.existsSync(from)) fs.copyFileSync(from, join(folder, `log.db${suffix}`));
  }
  return join(folder, 'log.db');
}

describe('migration', () => {
  const addColumn: Migration = {
    from: FORMAT_VERSION,
    run: (connection) =>
      connection.exec("alter table meta add column note text; insert into meta values ('m', '1', 'x')"),
  };

  async function openRaw(): Promise<{ connection: Connection; path: string }> {
    const path = temporaryPath();
    await (await openLog(path)).close();
    return { path, connection: openConnection(await loadDriver(), path, { readOnly: false }) };
  }

  const formatOf = (connection: Connection) => connection.pragma('user_version', { simple: true });
  const runsOf = (connection: Connection) => connection.prepare('select count(*) from meta').pluck().get();

  test('has a step from every older format', () => {
    expect(MIGRATIONS.map(({ from }) => from)).toEqual(Array.from({ length: FORMAT_VERSION - 1 }, (_, i) => i + 1));
  });

  test('runs a step once, and leaves the newer format', async () => {
    const { connection, path } = await openRaw();
    migrate(connection, path, [addColumn], FORMAT_VERSION + 1);
    migrate(connection, path, [addColumn], FORMAT_VERSION + 1);
    expect([formatOf(connection), runsOf(connection)]).toEqual([FORMAT_VERSION + 1, 1]);
    connection.close();
  });

  test('runs all steps or no step', async () => {
    const { connection, path } = await openRaw();
    const failing: Migration = {
      from: FORMAT_VERSION + 1,
      run: () => {
        throw new Error('half way');
      },
    };
    expect(() => migrate(connection, path, [addColumn, failing], FORMAT_VERSION + 2)).toThrowError('half way');
    expect([formatOf(connection), runsOf(connection)]).toEqual([FORMAT_VERSION, 0]);
    expect(connection.inTransaction).toBe(false);
    expect(identify(connection, path)).toBe('log');
    connection.close();
  });

  test('refuses a log without a step from its format', async () => {
    const { connection, path } = await openRaw();
    expect(() => migrate(connection, path, [], FORMAT_VERSION + 1)).toThrowError(/cannot migrate its format/);
    connection.close();
  });

  test('reports a log without a format as damaged', async () => {
    const { connection, path } = await openRaw();
    connection.close();
    withDatabase(path, (database) => database.pragma('user_version = 0'));
    expect((await refusalOf(openLog(path))).code).toBe('LOG_CORRUPT');
  });
});
