/** Export and import: a round trip loses nothing, and a failed import leaves nothing. */
import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openLog } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  CART,
  exitOf,
  jsonLines,
  makeShop,
  refold,
  refoldAlone,
  refoldJson,
  START,
  startRefold,
  temporaryFolder,
} from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
let exported: string;

beforeAll(async () => {
  await makeShop(shop);
  exported = (await refold(['export', shop])).stdout;
});

/** Files in the folder, without those that SQLite and refold keep beside a log. */
function files(): string[] {
  return readdirSync(inFolder('.')).filter((name) => !/-(lock|wal|shm|witness|ballast)$/.test(name));
}

describe('round trip', () => {
  test('through a pipe keeps sequence, time, version, data and meta', async () => {
    const copy = inFolder('copy.db');
    const { stdout } = await refoldAlone(['import', copy, '--json'], { input: exported });
    expect(JSON.parse(stdout)).toMatchObject({ path: copy, events: 6, lastSequence: 6 });
    expect((await refold(['export', copy])).stdout).toBe(exported);
    const [before, after] = [
      await refoldJson(['replay', shop, '--model', CART]),
      await refoldJson(['replay', copy, '--model', CART]),
    ];
    expect(after.stateHash).toBe(before.stateHash);
  });

  test('through files', async () => {
    const [lines, copy] = [inFolder('shop.jsonl'), inFolder('copy-2.db')];
    expect(await refoldJson(['export', shop, '--out', lines])).toEqual({ path: shop, destination: lines, events: 6 });
    const { code, stdout } = await refold(['import', copy, '--in', lines]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^imported {2}6 events\n/) });
    expect((await refold(['export', copy])).stdout).toBe(exported);
  });

  test('with a model validates and folds the events, and keeps their times', async () => {
    const copy = inFolder('modelled.db');
    expect(await refoldJson(['import', copy, '--model', CART], { input: exported })).toMatchObject({
      model: 'cart',
      events: 6,
    });
    expect((await refold(['export', copy])).stdout).toBe(exported);
    expect(await refoldJson(['info', copy])).toMatchObject({ model: 'cart', snapshots: [{ sequence: 6 }] });
  });

  test('export writes the selected events, and importing them needs --renumber', async () => {
    const { stdout: part } = await refold(['export', shop, '--from', '2', '--type', 'PriceSet']);
    expect(jsonLines(part).map(({ sequence }) => sequence)).toEqual([2, 3]);
    const refused = await refold(['import', inFolder('part.db')], { input: part });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin, line 1: its sequence is 2, but the new log would give it 1'),
    });
    expect(refused.stderr).toContain('--renumber');
    expect(await refoldJson(['import', inFolder('part.db'), '--renumber'], { input: part })).toMatchObject({
      lastSequence: 2,
    });
  });

  test('import keeps an old version without a model, and upcasts it with one', async () => {
    const old = [
      { recordedAt: START, type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } },
      { recordedAt: START + 1, type: 'ItemAdded', version: 1, data: { cartId: 1, sku: 'tea' } },
    ];
    const input = old.map((event) => JSON.stringify(event)).join('\r\n\n');
    const [asIs, upcast] = [inFolder('as-is.db'), inFolder('upcast.db')];
    await refoldJson(['import', asIs], { input });
    await refoldJson(['import', upcast, '--model', CART], { input });
    expect(jsonLines((await refold(['export', asIs])).stdout)[1]).toMatchObject({ ...old[1], sequence: 2 });
    expect(jsonLines((await refold(['export', upcast])).stdout)[1]).toEqual({
      sequence: 2,
      recordedAt: START + 1,
      type: 'ItemAdded',
      version: 2,
      data: { cartId: 1, sku: 'tea', quantity: 1 },
    });
    const states = [
      await refoldJson(['state', asIs, '--model', CART]),
      await refoldJson(['state', upcast, '--model', CART]),
    ];
    expect(states[0].stateHash).toBe(states[1].stateHash);
  });

  test('imports more events than one group holds', async () => {
    const count = 12_345;
    const lines = Array.from(
      { length: count },
      (_, i) => `{"recordedAt":${START + i},"type":"PriceSet","data":{"sku":"s${i}","price":${i}}}`,
    );
    for (const args of [[], ['--model', CART]]) {
      const log = inFolder(`many-${args.length}.db`);
      expect(await refoldJson(['import', log, ...args], { input: lines.join('\n') })).toMatchObject({ events: count });
      await using opened = await openLog({ path: log });
      expect(await opened.locate({ time: START + 9_999 })).toBe(10_000);
      expect(await opened.verify()).toMatchObject({ ok: true, events: count });
    }
  });

  test('an empty input makes a log without events', async () => {
    expect(await refoldJson(['import', inFolder('empty.db')], { input: '' })).toMatchObject({
      events: 0,
      lastSequence: 0,
    });
    expect((await refold(['events', inFolder('empty.db')])).stdout).toBe('');
    expect(await refoldJson(['info', inFolder('empty.db')])).toMatchObject({ events: 0 });
  });
});

describe('an import with one bad line leaves nothing', () => {
  const good = '{"type":"PriceSet","data":{"sku":"tea","price":1}}';
  const deep = `{"type":"PriceSet","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

  test.each<[string, string | Buffer, string[], string, RegExp]>([
    ['invalid JSON', '{"type":', [], 'EVENT_REJECTED', /not JSON/],
    ['not an object', '[1]', [], 'EVENT_REJECTED', /not an object/],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), [], 'EVENT_REJECTED', /not UTF-8/],
    ['no type', '{"data":{}}', [], 'EVENT_REJECTED', /type is not a non-empty string/],
    ['no data', '{"type":"PriceSet"}', [], 'EVENT_REJECTED', /undefined at data/],
    [
      'an unknown member',
      '{"type":"PriceSet","data":{},"recorded_at":1}',
      [],
      'EVENT_REJECTED',
      /unknown member "recorded_at"/,
    ],
    [
      'an invalid time',
      '{"type":"PriceSet","data":{},"recordedAt":"now"}',
      [],
      'EVENT_REJECTED',
      /recordedAt "now" is not a valid time/,
    ],
    ['an invalid version', '{"type":"PriceSet","data":{},"version":0}', [], 'EVENT_REJECTED', /version is 0/],
    [
      'meta that is not an object',
      '{"type":"PriceSet","data":{},"meta":[]}',
      [],
      'EVENT_REJECTED',
      /meta is not an object/,
    ],
    [
      'a key that gives access to the prototype',
      '{"type":"PriceSet","data":{"__proto__":{"x":1}}}',
      [],
      'EVENT_REJECTED',
      /__proto__ at data/,
    ],
    ['a hundred thousand levels', deep, [], 'EVENT_REJECTED', /nesting deeper/],
    ['a lone surrogate', '{"type":"PriceSet","data":"\\ud800"}', [], 'EVENT_REJECTED', /lone surrogate/],
    ['a gap in the sequences', good.replace('{', '{"sequence":5,'), [], 'EVENT_REJECTED', /sequence is 5/],
    [
      'a type that the model lacks',
      '{"type":"Nonsense","data":{}}',
      ['--model', CART],
      'UNKNOWN_EVENT_TYPE',
      /no event type Nonsense/,
    ],
    [
      'data that the schema refuses',
      '{"type":"PriceSet","data":{"sku":1,"price":1}}',
      ['--model', CART],
      'EVENT_REJECTED',
      /sku/,
    ],
    [
      'a version that the model lacks',
      good.replace('{', '{"version":2,'),
      ['--model', CART],
      'EVENT_REJECTED',
      /version is 2/,
    ],
    [
      'an event that the reducer refuses',
      '{"type":"ItemAdded","data":{"cartId":9,"sku":"tea","quantity":1}}',
      ['--model', CART],
      'REDUCER_FAILED',
      /./,
    ],
  ])('%s', async (_, line, args, code, message) => {
    const before = files();
    const input = Buffer.concat([Buffer.from(`${good}\n\n`), Buffer.from(line), Buffer.from(`\n${good}\n`)]);
    const run = await refold(['import', inFolder('bad.db'), ...args, '--json'], { input });
    const { error } = JSON.parse(run.stdout);
    expect(error).toMatchObject({ code, path: 'stdin', line: 3, message: expect.stringMatching(message) });
    expect(error.message).toMatch(/^stdin, line 3: /);
    expect(run.code).toBe(2);
    expect(files()).toEqual(before);
  });

  test('an interrupted import leaves nothing', async () => {
    const before = files();
    const child = startRefold(['import', inFolder('interrupted.db')]);
    const ended = exitOf(child);
    child.stdin!.write(`${good}\n`);
    while (files().length === before.length) await pause(10); // the temporary folder exists now
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(files()).toEqual(before);
  });

  test('an import never changes an existing log', async () => {
    const before = (await refold(['export', shop])).stdout;
    writeFileSync(inFolder('good.jsonl'), good);
    expect((await refold(['import', shop, '--in', inFolder('good.jsonl')])).code).toBe(2);
    expect((await refold(['export', shop])).stdout).toBe(before);
  });
});
