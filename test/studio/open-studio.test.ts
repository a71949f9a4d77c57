/** The whole server over HTTP, on a file that another store writes. Its answers are those of the library. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diffStates, hashState, openPast, openStore, type Past, type Store, toTaggedJson } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStudio, type Studio } from '../../src/studio/open-studio.ts';
import { shop } from './shop.ts';

const MODEL = { module: new URL('./shop.ts', import.meta.url).href, export: 'shop' };
const PAGE = new Map([['/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);
const EVENTS = 300;

const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
const path = join(folder, 'shop.db');
let store: Store;
let past: Past;
let studio: Studio;

beforeAll(async () => {
  store = (await openStore(shop, { path, durability: 'os' })) as unknown as Store;
  for (let n = 1; n <= EVENTS; n++) {
    const id = (n * 7) % 31;
    if (n % 5 === 0) await store.append({ type: 'Taken', data: { id } });
    else await store.append({ type: 'Put', data: { id, word: `word ${n}` } });
  }
  past = await openPast(shop, { path });
  studio = await openStudio({ path, model: MODEL, port: 0 }, PAGE);
});
afterAll(async () => {
  await studio.close();
  await past.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function fetchFrom(one: Studio, question: string, signal?: AbortSignal): Promise<Response> {
  const { origin, hash } = new URL(one.url);
  const authorization = `Bearer ${hash.slice('#key='.length)}`;
  return fetch(`${origin}/api/${question}`, { headers: { authorization }, ...(signal && { signal }) });
}

async function ask(question: string, one = studio): Promise<any> {
  const response = await fetchFrom(one, question);
  return { status: response.status, ...((await response.json()) as object) };
}

async function linesOf(question: string): Promise<any[]> {
  const text = await (await fetchFrom(studio, question)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('the log is described', async () => {
  expect(await ask('log')).toMatchObject({ model: 'shop', hasModel: true, events: EVENTS, lastSequence: EVENTS });
});

test('a moment is what the library says of it', async () => {
  const look = encodeURIComponent(JSON.stringify([{ path: 'things', from: 0, count: 100 }]));
  for (const at of [0, 1, 150, 299, 2, EVENTS]) {
    const { state, recordedAt } = await past.at(at);
    const moment = await ask(`moment?at=${at}&hash=yes&look=${look}`);
    expect(moment).toMatchObject({ status: 200, sequence: at, recordedAt, hash: hashState(state) });
    expect(moment.look[0].rows.map(({ key }: { key: unknown }) => key)).toEqual([...state.things.keys()]);
  }
});

test('a place is a position as the command line takes it', async () => {
  const { recordedAt } = await past.at(150);
  const last = (await past.locate({ time: recordedAt })) as number;
  const clock = new Date(recordedAt).toISOString();
  const places: readonly (readonly [string, number])[] = [
    ...([
      ['', EVENTS],
      ['end', EVENTS],
      ['last', EVENTS],
      ['-10', EVENTS - 10],
      ['last-10', EVENTS - 10],
    ] as const),
    ...([
      ['first', 1],
      ['50%', 150],
      [clock, last],
      [`@${recordedAt}`, last],
    ] as const),
    [`${clock.slice(11, -1)}`, last],
    [`${new Date(recordedAt + 7_200_000).toISOString().slice(0, -1)}&zone=%2B02:00`, last],
  ];
  for (const [at, sequence] of places) {
    expect(await ask(`moment?at=${at}`)).toMatchObject({ status: 200, sequence });
    expect(await ask(`table?path=things&at=${at}`)).toMatchObject({ status: 200, sequence });
  }
  expect(await ask('diff?from=first&to=-10')).toMatchObject({ from: 1, to: EVENTS - 10 });
  expect(await ask(`timeline?from=50%25&to=-10`)).toMatchObject({ from: 150, to: EVENTS - 10 });
  expect((await linesOf(`events?from=${clock}&count=1`))[0].recordedAt).toBeGreaterThanOrEqual(recordedAt);
  expect((await linesOf('why?path=things[7]&at=50%25')).at(-1)).toMatchObject({ lookedAt: { to: 150 } });
});

test('a problem says which event and which parameter it is about', async () => {
  expect(await ask('moment?at=yesterday')).toMatchObject({ code: 'INVALID_OPTION', type: 'at' });
  expect(await ask('moment?at=999')).toMatchObject({ code: 'INVALID_OPTION', sequence: 999 });
});

test('the log has one identity for life, and its generation holds the fingerprint of the model', async () => {
  const { identity, generation } = await ask('log');
  expect(identity).toMatch(/^[\da-f]{32}$/);
  const changed = await openStudio({ path, model: { ...MODEL, export: 'changedShop' }, port: 0 }, PAGE);
  const plain = await openStudio({ path, port: 0 }, PAGE);
  try {
    const [other, without] = [await ask('log', changed), await ask('log', plain)];
    expect([other.identity, without.identity]).toEqual([identity, identity]);
    expect(new Set([generation, other.generation, without.generation]).size).toBe(3);
    expect(without.modelLine).toBe(`refold studio ${path} --model ./model.ts`);
    expect(other.modelLine).toBeUndefined();
    expect(other.bisectLine).toBe(`refold bisect ${path} --model '${fileURLToPath(MODEL.module)}#changedShop'`);
    expect(without.bisectLine).toBeUndefined();
  } finally {
    await Promise.all([changed.close(), plain.close()]);
  }
});

test('the pages of a table are its entries, in order and each once', async () => {
  for (const [table, key] of [
    ['things', (entry: [unknown, unknown]) => entry[0]],
    ['byWord', (entry: [unknown, unknown]) => entry[0]],
  ] as const) {
    const { state } = await past.at(222);
    const keys: unknown[] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: any = await ask(`table?at=222&path=${table}&after=${after}&count=7`);
      expect(page).toMatchObject({ sequence: 222, path: table, total: state[table].size });
      keys.push(...page.rows.map((row: { key: unknown }) => row.key));
      after = page.next;
    }
    expect(keys).toEqual([...state[table]].map(key as never));
  }
  expect(await ask('table?path=nothing')).toMatchObject({ total: 0, rows: [] });
});

test('the matches of a filter are those of the library, and their windows too', async () => {
  const expected = (await Array.fromAsync(past.events({ types: ['Put'] }))).filter(
    ({ data }) => (data as { id: number }).id > 20,
  );
  const filter = `type=Put&where=${encodeURIComponent('data.id > 20')}`;
  const counted = await linesOf(`matches?${filter}`);
  expect(counted.at(-1)).toMatchObject({ matches: expected.length, every: 1, complete: true });
  const places: number[] = counted.flatMap(({ places }) => places);
  expect(places).toEqual(expected.map(({ sequence }) => sequence));
  const window = await linesOf(`events?sequences=${places.slice(5, 25)}&commits=yes&matches=no`);
  expect(window.map(({ data }) => data)).toEqual([...expected.slice(5, 25).map(({ data }) => data), undefined]);
  expect(window.at(-1)).toEqual({ commits: [] });
});

test('the timeline counts every event once', async () => {
  for (const question of ['timeline?buckets=7', 'timeline?buckets=50&by=time', 'timeline']) {
    const { buckets, types, events } = await ask(question);
    expect(events).toBe(EVENTS);
    expect(types).toEqual({ Put: 240, Taken: 60 });
    expect(buckets.reduce((sum: number, one: { events: number }) => sum + one.events, 0)).toBe(EVENTS);
  }
});

describe('events', () => {
  test.each<[string, (event: { type: string; data: any; sequence: number }) => boolean]>([
    ['', () => true],
    ['&type=Taken', ({ type }) => type === 'Taken'],
    ['&type=Taken&type=Put', () => true],
    ['&where=data.id%20%3E%2020', ({ data }) => data.id > 20],
    ['&text=WORD%201', ({ data }) => data.word?.includes('word 1') === true],
    ['&type=Put&where=data.id%20%3D%203', ({ type, data }) => type === 'Put' && data.id === 3],
    ['&type=Nothing', () => false],
  ])('with %s are those that pass, and all of them are counted', async (filter, passes) => {
    const all = (await Array.fromAsync(past.events())).filter(passes as never);
    for (const from of [1, 120, 290]) {
      const lines = await linesOf(`events?from=${from}&count=10${filter}`);
      expect(lines.pop()).toEqual({ matches: all.length, complete: true });
      const wanted = all.filter(({ sequence }) => sequence >= from).slice(0, 10);
      expect(lines.map(({ sequence }) => sequence)).toEqual(wanted.map(({ sequence }) => sequence));
      expect(lines).toMatchObject(wanted);
    }
  });
});

test('why a value is as it is, is what the library says', async () => {
  const { changes } = await past.why('things[7].word', { to: 200 });
  const lines = await linesOf('why?path=things[7].word&at=200');
  expect(lines.pop()).toEqual({ path: 'things[7].word', lookedAt: { from: 1, to: 200 }, complete: true });
  expect(lines).toEqual(changes.map((change) => ({ ...change })));
});

test('what is different between two moments is what the library says', async () => {
  const { changes, complete } = await ask('diff?from=200&to=10&limit=2000');
  const [a, b] = [await past.at(10), await past.at(200)];
  expect(complete).toBe(true);
  expect(changes).toEqual(
    diffStates(a.state, b.state, 2_000).map(({ path: where, before, after }) => ({
      path: where,
      ...(before !== undefined && { before: toTaggedJson(before) }),
      ...(after !== undefined && { after: toTaggedJson(after) }),
    })),
  );
});

test('a part that stands in one moment alone is one difference', async () => {
  const { state } = await past.at(1);
  expect(await ask('diff?from=0&to=1&only=things[7]')).toMatchObject({
    changes: [{ path: 'things[7]', after: toTaggedJson(state.things.get(7)) }],
    complete: true,
  });
});

test.each([
  'moment?at=301',
  'moment?at=-1000',
  'moment?at=yesterday',
  'moment?at=10:31&zone=Mars',
  'moment?at=1.5',
  'moment?at=1&look=%7B',
  'moment?at=1&hash=perhaps',
  'table?path=a%5B',
  'table?count=2001',
  'timeline?buckets=100000',
  'timeline?by=colour',
  'events?count=1001',
  'events?where=data.id%20%3D',
  'why?path=things%5B',
  'why',
  'diff?from=1',
  'diff?from=1&to=999',
])('%s is refused with a hint', async (question) => {
  const response = await fetchFrom(studio, question);
  const answer = JSON.parse((await response.text()).trim().split('\n').at(-1)!);
  const problem = answer.error ?? answer;
  expect(problem).toMatchObject({ code: 'INVALID_OPTION', message: expect.any(String), hint: expect.any(String) });
  if (answer.error === undefined) expect(response.status).toBe(400);
});

test('new events come on the live stream, and a question about them is answered; a redaction comes without one', async () => {
  const ending = new AbortController();
  const { generation } = await ask('log');
  const response = await fetchFrom(studio, `live?from=${EVENTS + 1}`, ending.signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const lineWith = async (part: string) => {
    while (!text.slice(text.indexOf(part)).includes('\n') || !text.includes(part))
      text += (await reader.read()).value ?? '';
    return JSON.parse(text.split('\n').find((line) => line.includes(part))!);
  };
  await store.append({ type: 'Put', data: { id: 99, word: 'live' } });
  const line = await lineWith('"events":1');
  expect(line).toMatchObject({ last: EVENTS + 1, types: { Put: 1 }, generation });
  expect(await ask(`moment?at=${EVENTS + 1}`)).toMatchObject({ event: { data: { word: 'live' } } });
  await store.redact({ sequences: [EVENTS + 1] }, { by: 'test' });
  const { generation: after } = await ask('log');
  expect(after).not.toBe(generation);
  expect(await lineWith(`"generation":${JSON.stringify(after)}`)).toMatchObject({ last: EVENTS + 1, events: 0 });
  expect(JSON.stringify(await ask(`moment?at=${EVENTS + 1}`))).not.toContain('"live"');
  ending.abort();
});

test('without a model events and sizes are shown, and states are refused with what to do', async () => {
  const plain = await openStudio({ path, port: 0 }, PAGE);
  try {
    expect(await ask('log', plain)).toMatchObject({ hasModel: false, model: 'shop' });
    expect(await ask('timeline', plain)).toMatchObject({ types: { Taken: 60 } });
    const refused = { status: 400, code: 'INVALID_OPTION', hint: /--model/ };
    for (const state of [
      'moment?at=1&hash=yes',
      'moment?at=1&look=[{"path":"","from":0,"count":1}]',
      'table?at=1&path=',
    ])
      expect(await ask(state, plain)).toMatchObject(refused);
    const bare = await ask('moment?at=1', plain);
    expect(bare).toMatchObject({ sequence: 1, changes: [], look: [], event: { sequence: 1, type: 'Put' } });
    expect(bare).toMatchObject({ recordedAt: bare.event.recordedAt });
    expect(await ask('moment', plain)).toMatchObject({ sequence: (await ask('log', plain)).lastSequence });
    expect(await ask('moment?at=0', plain)).toMatchObject({ sequence: 0, recordedAt: 0 });
    expect(await ask('moment?at=999999', plain)).toMatchObject({ status: 400, code: 'INVALID_OPTION' });
  } finally {
    await plain.close();
  }
});

test.each([
  [{ path: 'there-is-none.db' }, 'INVALID_OPTION'],
  [{ path: new URL(import.meta.url).pathname }, 'LOG_CORRUPT'],
  [{ path, model: { ...MODEL, export: 'nothing' } }, 'INVALID_OPTION'],
  [{ path, model: { module: 'file:///there/is/none.ts', export: 'x' } }, 'INVALID_OPTION'],
  [{ path, model: { module: 'data:text/javascript,process.exit(0)', export: 'x' } }, 'INVALID_OPTION'],
])('%j cannot be opened, and no thread is left', async (options, code) => {
  await expect(openStudio({ ...options, port: 0 }, PAGE)).rejects.toMatchObject({ code });
});

test('a thread that ends after the address is there answers with an error, and the other one answers on', async () => {
  const module = `data:text/javascript,
    import { workerData } from 'node:worker_threads';
    if (workerData.kind === 'jobs') process.exit(0);
    export { shop } from ${JSON.stringify(MODEL.module)};`;
  const other = await openStudio({ path, model: { ...MODEL, module }, port: 0 }, PAGE);
  try {
    expect(await ask('log', other)).toMatchObject({ status: 409, code: 'STORE_FAILED', hint: /again/ });
    expect(await ask('moment?at=1', other)).toMatchObject({ status: 200, sequence: 1 });
  } finally {
    await other.close();
  }
});

test('the file is only read', async () => {
  const copy = join(folder, 'copy.db');
  await store.backup(copy);
  const look = () =>
    readdirSync(folder)
      .filter((name) => name.startsWith('copy.db') && !name.endsWith('-shm'))
      .map((name) => [name, statSync(join(folder, name)).size, statSync(join(folder, name)).mtimeMs] as const)
      .filter(([name, size]) => !(name.endsWith('-wal') && size === 0));
  const before = look();
  const other = await openStudio({ path: copy, model: MODEL, port: 0 }, PAGE);
  await ask('moment?at=100', other);
  await ask('timeline', other);
  await other.close();
  expect(look()).toEqual(before);
});
