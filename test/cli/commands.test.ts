/** Runs every command with and without --json on one small log. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { cart } from './fixtures/cart.ts';
import { CART, jsonLines, makeShop, refold, refoldJson, START, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
let stateHash: string;

beforeAll(async () => {
  await makeShop(shop);
  await using store = await openStore(cart, { path: shop, readOnly: true });
  stateHash = await store.stateHash();
});

/** Runs a command that must succeed and print nothing on stderr. Returns its stdout. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await refold(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('info', () => {
  test('describes the log, with aligned values', async () => {
    const lines = (await printed('info', shop)).split('\n');
    expect(lines).toContain('model      cart');
    expect(lines).toContain('events     6  (1 … 6)');
    expect(lines).toContain('recorded   2024-01-31T12:00:00.000Z … 2024-01-31T12:04:00.000Z  (4m)');
    expect(lines.find((line) => line.startsWith('snapshots'))).toContain(
      `1, the newest at 6, 2024-01-31T12:04:00.000Z`,
    );
    expect(lines).toContain('writer     none');
    expect(await printed('info', shop, '--snapshots')).toMatch(/^snapshot {3}at 6, /m);
  });

  test('names the process that has the log open, and adds up all files', async () => {
    const path = inFolder('written.db');
    await makeShop(path);
    await using _writer = await openStore(cart, { path });
    const { writer, files, totalBytes, recovery } = await refoldJson(['info', path]);
    expect(writer).toMatchObject({ pid: process.pid, startedAt: expect.any(Number) });
    expect(files[0]).toMatchObject({ path });
    expect(files.length).toBeGreaterThan(2);
    expect(totalBytes).toBe(files.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0));
    expect(recovery).toMatchObject({ events: expect.any(Number) });
  });

  test('--json', async () => {
    expect(await refoldJson(['info', shop])).toMatchObject({
      path: shop,
      model: 'cart',
      events: 6,
      firstSequence: 1,
      lastSequence: 6,
      firstRecordedAt: START,
      lastRecordedAt: START + 4 * 60_000,
      openBlocks: 5,
      snapshots: [{ sequence: 6, stateHash }],
    });
  });
});

describe('state', () => {
  test('shows sequence, hash and content', async () => {
    const text = await printed('state', shop, '--model', CART);
    expect(text).toContain('sequence  6\n');
    expect(text).toContain(`hash      ${stateHash}\n`);
    expect(text).toContain("prices: OrderedMap(2) { 'cup' => 900, 'tea' => 450 }");
  });

  test('--json tags what JSON lacks', async () => {
    expect(await refoldJson(['state', shop, '--model', CART])).toEqual({
      model: 'cart',
      sequence: 6,
      stateHash,
      state: {
        carts: {
          $map: [
            [
              1,
              {
                customer: 'Ada',
                items: [
                  { sku: 'tea', quantity: 2 },
                  { sku: 'cup', quantity: 1 },
                  { sku: 'tea', quantity: 3 },
                ],
              },
            ],
          ],
        },
        prices: {
          $orderedMap: [
            ['cup', 900],
            ['tea', 450],
          ],
        },
        added: 6,
      },
    });
  });

  test('shows the part at a path', async () => {
    expect(await printed('state', shop, 'carts[1].items[2].quantity', '--model', CART)).toMatch(/\n\n3\n$/);
    expect(await refoldJson(['state', shop, 'prices.tea', '--model', CART])).toEqual({
      model: 'cart',
      sequence: 6,
      path: 'prices.tea',
      value: 450,
    });
  });
});

describe('at', () => {
  test.each([
    ['a sequence', '4', 4],
    ['the beginning', '0', 0],
    ['the exact time of a commit', '2024-01-31T12:01:00Z', 3],
    ['a time between commits, without a zone', '2024-01-31 12:01:59.999', 3],
    ['a time with an offset', '2024-01-31T13:02:00+01:00', 4],
    ['@ and milliseconds', `@${START}`, 1],
    ['thirteen digits', `${START + 200_000}`, 5],
    ['a day', '2024-02-01', 6],
  ])('accepts %s', async (_, position, sequence) => {
    expect(await refoldJson(['at', shop, position, 'added', '--model', CART])).toMatchObject({
      sequence,
      value: [0, 0, 0, 0, 2, 3, 6][sequence],
    });
  });

  test('prints when the event was recorded', async () => {
    const text = await printed('at', shop, '4', '--model', CART);
    expect(text).toContain('sequence  4\nrecorded  2024-01-31T12:02:00.000Z\n');
    expect(text).toContain("items: [ { sku: 'tea', quantity: 2 } ]");
  });
});

describe('replay', () => {
  test('prints the number of events, the speed and the state hash', async () => {
    const text = await printed('replay', shop, '--model', CART);
    expect(text).toMatch(/^events {6}6 {2}\(1 … 6\)\ntook {8}[\d.]+m?s\nstate hash {2}[0-9a-f]{64}\n$/);
    expect(text).toContain(stateHash);
  });

  test('--json prints one object, and --to stops early', async () => {
    const whole = await refoldJson(['replay', shop, '--model', CART]);
    expect(whole).toMatchObject({ model: 'cart', events: 6, from: 0, sequence: 6, stateHash });
    expect(Object.keys(whole)).toEqual(expect.arrayContaining(['seconds', 'eventsPerSecond']));
    const part = await refoldJson(['replay', shop, '--model', CART, '--to', '2024-01-31T12:02Z']);
    expect(part).toMatchObject({ events: 4, sequence: 4 });
    const past = await refoldJson(['at', shop, '4', '--model', CART]);
    expect(part.stateHash).toBe(past.stateHash);
  });
});

describe('verify', () => {
  test('reads the blocks without a model', async () => {
    expect(await printed('verify', shop)).toBe(
      `${shop}: sound\nevents    6 read  (1 … 6)\nleft out  states, snapshots and invariants: add --model\n`,
    );
    expect(await refoldJson(['verify', shop])).toMatchObject({ path: shop, ok: true, events: 6, problems: [] });
  });

  test('with a model folds the log again and compares the snapshots', async () => {
    const text = await printed('verify', shop, '--model', CART);
    expect(text).toContain('snapshot    at 6: equal');
    expect(text).toContain(stateHash);
    const report = await refoldJson(['verify', shop, '--model', CART]);
    expect(report).toMatchObject({
      ok: true,
      model: 'cart',
      snapshots: [{ sequence: 6, verdict: 'equal' }],
      stateHash,
    });
  });
});

describe('snapshot', () => {
  test('takes a snapshot, and prints how the state was recovered', async () => {
    const text = await printed('snapshot', shop, '--model', CART);
    expect(text).toContain('recovery    Loaded the snapshot at 6; nothing was left to replay.');
    expect(text).toContain(stateHash);
    expect(await refoldJson(['snapshot', shop, '--model', CART])).toMatchObject({
      model: 'cart',
      sequence: 6,
      stateHash,
    });
  });
});

describe('compact', () => {
  test('--plan changes nothing, and compact then does what the plan said', async () => {
    const log = inFolder('compact.db');
    await makeShop(log);
    expect(await printed('compact', log, '--plan')).toMatch(
      /^would seal {2}6 events in 5 blocks, .*\nwould drop {2}nothing/,
    );
    const plan = await refoldJson(['compact', log, '--plan']);
    expect(plan).toMatchObject({ dryRun: true, sealed: { events: 6, blocks: 5 }, dropped: { events: 0 } });
    expect(await refoldJson(['info', log])).toMatchObject({ openBlocks: 5, sealedBlocks: 0 });

    const done = await refoldJson(['compact', log]);
    expect(done).toMatchObject({ dryRun: false, sealed: { events: 6, blocks: 5 }, dropped: { events: 0 } });
    expect(await refoldJson(['info', log])).toMatchObject({ openBlocks: 0, sealedBlocks: 1 });
    expect(await printed('compact', log)).toMatch(/^sealed {3}nothing: there is nothing to seal\n/);
    expect(await refoldJson(['replay', log, '--model', CART])).toMatchObject({ events: 6, stateHash });
  });

  test('drops events outside the bounds, up to the older of two snapshots', async () => {
    const log = inFolder('dropping.db');
    await makeShop(log); // a snapshot at 6
    await using store = await openStore(cart, { path: log });
    await store.append({ type: 'PriceSet', data: { sku: 'tea', price: 500 } });
    await store.close(); // and one at 7

    const bounds = ['--max-events', '1', '--model', CART];
    const plan = await refoldJson(['compact', log, '--plan', ...bounds]);
    expect(plan.dropped).toMatchObject({ throughSequence: 6, events: 6 });
    expect(await refoldJson(['info', log])).toMatchObject({ firstSequence: 1 });
    expect((await refoldJson(['compact', log, '--plan', '--max-age', '1ms', '--model', CART])).dropped.events).toBe(6);
    expect((await refoldJson(['compact', log, '--plan', '--max-bytes', '1GB', '--model', CART])).dropped.events).toBe(
      0,
    );
    expect((await refoldJson(['compact', log, '--plan', '--history', 'keep'])).dropped.events).toBe(0);
    expect(await printed('compact', log, '--plan', '--history', 'discard', '--model', CART)).toContain('held back');
  });
});

describe('backup', () => {
  test('makes a copy that opens and holds the same events', async () => {
    const copy = inFolder('copy.db');
    expect(await printed('backup', shop, copy)).toContain('reaches  6\n');
    expect(await refoldJson(['replay', copy, '--model', CART])).toMatchObject({ events: 6, stateHash });
    const another = inFolder('another.db');
    expect(await refoldJson(['backup', shop, another])).toMatchObject({
      path: shop,
      destination: another,
      firstSequence: 1,
      lastSequence: 6,
      recordedAt: START + 4 * 60_000,
    });
    expect(readdirSync(dirname(another)).filter((name) => name.startsWith('another.db'))).toEqual(['another.db']);
  });

  test('ends where --to says', async () => {
    const copies = ['bySequence.db', 'byTime.db'].map(inFolder) as [string, string];
    const events = (await printed('events', shop))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { sequence, recordedAt } = events.findLast((event) => event.recordedAt < events.at(-1).recordedAt);
    expect(await refoldJson(['backup', shop, copies[0], '--to', String(sequence)])).toMatchObject({
      lastSequence: sequence,
    });
    expect(await refoldJson(['backup', shop, copies[1], '--to', new Date(recordedAt).toISOString()])).toMatchObject({
      lastSequence: sequence,
      recordedAt,
    });
    expect(await refoldJson(['replay', copies[0], '--model', CART])).toMatchObject({ events: sequence });
    const { code, stderr } = await refold(['backup', shop, inFolder('beyond.db'), '--to', '99']);
    expect([code, existsSync(inFolder('beyond.db'))]).toEqual([2, false]);
    expect(stderr).toContain('the log ends at 6');
  });

  test('works while another process writes', async () => {
    const log = inFolder('busy.db');
    await using store = await openStore(cart, { path: log });
    await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } });
    expect(await refoldJson(['backup', log, inFolder('busy-copy.db')])).toMatchObject({ lastSequence: 1 });
    expect(await refoldJson(['state', log, 'carts[1].customer', '--model', CART])).toMatchObject({ value: 'Ada' });
  });
});

describe('doctor', () => {
  const folder = temporaryFolder();

  test('finds nothing wrong with a sound log, with and without a model', async () => {
    const text = await printed('doctor', shop, '--model', CART);
    expect(text).toContain('✓ snapshots  1 of 1 usable');
    const { ok, checks, model } = await refoldJson(['doctor', shop]);
    expect({ ok, model }).toEqual({ ok: true, model: undefined });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'snapshots', status: 'left out' }));
  });

  test('names the repair of a damaged block, and what is left beside the log', async () => {
    const path = folder('sick.db');
    await makeShop(path);
    const bytes = readFileSync(path);
    bytes.write('AddedX', bytes.indexOf('Added'), 'latin1');
    writeFileSync(path, bytes);
    writeFileSync(`${path}.damaged-1`, '');
    const { code, stdout } = await refold(['doctor', path, '--json']);
    const { ok, checks } = JSON.parse(stdout);
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(checks).toContainEqual(
      expect.objectContaining({ status: 'problem', command: `refold repair ${path} --accept-loss` }),
    );
    expect(checks).toContainEqual(expect.objectContaining({ name: 'leftovers', status: 'remark' }));
  });

  test('a file that was never a log is an error without the offer of a repair', async () => {
    const path = folder('plain.txt');
    writeFileSync(path, 'plain text, and enough of it to fill a header of SQLite'.repeat(40));
    for (const command of ['doctor', 'info', 'verify']) {
      const { code, stderr } = await refold([command, path]);
      expect({ code, stderr }).toEqual({ code: 4, stderr: expect.not.stringContaining('repair') });
    }
  });
});

describe('restore --out', () => {
  test('makes a new log that ends at a position, and leaves the old one', async () => {
    const out = inFolder('early.db');
    expect(await printed('restore', shop, '--at', '4', '--out', out)).toContain('reaches  4\n');
    expect(await refoldJson(['info', out])).toMatchObject({ lastSequence: 4 });
    expect(await refoldJson(['info', shop])).toMatchObject({ lastSequence: 6 });
  });

  test.each([
    ['no place', ['restore', shop]],
    ['two places', ['restore', shop, inFolder('x.db'), '--out', inFolder('y.db')]],
    ['a file that exists', ['restore', shop, '--out', shop]],
    ['two positions', ['restore', shop, '--at', '1', '--to', '2', '--out', inFolder('z.db')]],
  ])('refuses %s', async (_what, args) => {
    expect(await refold(args)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('help', () => {
  test('knows commands by name, and -h', async () => {
    expect(await printed('help', 'info')).toBe(await printed('info', '-h'));
  });

  test('refuses an unknown command', async () => {
    expect(await refold(['help', 'nope'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('restore', () => {
  test('puts a backup in a new place, and over a log with --force', async () => {
    const [backup, log] = [inFolder('kept.db'), inFolder('restored.db')];
    await printed('backup', shop, backup);
    expect(await printed('restore', backup, log)).toContain('reaches   6\n');
    const refused = await refold(['restore', backup, log, '--json']);
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([2, 'INVALID_OPTION']);
    const report = await refoldJson(['restore', backup, log, '--force', '--to', '1']);
    expect(report).toMatchObject({ backup, path: log, lastSequence: 1 });
    expect(await refoldJson(['info', String(report.replaced)])).toMatchObject({ lastSequence: 6 });
    expect(await refoldJson(['info', log])).toMatchObject({ lastSequence: 1 });
  });

  test('is told that the log is in use, after the time to wait', async () => {
    const [backup, log] = [inFolder('idle.db'), inFolder('used.db')];
    await printed('backup', shop, backup);
    await using store = await openStore(cart, { path: log });
    const { code, stderr } = await refold(['restore', backup, log, '--force', '--wait-for-lock', '50ms']);
    expect([code, store.sequence]).toEqual([3, 0]);
    expect(stderr).toContain(`process ${process.pid}`);
  });
});

describe('--wait-for-lock', () => {
  test('waits for a store that closes', async () => {
    const log = inFolder('waiting.db');
    const store = await openStore(cart, { path: log });
    const snapshot = refold(['snapshot', log, '--model', CART, '--wait-for-lock', '60s']);
    await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } });
    await store.close();
    expect(await snapshot).toMatchObject({ code: 0 });
  });
});

describe('export --sqlite', () => {
  test('writes every event into a plain table, those of sealed blocks included', async () => {
    const log = inFolder('sealed.db');
    await makeShop(log);
    await printed('compact', log);
    const table = inFolder('table.db');
    expect(await refoldJson(['export', log, '--sqlite', table])).toEqual({ path: log, destination: table, events: 6 });

    const database = new DatabaseSync(table);
    const rows = database.prepare('select * from events order by sequence').all();
    database.close();
    expect(rows).toHaveLength(6);
    expect({ ...rows[0] }).toEqual({
      sequence: 1,
      recorded_at: START,
      type: 'CartOpened',
      version: 1,
      data: '{"cartId":1,"customer":"Ada"}',
      meta: '{"by":"web"}',
      command_id: null,
    });
    expect(rows[5]).toMatchObject({ sequence: 6, version: 2, meta: null });
  });

  test.each([
    ['--out', '--in', []],
    ['--sqlite', '--sqlite', []],
    ['--sqlite', '--sqlite', ['--model', CART]],
  ] as const)('%s comes back through import %s %j, ids of commands included', async (out, into, further) => {
    const log = inFolder(`ids-${further.length}${out}.db`);
    await makeShop(log);
    {
      await using store = await openStore(cart, { path: log });
      const opened = { type: 'CartOpened', data: { cartId: 2, customer: 'Bo → "x"\n' } } as const;
      await store.append([opened, { type: 'PriceSet', data: { sku: 'pen', price: 1 } }], { commandId: 'open-2' });
      await store.compact();
    }
    const [copy, table] = [`${log}-copy.db`, `${log}-table.db`];
    await refoldJson(['export', log, out, table]);
    expect(await refoldJson(['import', copy, into, table, ...further])).toMatchObject({ events: 8, clamped: 0 });
    const [before, after] = [await printed('events', log, '--json'), await printed('events', copy, '--json')];
    const withoutVersion = (text: string) => jsonLines(text).map(({ version: _version, ...event }) => event);
    if (further.length === 0) expect(after).toBe(before);
    expect(withoutVersion(after)).toEqual(withoutVersion(before));
    expect(jsonLines(after).map(({ commandId }) => commandId)).toEqual([...Array(6), 'open-2', 'open-2']);
  });

  test('a file without such a table is refused, and so are two sources', async () => {
    const plain = inFolder('plain-table.db');
    writeFileSync(plain, 'hello '.repeat(100));
    const other = inFolder('other-table.db');
    const database = new DatabaseSync(other);
    database.exec('create table events (sequence, data); insert into events values (9007199254740993, null)');
    database.close();
    for (const table of [plain, other, inFolder('not-there')]) {
      const { code, stderr } = await refold(['import', inFolder('never.db'), '--sqlite', table]);
      expect(code).toBe(2);
      expect(stderr).toContain(table);
    }
    expect((await refold(['import', inFolder('never.db'), '--sqlite', other, '--in', other])).code).toBe(2);
  });
});

test('help and version', async () => {
  const help = await printed('--help');
  for (const command of [
    'info',
    'events',
    'state',
    'at',
    'replay',
    'verify',
    'snapshot',
    'compact',
    'backup',
    'export',
    'import',
  ]) {
    expect(help).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(await printed(command, '--help')).toContain(`\nExample:\n  `);
  }
  expect(help).toContain('Exit codes:');
  expect(await printed('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('zod is loaded', () => {
  const tell = `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { if (url.includes('/zod/')) process.exitCode = 42; return next(url, context); } });
  `)}`;

  test('by a model', async () => {
    expect((await refold(['state', shop, '--model', CART], { nodeOptions: ['--import', tell] })).code).toBe(42);
  });

  test.each([[['info', shop]], [['events', shop]], [['verify', shop]], [['--help']]])('but not by %j', async (args) => {
    expect((await refold(args, { nodeOptions: ['--import', tell] })).code).toBe(0);
  });
});

// `restore --force` keeps the log that it replaced.
test('no command leaves other files behind', () => {
  const names = readdirSync(inFolder('.')).filter(
    (name) => !/\.db(\.replaced-[\dTZ-]+)?(-lock|-wal|-shm|-witness|-ballast)?$/.test(name),
  );
  expect(names).toEqual([]);
  expect(existsSync(shop)).toBe(true);
});
