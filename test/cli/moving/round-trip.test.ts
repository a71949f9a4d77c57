/** JSON lines and tables there and back, for a model with every kind of state; and a new log that ends at a position. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ascending, defineModel, OrderedMap, openLog, openStore, replay } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jsonLines, refold, refoldJson, START, temporaryFolder } from '../support.ts';

interface Everything {
  byId: Map<string, { total: bigint; seen: Date; nested: Map<number, Set<string>> }>;
  sorted: OrderedMap<number, string>;
  last: Date;
  sum: bigint;
  names: Set<string>;
  bytes: Uint8Array;
}

const everything = defineModel({
  name: 'everything',
  events: {
    Put: z.object({ id: z.string(), cents: z.int(), at: z.number() }),
    Named: {
      version: 3,
      schema: z.object({ id: z.string(), names: z.array(z.string()) }),
      upcast: { 1: (d) => d, 2: (d) => d },
    },
    Removed: z.object({ id: z.string() }),
  },
  commands: {
    put: {
      input: z.object({ id: z.string() }),
      decide: (_, { id }) => [{ type: 'Put', data: { id, cents: 7, at: 0 } }],
    },
  },
  initialState: (): Everything => ({
    byId: new Map(),
    sorted: new OrderedMap(ascending),
    last: new Date(0),
    sum: 0n,
    names: new Set(),
    bytes: new Uint8Array(8),
  }),
  reducers: {
    Put(state, { id, cents, at }, { recordedAt, sequence }) {
      const total = (state.byId.get(id)?.total ?? 0n) + BigInt(cents);
      state.byId.set(id, { total, seen: new Date(recordedAt), nested: new Map([[sequence, new Set([id])]]) });
      state.sorted.set(-at, id);
      state.last = new Date(recordedAt);
      state.sum += BigInt(cents) * 10n ** 20n;
      state.bytes[sequence % 8] = cents % 256;
    },
    Named(state, { names }) {
      for (const name of names) state.names.add(name);
    },
    Removed(state, { id }) {
      state.byId.delete(id);
    },
  },
});

const inFolder = temporaryFolder();
const log = inFolder('everything.db');
const EVENTS = 46;

beforeAll(async () => {
  let now = START;
  await using store = await openStore(everything, { path: log, clock: () => now });
  for (let n = 1; n <= 20; n++) {
    now += 60_000;
    await store.append([
      {
        type: 'Put',
        data: { id: `k${n % 7}`, cents: n * 1_000, at: n / 3 },
        meta: { by: 'Zoë \u2028 \ud83d\ude00', n: -0.5 },
      },
      { type: 'Named', data: { id: `k${n}`, names: [`__proto${n}`, '', '\u0000'] } },
    ]);
    if (n % 5 === 0) await store.append({ type: 'Removed', data: { id: `k${n % 7}` } });
  }
  await store.execute('put', { id: 'commanded' }, { commandId: 'c-1' });
  await store.append({ type: 'Put', data: { id: 'k1', cents: 1, at: 1e-7 } });
  await store.compact(); // sealed
});

async function hashOf(path: string): Promise<string> {
  return (await replay(everything, { path })).stateHash;
}

describe('there and back', () => {
  test.each([
    ['lines in a file', ['--out', 'lines.jsonl'], ['--in', 'lines.jsonl']],
    ['a table', ['--sqlite', 'table.db'], ['--sqlite', 'table.db']],
  ])('%s: the same state hash, meta and command ids', async (name, there, back) => {
    const place = (args: string[]): string[] => [args[0]!, inFolder(args[1]!)];
    const copy = inFolder(`copy of ${name}.db`);
    expect(await refoldJson(['export', log, ...place(there)])).toMatchObject({ events: EVENTS });
    expect(await refoldJson(['import', copy, ...place(back)])).toMatchObject({ events: EVENTS, clamped: 0 });
    expect(await hashOf(copy)).toBe(await hashOf(log));
    const before = await refold(['export', log]);
    const after = await refold(['export', copy]);
    expect(after.stdout).toBe(before.stdout);
    expect(before.stdout).toContain('"commandId":"c-1"');
    expect(before.stdout).toContain('Zoë \\u2028 😀');
  });

  test('the table has an index on type and one on time, and queries use them', async () => {
    const table = inFolder('indexed.db');
    await refoldJson(['export', log, '--sqlite', table]);
    const database = new DatabaseSync(table, { readOnly: true });
    const plan = (sql: string): string =>
      database
        .prepare(`explain query plan ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .join();
    try {
      expect(plan(`select * from events where type = 'Removed' order by sequence`)).toBe(
        'SEARCH events USING INDEX events_by_type (type=?)',
      );
      expect(plan('select count(*) from events where recorded_at between 1 and 2')).toMatch(
        /SEARCH events USING COVERING INDEX events_by_time \(recorded_at>\? AND recorded_at<\?\)/,
      );
      expect(database.prepare(`select count(*) as n from events where type = 'Removed'`).get()).toEqual({ n: 4 });
    } finally {
      database.close();
    }
  });
});

describe('export --from --to takes positions', () => {
  test.each<[string[], number, number]>([
    [['--from', 'last-2'], EVENTS - 2, EVENTS],
    [['--from', '50%', '--to', '60%'], 23, 28],
    [['--from', '2024-01-31T12:20Z'], 42, EVENTS],
    [['--from', '2020-01-01', '--to', '12:01'], 1, 2],
    [['--from', '07:01', '--to', '07:02', '--zone', 'America/New_York'], 1, 4],
  ])('%j', async (range, first, last) => {
    const sequences = jsonLines((await refold(['export', log, ...range])).stdout).map(({ sequence }) => sequence);
    expect([sequences[0], sequences.at(-1), sequences.length]).toEqual([first, last, last - first + 1]);
  });

  test('a time at --to that is before the first event is exit code 2', async () => {
    const { code, stderr } = await refold(['export', log, '--to', '2020-01-01']);
    expect(code).toBe(2);
    expect(stderr).toContain('its first event was recorded at 2024-01-31T12:01:00.000Z');
  });
});

describe('restore --at --out', () => {
  test.each<[string, number]>([
    ['6', 6],
    ['last', EVENTS],
    ['2024-01-31T12:02:30Z', 4],
    ['12:05', 11],
  ])('makes a new log that ends at %s', async (position, lastSequence) => {
    const out = inFolder(`until ${lastSequence}.db`.replaceAll(':', ''));
    const report = await refoldJson(['restore', log, '--at', position, '--out', out]);
    expect(report).toMatchObject({ path: log, destination: out, lastSequence });
    expect(await hashOf(out)).toBe((await replay(everything, { path: log, to: lastSequence })).stateHash);
    await using store = await openStore(everything, { path: out }); // it goes on from there
    expect((await store.append({ type: 'Removed', data: { id: 'k1' } })).firstSequence).toBe(lastSequence + 1);
  });

  test('leaves the log itself as it is', async () => {
    await using opened = await openLog({ path: log });
    expect(await opened.info()).toMatchObject({ lastSequence: EVENTS });
  });

  test.each<[string, string[], number, RegExp]>([
    ['a sequence within a commit', ['--at', '5', '--out', 'new.db'], 2, /up to 5: the events 5 to 6 are one commit/],
    ['a position beyond the end', ['--at', '999', '--out', 'new.db'], 2, /999/],
    ['a time before the first event', ['--at', '2020-01-01', '--out', 'new.db'], 2, /its first event was recorded/],
    ['no position that can be read', ['--at', 'noon', '--out', 'new.db'], 2, /Give a sequence, first, last/],
    ['a file that is there', ['--at', '5', '--out', 'taken.db'], 2, /the file exists already/],
    ['two places', ['new.db', '--at', '5', '--out', 'other.db'], 2, /Cannot restore to both/],
    ['no place', ['--at', '5'], 2, /Cannot restore: no place/],
    ['two positions', ['--at', '5', '--to', '5', '--out', 'new.db'], 2, /cannot be used with option/],
    ['--force', ['--at', '5', '--out', 'new.db', '--force'], 2, /cannot be used with option/],
    ['a folder that is not there', ['--at', '5', '--out', 'nowhere/new.db'], 2, /nowhere/],
  ])('refuses %s', async (_, args, exitCode, message) => {
    writeFileSync(inFolder('taken.db'), 'mine');
    const before = readdirSync(inFolder('.'));
    const placed = args.map((arg) => (arg.endsWith('.db') ? inFolder(arg) : arg));
    const { code, stdout, stderr } = await refold(['restore', log, ...placed]);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('hint: ');
    expect(readdirSync(inFolder('.'))).toEqual(before);
  });

  test('names no repair for a file that is missing, or that is not a log', async () => {
    writeFileSync(inFolder('letter.txt'), 'Dear Ada');
    for (const from of ['nowhere.db', 'letter.txt']) {
      const { code, stderr } = await refold(['restore', inFolder(from), '--at', '5', '--out', inFolder('new.db')]);
      expect(code).toBeGreaterThan(1);
      expect(stderr).not.toContain('repair');
      expect(existsSync(inFolder('new.db'))).toBe(false);
    }
  });
});
