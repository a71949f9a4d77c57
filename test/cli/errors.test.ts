/**
 * Every kind of failure has a code, an exit code, a message and a hint on stderr, and one JSON object with `--json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/output/exit-codes.ts';
import { cart } from './fixtures/cart.ts';
import { CART, fixture, jsonLines, makeShop, refold, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
const damaged = inFolder('damaged.db');
const tooNew = inFolder('too-new.db');
const foreign = inFolder('foreign.db');
const dropped = inFolder('dropped.db');
const lines = inFolder('lines.jsonl');
const nowhere = inFolder('nowhere.db');

beforeAll(async () => {
  await Promise.all([shop, damaged, tooNew, dropped].map(makeShop));
  change(damaged, "update blocks set payload = replace(payload, 'tea', 'pea') where first_sequence = 2");
  change(tooNew, 'pragma user_version = 99');
  change(foreign, 'create table notes (text)');
  writeFileSync(lines, '{"type":"PriceSet","data":{"sku":"tea","price":"much"}}\n');
  mkdirSync(inFolder('directory.db'));
  await using store = await openStore(cart, { path: dropped, history: 'discard' });
  await store.append({ type: 'PriceSet', data: { sku: 'tea', price: 500 } });
  await store.snapshot();
  await store.compact();
});

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

type Case = readonly [what: string, code: string, exit: number, args: readonly string[], message: RegExp, hint: RegExp];

const CASES: readonly Case[] = [
  [
    'no such file',
    'INVALID_OPTION',
    2,
    ['info', nowhere],
    /Cannot open .*nowhere.db: there is no such file/,
    /existing log/,
  ],
  ['a directory', 'INVALID_OPTION', 2, ['info', inFolder('directory.db')], /it is not a file/, /existing log/],
  ['a command that writes, without a file', 'INVALID_OPTION', 2, ['compact', nowhere], /no such file/, /existing log/],
  ["another program's file", 'INVALID_OPTION', 2, ['info', foreign], /another program/, /another path/],
  ['a newer format', 'FORMAT_TOO_NEW', 4, ['info', tooNew], /has format 99/, /Update refold/],
  ['a damaged block', 'LOG_CORRUPT', 4, ['events', damaged], /2/, /./],
  ['a damaged block, folded', 'LOG_CORRUPT', 4, ['replay', damaged, '--model', CART], /2/, /./],
  ['history that was dropped', 'HISTORY_GONE', 4, ['events', dropped, '--from', '1'], /was dropped|begins at/, /./],
  ['a sequence beyond the end', 'INVALID_OPTION', 2, ['at', shop, '7', '--model', CART], /ends at 6/, /0 to 6/],
  ['another model', 'MODEL_MISMATCH', 2, ['state', shop, '--model', `${fixture('several.ts')}#first`], /cart/, /cart/],
  [
    'a reducer that throws',
    'REDUCER_FAILED',
    2,
    ['state', shop, '--model', fixture('throwing.ts')],
    /ItemAdded.*no more tea/,
    /./,
  ],
  [
    'a path that does not exist',
    'INVALID_OPTION',
    2,
    ['state', shop, 'carts[7].items', '--model', CART],
    /there is no 7 in carts/,
    /There are 1/,
  ],
  [
    'an invalid path',
    'INVALID_OPTION',
    2,
    ['state', shop, 'carts[', '--model', CART],
    /Cannot read the path carts\[/,
    /orders\[42\]/,
  ],
  [
    'dropping without a model',
    'INVALID_OPTION',
    2,
    ['compact', shop, '--max-age', '90d'],
    /needs the model/,
    /--model/,
  ],
  [
    'bounds and history at once',
    'INVALID_OPTION',
    2,
    ['compact', shop, '--max-events', '5', '--history', 'keep'],
    /cannot be combined/,
    /either/,
  ],
  [
    'a backup to an existing file',
    'INVALID_OPTION',
    2,
    ['backup', shop, damaged],
    /exists already/,
    /never overwrites/,
  ],
  ['a backup to a missing directory', 'INVALID_OPTION', 2, ['backup', shop, inFolder('no/where.db')], /./, /./],
  [
    'an export to an existing file',
    'INVALID_OPTION',
    2,
    ['export', shop, '--sqlite', damaged],
    /exists already/,
    /never overwrites/,
  ],
  [
    'an export to a missing directory',
    'INVALID_OPTION',
    2,
    ['export', shop, '--out', inFolder('no/where.jsonl')],
    /directory is missing or not writable/,
    /Create/,
  ],
  [
    'two exports at once',
    'INVALID_OPTION',
    2,
    ['export', shop, '--out', nowhere, '--sqlite', nowhere],
    /cannot be combined/,
    /twice/,
  ],
  [
    'an import into an existing log',
    'INVALID_OPTION',
    2,
    ['import', shop, '--in', lines],
    /exists already/,
    /never overwrites/,
  ],
  [
    'an import of a missing file',
    'INVALID_OPTION',
    2,
    ['import', nowhere, '--in', inFolder('none')],
    /no such file/,
    /JSON object per line/,
  ],
  [
    'data that violates the schema',
    'EVENT_REJECTED',
    2,
    ['import', nowhere, '--in', lines, '--model', CART],
    /lines.jsonl, line 1: .*price/,
    /Correct the data/,
  ],
  [
    'an unknown command',
    'INVALID_OPTION',
    2,
    ['infos', shop],
    /unknown command 'infos'/,
    /Did you mean info\?.*refold --help/,
  ],
  [
    'an unknown option',
    'INVALID_OPTION',
    2,
    ['events', shop, '--form', '3'],
    /unknown option '--form'/,
    /--from.*refold events --help/,
  ],
  [
    'an invalid sequence',
    'INVALID_OPTION',
    2,
    ['events', shop, '--from', 'three'],
    /'three' is invalid$/,
    /^Give a sequence.*refold events --help/,
  ],
  [
    'an invalid position',
    'INVALID_OPTION',
    2,
    ['at', shop, '2027-02-30', '--model', CART],
    /'2027-02-30' is invalid for argument 'position'$/,
    /^There is no such time.*refold at --help/,
  ],
  [
    'no model given',
    'INVALID_OPTION',
    2,
    ['state', shop],
    /'--model <module>' not specified .* 'cart'$/,
    /REFOLD_MODEL/,
  ],
  [
    'an invalid choice',
    'INVALID_OPTION',
    2,
    ['compact', shop, '--history', 'forget'],
    /argument 'forget' is invalid$/,
    /^Allowed choices are keep, discard\. Run refold compact --help/,
  ],
  ['no file given', 'INVALID_OPTION', 2, ['info'], /missing required argument 'file'/, /refold info --help/],
];

describe('a failure has a code, a message and a hint', () => {
  test.each(CASES)('%s: %s, exit code %i', async (_, code, exit, args, message, hint) => {
    const run = await refold([...args, '--json']);
    const { error } = jsonLines(run.stdout).at(-1);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) });
    expect(run.code).toBe(exit);
    expect(run.stderr).toBe(`refold: ${error.message}\nhint: ${error.hint}\n`);
  });
});

test('without --json stdout stays empty', async () => {
  expect(await refold(['info', nowhere])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('hint: '),
  });
});

test('without a command, refold prints the help on stderr', async () => {
  const run = await refold([]);
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: refold') });
});

test('writing to a log of another process fails with LOG_LOCKED, exit code 3, and names the holder', async () => {
  await using _store = await openStore(cart, { path: shop });
  const run = await refold(['snapshot', shop, '--model', CART, '--json']);
  expect(run.code).toBe(3);
  expect(JSON.parse(run.stdout).error).toMatchObject({
    code: 'LOG_LOCKED',
    message: expect.stringContaining(`${process.pid}`),
  });
  expect((await refold(['compact', shop, '--plan'])).code).toBe(0);
});

describe('verify finds', () => {
  test.each([
    ['a damaged block', damaged, [], 'LOG_CORRUPT'],
    ['a damaged block, with a model', damaged, ['--model', CART], 'LOG_CORRUPT'],
    ['a reducer that throws', shop, ['--model', fixture('throwing.ts')], 'REDUCER_FAILED'],
    ['a snapshot that the model no longer produces', shop, ['--model', fixture('drifted.ts')], 'LOG_CORRUPT'],
  ])('%s, with exit code 1', async (_, log, args, code) => {
    const run = await refold(['verify', log, ...args, '--json']);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 1, stderr: '' });
    const report = JSON.parse(run.stdout);
    expect(report).toMatchObject({ ok: false, path: log });
    expect(report.problems[0]).toMatchObject({ code, message: expect.any(String), sequence: expect.any(Number) });
    const human = await refold(['verify', log, ...args]);
    expect(human.code).toBe(1);
    expect(human.stdout).toContain(`${log}: NOT SOUND\n`);
    expect(human.stdout).toContain(`${code}  ${report.problems[0].message}\n`);
  });

  test('no problem in a log whose beginning was dropped', async () => {
    expect(await refold(['verify', dropped, '--model', CART])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('Node is too old', () => {
  const old = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })",
  )}`;

  test('is reported before any other module is loaded', async () => {
    const run = await refold(['info', shop, '--json'], { nodeOptions: ['--import', old] });
    expect(run.code).toBe(3);
    expect(JSON.parse(run.stdout).error).toMatchObject({
      code: 'NODE_TOO_OLD',
      hint: expect.stringContaining('22.15'),
    });
    expect(run.stderr).toContain('refold: Cannot run on Node 20.20.2: refold needs 22.15 or newer\nhint: Install');
  });
});

test('an unknown error is a defect: exit code 70', () => {
  expect(exitCodeOf('NO_SUCH_CODE')).toBe(70);
  expect(exitCodeOf('toString')).toBe(70);
  expect(exitCodeOf('LOG_FULL')).toBe(3);
});
