/** What is wrong with a log, as the page hears of it: each state names what happened, and the rest keeps working. */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hashState, openLog, openPast, openStore } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AskedStudio, SHOP } from './asking.ts';
import { shop } from './shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
const sound = join(folder, 'sound.db');
const EVENTS = 200;

beforeAll(async () => {
  await using store = await openStore(shop, { path: sound, durability: 'os' });
  for (let n = 1; n <= EVENTS; n++) {
    await store.append({ type: 'Put', data: { id: n % 7, word: `word ${n}` } });
    if (n === 150) await store.snapshot();
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function copy(name: string, sql?: string): Promise<string> {
  const path = join(folder, name);
  await using log = await openLog({ path: sound });
  await log.backup(path);
  if (sql !== undefined) {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }
  return path;
}

describe('a damaged block', () => {
  const spoil = (sequence: number) =>
    `update blocks set payload = replace(payload, 'word', 'w0rd') where first_sequence = ${sequence}`;
  const problem = (path: string, sequence: number) => ({
    code: 'LOG_CORRUPT',
    ...{ sequence, lastSequence: sequence },
    message: expect.stringContaining(`the block of events ${sequence} to ${sequence} is damaged`),
    hint: `Run refold verify ${path}; the rest of the log is shown`,
  });

  test('is told with its events, and the rest is counted, listed and folded', async () => {
    const path = await copy('damaged.db', `${spoil(100)}; ${spoil(120)}`);
    await using studio = await AskedStudio.open({ path, model: SHOP });
    for (const question of ['timeline?buckets=10', 'timeline?buckets=10&by=time', 'timeline?from=100&by=time']) {
      const { status, events, from, buckets } = await studio.ask(question);
      expect([status, events]).toEqual([200, EVENTS - from + 1 - 2]);
      expect(buckets.reduce((sum: number, one: { events: number }) => sum + one.events, 0)).toBe(events);
    }
    const damages = [problem(path, 100), problem(path, 120)];
    expect((await studio.ask('log')).problems).toEqual(damages);

    const lines = await studio.lines('events?from=95&count=200');
    expect(lines.pop()).toEqual({ matches: EVENTS - 2, complete: true });
    expect(lines.filter((line) => 'damage' in line)).toEqual(damages.map((damage) => ({ damage })));
    const sequences = lines.map((line) => line.sequence ?? line.damage.sequence);
    expect(sequences).toEqual(Array.from({ length: EVENTS - 94 }, (_, n) => n + 95));
    expect((await studio.lines('events?text=word&count=0')).at(-1)).toEqual({ matches: EVENTS - 2, complete: true });

    expect(await studio.ask('moment?at=99')).toMatchObject({ status: 200, sequence: 99 });
    expect(await studio.ask('moment?at=110')).toMatchObject({ status: 409, code: 'LOG_CORRUPT', sequence: 100 });
    await using past = await openPast(shop, { path: sound }); // the snapshot at 150 leads past the damage
    const { state } = await past.at(160);
    expect(await studio.ask('moment?at=160&hash=yes')).toMatchObject({ status: 200, hash: hashState(state) });
    expect(await studio.ask('moment?at=99')).toMatchObject({ status: 200, sequence: 99 });
  });

  test('comes on the live stream when it is found', async () => {
    const path = await copy('found.db', spoil(100));
    await using studio = await AskedStudio.open({ path });
    const ending = new AbortController();
    const live = studio.live(EVENTS + 1, ending.signal);
    const first = live.next();
    await studio.ask('timeline');
    expect((await first).value).toMatchObject({ events: 0, last: EVENTS, problems: [problem(path, 100)] });
    ending.abort();
  });
});

test('dropped history is told, and where states begin', async () => {
  const path = join(folder, 'dropped.db');
  await using store = await openStore(shop, { path, durability: 'os', history: 'discard' });
  for (let n = 1; n <= 100; n++) {
    await store.append({ type: 'Put', data: { id: n, word: `word ${n}` } });
    if (n % 20 === 0) await store.snapshot();
  }
  await store.compact();
  await using studio = await AskedStudio.open({ path, model: SHOP });
  const { firstSequence, earliest, events } = await studio.ask('log');
  expect(firstSequence).toBeGreaterThan(1);
  expect(events).toBe(100 - firstSequence + 1);
  expect(await studio.ask('moment?at=2')).toMatchObject({
    status: 410,
    code: 'HISTORY_GONE',
    hint: expect.any(String),
  });
  expect(await studio.ask(`moment?at=${earliest}`)).toMatchObject({ status: 200, sequence: earliest });
  const lines = await studio.lines('events?from=2&count=5');
  expect(lines.at(-1)).toMatchObject({ error: { code: 'HISTORY_GONE' } });
  expect((await studio.lines(`events?count=5`))[0]).toMatchObject({ sequence: firstSequence });
});

test('the live stream reports snapshots and compaction; the log says how far events are sealed', async () => {
  const path = join(folder, 'upkeep.db');
  await using store = await openStore(shop, { path, durability: 'os', history: 'keep' });
  for (let n = 1; n <= 100; n++) await store.append({ type: 'Put', data: { id: n, word: `word ${n}` } });
  await using studio = await AskedStudio.open({ path, model: SHOP });
  const before = await studio.ask('log');
  expect(before.sealedThrough).toBeUndefined();
  const ending = new AbortController();
  const live = studio.live(101, ending.signal);
  const untilTold = async (upkeep: string): Promise<void> => {
    for await (const line of live) if (line.upkeep === upkeep) return;
  };
  await store.append({ type: 'Put', data: { id: 101, word: 'the stream has begun' } });
  expect((await live.next()).value).toMatchObject({ events: 1, upkeep: before.upkeep });
  await store.snapshot();
  const snapshot = await studio.ask('log');
  expect(snapshot.upkeep).not.toBe(before.upkeep);
  expect((await live.next()).value).toMatchObject({ events: 0, last: 101, upkeep: snapshot.upkeep });
  await store.compact();
  const log = await studio.ask('log');
  expect(log.upkeep).not.toBe(snapshot.upkeep);
  await untilTold(log.upkeep);
  let last = 0;
  await using plain = await openLog({ path });
  for await (const { encoding, lastSequence } of plain.blocks()) if (encoding === 'sealed') last = lastSequence;
  expect(last).toBeGreaterThan(0);
  expect(log.sealedThrough).toBe(last);
  ending.abort();
});

test('the live stream reports a writer that ends, and one that comes back', async () => {
  const path = await copy('writer.db');
  const store = await openStore(shop, { path, durability: 'os' });
  await using studio = await AskedStudio.open({ path, model: SHOP });
  expect(await studio.ask('log')).toMatchObject({ writer: { pid: process.pid } });
  const ending = new AbortController();
  const live = studio.live(EVENTS + 1, ending.signal);
  await store.append({ type: 'Put', data: { id: 1, word: 'one more' } });
  expect((await live.next()).value).toMatchObject({ events: 1, hasWriter: true });
  await store.close();
  expect((await live.next()).value).toMatchObject({ events: 0, hasWriter: false, last: EVENTS + 1 });
  expect(await studio.ask('log')).not.toHaveProperty('writer');
  const again = await openStore(shop, { path, durability: 'os' });
  expect((await live.next()).value).toMatchObject({ events: 0, hasWriter: true });
  ending.abort();
  await again.close();
});

test('a reducer that fails is told with its event, and the moments before it are shown', async () => {
  await using studio = await AskedStudio.open({ path: sound, model: { ...SHOP, export: 'brittleShop' } });
  const failed = { status: 409, code: 'REDUCER_FAILED', sequence: 50, type: 'Put' };
  expect(await studio.ask('moment?at=60')).toMatchObject(failed);
  expect(await studio.ask('moment?at=49')).toMatchObject({ status: 200, sequence: 49 });
  expect(await studio.ask('moment?at=50')).toMatchObject(failed);
  expect(await studio.ask('moment?at=48')).toMatchObject({ status: 200, sequence: 48 });
  expect(await studio.ask('timeline')).toMatchObject({ status: 200, events: EVENTS });
});

test.each(['deleted', 'replaced'])('a file that is %s ends what is read from it, with what to do', async (how) => {
  const path = await copy(`${how}.db`);
  await using studio = await AskedStudio.open({ path, model: SHOP });
  const ending = new AbortController();
  const live = studio.live(EVENTS + 1, ending.signal);
  const first = live.next();
  expect(await studio.ask('log')).toMatchObject({ status: 200, problems: [] });
  renameSync(path, join(folder, `${how}-elsewhere.db`));
  if (how === 'replaced') copyFileSync(sound, path);
  const told = {
    code: 'STORE_FAILED',
    message: expect.stringContaining('the file was replaced'),
    hint: 'Look at the file, and start the studio again',
  };
  expect((await first).value).toMatchObject({ error: told });
  expect(await studio.ask('log')).toMatchObject({ status: 409, ...told });
  expect(await studio.ask('timeline')).toMatchObject({ status: 409, ...told });
  ending.abort();
});

test('a log without events is shown, and its first event comes', async () => {
  const path = join(folder, 'empty.db');
  await using store = await openStore(shop, { path, durability: 'os' });
  await using studio = await AskedStudio.open({ path, model: SHOP });
  expect(await studio.ask('log')).toMatchObject({ events: 0, lastSequence: 0, earliest: 0, problems: [] });
  expect(await studio.ask('timeline?buckets=10')).toMatchObject({ status: 200, events: 0 });
  expect(await studio.ask('timeline?buckets=10&by=time')).toMatchObject({ status: 200, events: 0 });
  expect(await studio.lines('events')).toEqual([{ matches: 0, complete: true }]);
  expect(await studio.ask('moment')).toMatchObject({ status: 200, sequence: 0, changes: [] });
  expect(await studio.ask('table?path=things')).toMatchObject({ status: 200, total: 0 });
  expect(await studio.ask('diff?from=0&to=0')).toMatchObject({ status: 200, changes: [] });
  expect((await studio.lines('why?path=things')).at(-1)).toMatchObject({ complete: true });
  expect(await studio.ask('moment?at=1')).toMatchObject({ status: 400, code: 'INVALID_OPTION' });
  const ending = new AbortController();
  const live = studio.live(1, ending.signal);
  const first = live.next();
  await store.append({ type: 'Put', data: { id: 1, word: 'first' } });
  expect((await first).value).toMatchObject({ events: 1, last: 1, types: { Put: 1 } });
  expect(await studio.ask('moment')).toMatchObject({ sequence: 1, event: { data: { word: 'first' } } });
  ending.abort();
});
