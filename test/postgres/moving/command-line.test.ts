/** The command line on a log in PostgreSQL: every command that takes a file takes the URL, and no output holds the password. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { openStore } from '../../../src/index.ts';
import { postgresLog } from '../../../src/postgres.ts';
import { openStudio } from '../../../src/studio/open-studio.ts';
import cart from '../../cli/fixtures/cart.ts';
import { ANSWERS } from '../../cli/json/schemas/index.ts';
import { type Printed, runHere } from '../../run-here.ts';
import { PostgresServer } from '../server.ts';

const MODEL = fileURLToPath(new URL('../../cli/fixtures/cart.ts', import.meta.url));
/** As it stands in the URL. */
const SECRETS = ['only for tests', 'only%20for%20tests', 'only+for+tests'];

let server: PostgresServer;
let folder: string;
const printed: string[] = [];
beforeAll(async () => {
  server = await PostgresServer.start();
  folder = mkdtempSync(join(tmpdir(), 'refold-pg-cli-'));
  await using store = await openStore(cart, { path: join(folder, 'shop.db') });
  await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } });
  for (let quantity = 1; quantity <= 3; quantity++) {
    await store.append({ type: 'ItemAdded', data: { cartId: 1, sku: 'tea', quantity } });
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

const urlOf = (log: string, more = ''): string => `${server.url()}?log=${encodeURIComponent(log)}${more}`;

async function refold(...args: readonly string[]): Promise<Printed> {
  const result = await runHere(folder, () => run(args, '0.0.0'));
  printed.push(result.stdout, result.stderr);
  return result;
}

async function answer(...args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await refold(...args, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('copy moves a log to PostgreSQL and back to a file', async () => {
  const there = await answer('copy', 'shop.db', urlOf('shop'));
  expect(there).toMatchObject({ from: 'shop.db', firstSequence: 1, lastSequence: 4 });
  expect(there.to).toMatch(/^postgres:\/\/app@127\.0\.0\.1:\d+\/postgres\?log=shop$/);
  expect((await refold('copy', urlOf('shop'), 'back.db')).stdout).toContain(there.chain);
  expect((await answer('info', 'back.db')).chain).toBe(there.chain);
  const taken = await refold('copy', 'shop.db', urlOf('shop'));
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('there is a log already')]);
});

describe('a command that takes a file takes the URL', () => {
  test.each<[name: string, args: (log: string) => readonly string[], expected: object]>([
    ['info', (log) => ['info', log, '--types'], { lastSequence: 4, model: 'cart' }],
    ['verify', (log) => ['verify', log, '--model', MODEL], { ok: true, lastSequence: 4 }],
    ['verify --quick', (log) => ['verify', log, '--quick'], { ok: true }],
    ['state', (log) => ['state', log, '--model', MODEL], { sequence: 4 }],
    ['at', (log) => ['at', log, '2', '--model', MODEL], { sequence: 2 }],
    ['diff', (log) => ['diff', log, '1', '2', '--model', MODEL], {}],
    ['why', (log) => ['why', log, 'added', '--model', MODEL], {}],
    ['bisect', (log) => ['bisect', log, '--js', 'state.added > 2', '--model', MODEL], {}],
    ['rehearse', (log) => ['rehearse', log, '--model', MODEL, '--next', MODEL], {}],
    ['replay', (log) => ['replay', log, '--model', MODEL, '--verify'], { events: 4 }],
    ['check', (log) => ['check', log, '--model', MODEL], {}],
    ['snapshot', (log) => ['snapshot', log, '--model', MODEL], { sequence: 4 }],
    ['compact', (log) => ['compact', log], {}],
    ['backup', (log) => ['backup', log, 'backup.db'], { lastSequence: 4 }],
    ['backup --to', (log) => ['backup', log, 'part.db', '--to', '2'], { lastSequence: 2 }],
    ['restore --out', (log) => ['restore', log, '--out', 'out.db'], { lastSequence: 4 }],
    ['export --out', (log) => ['export', log, '--out', 'shop.jsonl'], { events: 4 }],
    ['doctor', (log) => ['doctor', log, '--model', MODEL], { ok: true }],
  ])('%s', async (_name, args, expected) => {
    expect(await answer(...args(urlOf('shop')))).toMatchObject(expected);
  });

  test('retag and redact, which say what the model lacks', async () => {
    const tags = await refold('retag', urlOf('shop'), '--model', MODEL);
    expect([tags.code, tags.stderr]).toEqual([2, expect.stringContaining('has no tags')]);
    const words = await refold('redact', urlOf('shop'), '--sequences', '1', '--model', MODEL);
    expect([words.code, words.stderr + words.stdout]).toEqual([2, expect.stringMatching(/redact/)]);
  });

  test('events, as lines', async () => {
    const { stdout, code } = await refold('events', urlOf('shop'), '--type', 'ItemAdded');
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 3]);
  });

  test('import, every line or none', async () => {
    expect(await answer('import', urlOf('imported'), '--in', 'shop.jsonl')).toMatchObject({ events: 4 });
    expect(await answer('info', urlOf('imported'))).toMatchObject({ lastSequence: 4 });
    const wrong = await refold('import', urlOf('wrong'), '--in', 'shop.db');
    expect(wrong.code).toBe(2);
    expect((await refold('info', urlOf('wrong'))).code).toBe(2);
  });

  test('the model may be missing, and the message names the log', async () => {
    const { code, stderr } = await refold('snapshot', urlOf('shop'));
    expect(code).toBe(2);
    expect(stderr).toContain('?log=shop');
  });
});

test('a command in another process ends by itself, and prints its answer', () => {
  const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const flags = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  for (const args of [['info'], ['verify'], ['doctor']]) {
    const { status, stdout } = spawnSync(process.execPath, [...flags, main, ...args, urlOf('shop'), '--json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([args, status, stdout.includes('"path"')]).toEqual([args, 0, true]);
  }
});

test('the studio opens the log in its threads', async () => {
  const log = postgresLog(server.url(), { name: 'shop' });
  const studio = await openStudio({ log, model: { module: pathToFileURL(MODEL).href }, port: 0 }, new Map());
  const { origin, hash } = new URL(studio.url);
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
  for (const route of ['log', 'moment?at=2']) {
    const response = await fetch(`${origin}/api/${route}`, { headers });
    const text = await response.text();
    printed.push(text);
    expect([route, response.status, text.includes('"error"')]).toEqual([route, 200, false]);
  }
  await studio.close();
});

test('doctor looks at the server', async () => {
  const { checks } = await answer('doctor', urlOf('shop'));
  const names = checks.map(({ name }: { readonly name: string }) => name);
  expect(names.slice(0, 8)).toEqual([
    ...['version', 'fsync', 'full_page_writes', 'synchronous_commit', 'old snapshots', 'lease'],
    ...['clock difference', 'timeline'],
  ]);
  expect(names).not.toContain('disk');
});

test('logs lists the logs of a schema, and of no other', async () => {
  const listed = await answer('logs', server.url());
  expect(ANSWERS.logs!.safeParse(listed).error).toBeUndefined();
  const { logs } = listed;
  expect(logs.map(({ name }: { readonly name: string }) => name)).toEqual(expect.arrayContaining(['imported', 'shop']));
  expect(logs.find(({ name }: { readonly name: string }) => name === 'shop')).toMatchObject({
    ...{ model: 'cart', lastSequence: 4, isUnfinished: false, bytes: expect.any(Number), epoch: expect.any(Number) },
  });
  expect((await refold('logs', server.url())).stdout).toMatch(/^name +model +sequence/);
  expect((await refold('logs', `${server.url()}?schema=other`)).stdout).toBe('no logs\n');
  expect((await refold('logs', 'shop.db')).code).toBe(2);
});

test('schema prints statements that make the tables', async () => {
  const { stdout } = await refold('schema', '--postgres', '--schema', 'by_hand');
  await server.sql(stdout);
  expect(await answer('copy', 'shop.db', urlOf('shop', '&schema=by_hand'))).toMatchObject({ lastSequence: 4 });
  expect((await refold('schema', '--postgres', '--schema', 'Bad name')).code).toBe(2);
  expect((await refold('schema')).code).toBe(2);
});

test.each<[string, (log: string) => readonly string[]]>([
  ['repair', (log) => ['repair', log]],
  ['serve', (log) => ['serve', log]],
  ['restore to it', (log) => ['restore', 'shop.db', log]],
  ['backup to it', (log) => ['backup', 'shop.db', log]],
  ['export to it', (log) => ['export', 'shop.db', '--out', log]],
  ['import from it', (log) => ['import', 'new.db', '--in', log]],
  ['import keys into it', (log) => ['import', log, '--rdb', 'dump.rdb']],
  ['an option that it does not have', (log) => ['info', log, '--no-such-option', log]],
  ['a log that is not there', () => ['info', urlOf('nothing')]],
  ['a name that is too long', () => ['info', urlOf('x'.repeat(201))]],
  ['a schema with a wrong name', (log) => ['info', `${log}&schema=Wrong`]],
  ['a URL with a wrong port', () => ['info', server.url().replace('127.0.0.1:', '127.0.0.1:9x')]],
])('%s is refused with exit code 2 and a hint', async (_name, args) => {
  const { code, stderr } = await refold(...args(urlOf('shop')));
  expect([code, stderr]).toEqual([2, expect.stringContaining('hint:')]);
});

test('a wrong password and a server that does not answer are told in words', async () => {
  const wrong = await refold('info', urlOf('shop').replace('only%20for%20tests', 'wrong'));
  expect(wrong.stderr).toContain('password authentication failed');
  expect(wrong.stderr).not.toContain(':wrong');
  expect(wrong.code).not.toBe(0);
});

test('nothing that was printed holds the password', () => {
  expect(printed.length).toBeGreaterThan(80);
  for (const text of printed) for (const secret of SECRETS) expect(text).not.toContain(secret);
});
