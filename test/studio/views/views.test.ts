/** Views over HTTP on a real file: tiles are the naive integral, tapes are the events, and a view that fails ends in a problem. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPast, openStore, type Past, type RecordedEvent, type Store } from 'refold';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openStudio, type Studio } from '../../../src/studio/open-studio.ts';
import { pickViews } from '../../../src/studio/views/load-views.ts';
import type { TileAnswer } from '../../../src/studio/wire.ts';
import { errorOf } from '../../engine/harness.ts';
import { decodeTile } from './decode-tile.ts';
import * as exported from './market.ts';
import { levelsOf, market } from './market.ts';

const MODULE = new URL('./market.ts', import.meta.url).href;
const MODEL = { module: MODULE, export: 'market' };
const PAGE = new Map([['/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);
const START = 1_340_285_400_000;
/** The first event says that this many levels of each side are known. */
const KNOWN = 3;

const folder = mkdtempSync(join(tmpdir(), 'refold-views-'));
const path = join(folder, 'market.db');
let now = START;
let store: Store<any, any, any>;
let past: Past;
let studio: Studio;
let bad: Studio;

beforeAll(async () => {
  store = (await openStore(market, { path, durability: 'os', clock: () => now })) as unknown as Store<any, any, any>;
  await store.append({ type: 'Noted', data: { text: 'opened' }, meta: { levels: KNOWN, source: 'a test' } });
  for (let n = 1; n <= 300; n++) {
    now = START + Math.floor(n / 3) * 7;
    await store.append(eventAt(n));
    if (n % 100 === 0) await store.snapshot();
  }
  past = await openPast(market, { path });
  studio = await openStudio({ path, model: MODEL, view: { module: MODULE, export: 'several' }, port: 0 }, PAGE);
  bad = await openStudio({ path, model: MODEL, view: { module: MODULE, export: 'allBad' }, port: 0 }, PAGE);
});
afterAll(async () => {
  for (const one of [studio, bad, past, store]) await one.close();
  rmSync(folder, { recursive: true });
});

/** Three events share a millisecond, and their `ns` tells them apart. */
function eventAt(n: number) {
  const meta = { ns: (n % 3) * 250_000 };
  const symbol = n % 11 === 0 ? 'Y' : 'X';
  if (n % 10 === 0)
    return { type: 'Traded', data: { symbol, price: 100, quantity: n, side: n % 20 ? 'buy' : 'sell' }, meta };
  const side = n % 2 ? 'buy' : 'sell';
  const price = side === 'buy' ? 99 - ((n * 7) % 6) : 101 + ((n * 5) % 6);
  return { type: 'LevelSet', data: { symbol, side, price, quantity: (n * 37) % 90 }, meta };
}

async function get(one: Studio, question: string): Promise<Response> {
  const { origin, hash } = new URL(one.url);
  return fetch(`${origin}/api/${question}`, { headers: { authorization: `Bearer ${hash.slice('#key='.length)}` } });
}

async function ask(question: string, one = studio): Promise<any> {
  const response = await get(one, question);
  return { status: response.status, ...((await response.json()) as object) };
}

function timeOf({ recordedAt, meta }: RecordedEvent): number {
  return recordedAt + Number(meta?.ns ?? 0) / 1_000_000;
}

/** Each moment at which the book of a symbol changed, and the levels from there on. */
async function steps(of: string, depth: number) {
  const all: { time: number; sequence: number; levels: ReturnType<typeof levelsOf> }[] = [];
  for await (const block of past.walk())
    for (const event of block)
      all.push({ time: timeOf(event), sequence: event.sequence, levels: levelsOf(block.state, depth, { of }) });
  return all;
}

/** Quantity × time of every stretch between two events within the column, divided by the part of it that the log covers. */
function integral(all: Awaited<ReturnType<typeof steps>>, from: number, to: number): Map<string, number> {
  const [start, end] = [Math.max(from, all[0]!.time), Math.min(to, all.at(-1)!.time)];
  const cells = new Map<string, number>();
  for (const [at, { time, levels }] of all.entries()) {
    const length = Math.min(end, all[at + 1]?.time ?? end) - Math.max(start, time);
    if (length <= 0 || end <= start) continue;
    for (const { side, price, quantity } of levels)
      if (quantity > 0)
        cells.set(`${side} ${price}`, (cells.get(`${side} ${price}`) ?? 0) + (quantity * length) / (end - start));
  }
  return cells;
}

function expectColumns(tile: TileAnswer, all: Awaited<ReturnType<typeof steps>>): void {
  for (const [at, cells] of tile.levels.entries()) {
    const from = tile.from + at * tile.step;
    const wanted = integral(all, from, from + tile.step);
    if (from + tile.step > all.at(-1)!.time && from <= all.at(-1)!.time && wanted.size === 0) continue; // a single moment
    expect(cells.map(([price, , side]) => `${side} ${price}`).toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [price, quantity, side] of cells) expect(quantity).toBeCloseTo(wanted.get(`${side} ${price}`)!, 1);
  }
}

test('the log lists the views and their panes', async () => {
  const { views } = await ask('log');
  expect(views).toEqual([
    {
      name: 'Market',
      zone: 'Europe/Berlin',
      panes: [
        { name: 'Map', kind: 'heatmap' },
        { name: 'Ladder', kind: 'ladder' },
        { name: 'Tape', kind: 'tape' },
        { name: 'Size', kind: 'line' },
        { name: 'Table', kind: 'table' },
      ],
    },
    { name: 'Only a tape', panes: [{ name: 'Tape', kind: 'tape' }] },
  ]);
});

test('a moment has what the panes say of its state', async () => {
  for (const [at, of] of [
    [0, undefined],
    [40, undefined],
    [301, 'Y'],
    [150, 'X'],
    [150, 'nothing'],
  ] as const) {
    const { state } = (await past.at(at)) as { state: any };
    const { view, sequence } = await ask(`moment?at=${at}&view=Market${of === undefined ? '' : `&of=${of}`}`);
    const subjects = [...state.symbols.keys()];
    const shown = of ?? subjects[0] ?? 'X'; // before the first symbol, that of the end
    const side = (name: string) =>
      levelsOf(state, KNOWN, { of: shown })
        .filter((level) => level.side === name)
        .map(({ price, quantity }) => ({ price, quantity }));
    expect(sequence).toBe(at);
    expect(view).toEqual({
      ...{ name: 'Market', of: shown, subjects, title: `${shown} of a test`, zone: 'Europe/Berlin' },
      ...{ priceDecimals: 2, quantityDecimals: 0 },
      panes: {
        Ladder: { kind: 'ladder', bids: side('buy'), asks: side('sell') },
        Size: { kind: 'line', value: state.symbols.get(shown)?.levels.size ?? null, decimals: 0 },
        Table: {
          kind: 'table',
          columns: ['Symbol', 'Levels'],
          rows: [...state.symbols].map(([symbol, { levels }]: any) => [symbol, levels.size]),
          total: subjects.length,
        },
      },
    });
  }
  expect(await ask('moment?at=3')).not.toHaveProperty('view');
});

test('before there is what a view is of, its numbers are written as at the end of the log', async () => {
  const view = { module: MODULE, export: 'byState' };
  const early = await openStudio({ path, model: MODEL, view, port: 0 }, PAGE);
  onTestFinished(() => early.close());
  const at = async (sequence: number, of = ''): Promise<any> =>
    ((await (await get(early, `moment?at=${sequence}&view=By+state${of}`)).json()) as any).view;
  const [last, before] = [await at(301), await at(0)];
  expect(last).toMatchObject({ of: 'X', title: 'X as listed', priceDecimals: 4 });
  expect(before).toEqual({
    ...{ ...last, subjects: [] },
    panes: { Best: { kind: 'line', value: null, decimals: 4 }, Size: { kind: 'line', value: 1, decimals: 1 } },
  });
  expect(await at(0, '&of=Y')).toMatchObject({ of: 'Y', title: 'Y as listed', priceDecimals: 4 });
  expect(await at(0, '&of=none')).toMatchObject({ of: 'none', title: 'nothing', priceDecimals: 0 });
});

describe('tiles', () => {
  test('are the naive integral, at any step, from any time, and before and after the log', async () => {
    const all = await steps('X', KNOWN);
    for (const [from, step, columns] of [
      [START - 64, 32, 40],
      [START - 64, 64, 20],
      [START + 100.25, 0.25, 200],
      [START + 3, 5, 30],
      [START - 1_000, 4_000, 1],
    ] as const) {
      const question = `tile?view=Market&of=X&from=${from}&step=${step}&columns=${columns}`;
      const tile = await ask(`${question}&format=json`);
      expect(tile).toMatchObject({
        status: 200,
        from,
        step,
        columns,
        known: KNOWN,
        depth: KNOWN,
        sampled: false,
        complete: true,
      });
      expect(tile.levels.length).toBe(columns);
      expectColumns(tile, all);
      const bytes = decodeTile(await (await get(studio, question)).arrayBuffer());
      expect({ ...bytes, levels: [] }).toEqual({ ...tile, status: undefined, levels: [] });
      expect(bytes.levels.map((cells) => cells.length)).toEqual(tile.levels.map((cells: unknown[]) => cells.length));
    }
  });

  test('say best prices, lines and prints', async () => {
    const all = await steps('X', KNOWN);
    const tile = (await ask(`tile?view=Market&of=X&from=${START}&step=16&columns=60&format=json`)) as TileAnswer;
    for (const column of [0, 7, 20, 43]) {
      const last = all.filter(({ time }) => time < START + (column + 1) * 16).at(-1)!;
      const { state } = (await past.at(last.sequence)) as { state: any };
      expect(tile.bid[column]).toBe(last.levels.find(({ side }) => side === 'buy')?.price ?? null);
      expect(tile.ask[column]).toBe(last.levels.find(({ side }) => side === 'sell')?.price ?? null);
      expect(tile.lines.Size![column]).toBe(state.symbols.get('X')?.levels.size ?? null);
    }
    const printed = (await Array.fromAsync(past.events())).filter(
      ({ type, data }: any) => type === 'Noted' || (type === 'Traded' && data.symbol === 'X'),
    );
    expect(tile.trades.map(({ sequence }) => sequence)).toEqual(printed.map(({ sequence }) => sequence));
    expect(tile.tradesInAll).toBe(printed.length);
    expect(tile.trades[0]).toEqual({ sequence: 1, time: START, price: null, quantity: 0, side: null, mark: 'opened' });
    expect(tile.trades[1]).toMatchObject({ quantity: 10, side: 'buy', price: 100 });
  });

  test('grow with the log, and what was drawn before is still right', async () => {
    const question = `tile?view=Market&of=X&from=${START}&step=64&columns=16&format=json`;
    await ask(question);
    for (let n = 1; n <= 3; n++) {
      now += 5;
      await store.append({ type: 'LevelSet', data: { symbol: 'X', side: 'buy', price: 99, quantity: 1_000 * n } });
      expectColumns(await ask(question), await steps('X', KNOWN));
    }
  });

  test.each([
    ['tile?from=1&step=1', 'view'],
    ['tile?view=Nothing&from=1&step=1', 'view'],
    ['tile?view=Only%20a%20tape&from=1&step=1', 'view'],
    ['tile?view=Market&step=1', 'from'],
    ['tile?view=Market&from=1', 'step'],
    ['tile?view=Market&from=x&step=1', 'from'],
    ['tile?view=Market&from=1&step=0', 'step'],
    ['tile?view=Market&from=1&step=-1', 'step'],
    ['tile?view=Market&from=NaN&step=1', 'from'],
    ['tile?view=Market&from=1e99&step=1', 'from'],
    ['tile?view=Market&from=1&step=1&columns=1025', 'columns'],
    ['tile?view=Market&from=1&step=1&format=svg', 'format'],
    ['moment?at=1&view=Nothing', 'view'],
    ['tape?view=Nothing', 'view'],
    ['tape?view=Market&count=1001', 'count'],
  ])('refuse %s', async (question, type) => {
    expect(await ask(question)).toMatchObject({ status: 400, code: 'INVALID_OPTION', type });
  });

  test('after a redaction hold nothing of what was', async () => {
    const question = `tile?view=Market&of=X&from=${START}&step=64&columns=16&format=json`;
    const { generation, levels } = await ask(question);
    expect([generation, past.redactions]).toEqual([(await ask('log')).generation, 0]);
    expect(levels.flat().some(([, quantity]: [number, number]) => quantity > 500)).toBe(true);
    await store.redact({ sequences: [302, 303, 304] } as never, { by: 'a test' });
    const after = await ask(question);
    expect(after.generation).not.toBe(generation);
    expect([after.generation, past.redactions]).toEqual([(await ask('log')).generation, 1]);
    expect(after.levels.flat().filter(([, quantity]: [number, number]) => quantity > 500)).toEqual([]);
  });
});

test('the tape is what events printed, newest first, in pages', async () => {
  const wanted = (await Array.fromAsync(past.events({ to: 250 })))
    .filter(({ type, data }: any) => type === 'Noted' || (type === 'Traded' && data.symbol === 'X'))
    .toReversed();
  const rows: { sequence: number; time: number }[] = [];
  for (let at: number | undefined = 250; at !== undefined; ) {
    const page: any = await ask(`tape?view=Market&of=X&at=${at}&count=4`);
    expect(page.rows.length).toBeLessThanOrEqual(4);
    rows.push(...page.rows);
    at = page.next;
  }
  expect(rows.map(({ sequence }) => sequence)).toEqual(wanted.map(({ sequence }) => sequence));
  expect(rows.map(({ time }) => time)).toEqual(wanted.map((event) => timeOf(event as RecordedEvent)));
  expect(await ask('tape?view=Market&at=0')).toMatchObject({ rows: [] });
  expect((await ask('tape?view=Market&at=end&count=1')).rows.length).toBe(1);
});

describe('a view that gives nonsense', () => {
  test('ends in a problem of that pane, and the others stand', async () => {
    const { panes } = (await ask('moment?at=100&view=Bad', bad)).view;
    const { Sound, 'Ten million rows': many, ...others } = panes;
    expect(Sound).toEqual({ kind: 'line', value: 7, decimals: 0 });
    expect(many).toMatchObject({ total: 10_000_000 });
    expect(many.rows.length).toBe(1_000);
    expect(Object.keys(others).length).toBe(14);
    for (const [name, { kind, problem }] of Object.entries<any>(others)) {
      expect([name, kind, problem.code]).toEqual([name, 'problem', 'VIEW_FAILED']);
      expect(problem.message).toContain(name);
    }
    expect(others.Throws.problem.message).toContain('boom');
    expect(others['Throws a text'].problem.message).toContain('a text');
    expect(await ask('moment?at=100&view=Bad%20title', bad)).toMatchObject({
      view: { panes: {}, problem: { code: 'VIEW_FAILED', message: expect.stringContaining('title threw: boom') } },
    });
    expect(await ask('moment?at=100&view=Market', bad)).toMatchObject({ view: { title: 'X of a test' } });
  });

  test('shows its tile up to where it fails, and says at which event', async () => {
    const tile = await ask(`tile?view=Fails%20later&of=X&from=${START}&step=1&columns=200&format=json`, bad);
    expect(tile).toMatchObject({
      status: 200,
      complete: true,
      problem: { code: 'VIEW_FAILED', message: 'levels of Map threw: boom' },
    });
    const { sequence } = tile.problem;
    const { state } = (await past.at(sequence)) as { state: any };
    expect(state.symbols.get('X').levels.size).toBe(4);
    expect(tile.levels.some((cells: unknown[]) => cells.length > 0)).toBe(true);
    expect(tile.levels.at(-1)).toEqual([]);
    expect(await ask('tape?view=Fails%20later', bad)).toMatchObject({ status: 409, code: 'VIEW_FAILED' });
  });

  test.each([
    ['nothing', 'there is no export nothing'],
    ['market', 'it is not a view'],
    ['noView', 'it is not a view'],
    ['ofOtherModel', 'is a view of the model shop, and not of market'],
    ['twice', 'two views have one name'],
    ['empty', 'there are 0 views'],
    [undefined, 'the module exports several'],
  ])('is refused: the export %s', (name, message) => {
    expect(() =>
      pickViews({ ...exported, twice: [exported.marketView, exported.marketView], empty: [] }, name, market),
    ).toThrow(message);
  });

  test('is refused when the studio starts', async () => {
    const view = { module: MODULE, export: 'nothing' };
    const error = await errorOf(openStudio({ path, model: MODEL, view, port: 0 }, PAGE));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'view' });
    expect(error.message).toContain('there is no export nothing');
  });

  test('is found without a name where it is the only one, or the default one', () => {
    const { marketView, tapeOnly, several } = exported;
    expect(pickViews({ market, marketView }, undefined, market).map(({ name }) => name)).toEqual(['Market']);
    expect(pickViews({ several, default: tapeOnly }, undefined, market).map(({ name }) => name)).toEqual([
      'Only a tape',
    ]);
    expect(() => pickViews({ market }, undefined, market)).toThrow('the module exports no view');
    const hint = 'Name one of them: #marketView or #tapeOnly';
    expect(() => pickViews({ market, marketView, tapeOnly }, undefined, market)).toThrow(
      expect.objectContaining({ hint }),
    );
  });

  test('needs a model', async () => {
    const view = { module: MODULE, export: 'marketView' };
    expect(await errorOf(openStudio({ path, view, port: 0 }, PAGE))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'view',
    });
  });
});
