/** Logs move into PostgreSQL and out of it: the same chain and state hash, beside a running writer, after interruptions. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyLog, openLog, openStore, type Progress, replay } from '../../../src/index.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { cartModel, note } from '../../engine/cart.ts';
import { errorOf, openCarts, temporaryPath } from '../../engine/harness.ts';
import { TcpProxy } from '../proxy.ts';
import { PostgresServer } from '../server.ts';

let server: PostgresServer;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const sourceOf = (name: string) => postgresLog(server.url(), { name, answerWithin: 60_000 });

/** A log with snapshots, sealed and open blocks, and outcomes. */
async function richLog(path: string): Promise<void> {
  const store = await openCarts({ path, durability: 'os' });
  for (let index = 0; index < 50; index++) await store.append(note(`note ${index}`), { commandId: `id ${index}` });
  await store.snapshot();
  await store.compact();
  for (let index = 50; index < 60; index++) await store.append(note(`note ${index}`));
  await store.close();
}

describe('a log', () => {
  test('moves from a file to PostgreSQL and back, with the same chain and state', async () => {
    const [path, back] = [await temporaryPath(), await temporaryPath('back.db')];
    await richLog(path);
    const log = sourceOf(`moved ${++logs}`);
    const there = await copyLog({ path }, { log });
    expect(there).toMatchObject({ lastSequence: 60, snapshots: 2, outcomes: 50, to: log.name });
    const store = await openStore(cartModel, { log });
    expect(store.recovery.snapshot).toBeDefined();
    await store.append(note('note 7'), { commandId: 'id 7' });
    expect(store.sequence).toBe(60);
    expect(await store.verify()).toMatchObject({ ok: true });
    await store.close();
    const home = await copyLog({ log }, { path: back });
    expect(home).toMatchObject({ lastSequence: 60, outcomes: 50 });
    await using file = await openLog({ path: back });
    expect(await file.verify()).toMatchObject({ ok: true });
    expect((await file.info()).chain).toBe(home.chain);
    expect(home.chain).toBe(there.chain);
    expect((await replay(cartModel, { path: back })).stateHash).toBe((await replay(cartModel, { path })).stateHash);
    expect(home.epoch).toBeGreaterThan(there.epoch);
  });

  test('is copied beside its writer, as of one sequence', async () => {
    const to = await temporaryPath();
    const log = sourceOf(`busy ${++logs}`);
    await using store = await openStore(cartModel, { log, durability: 'os' });
    let isOver = false;
    const writing = (async () => {
      for (let index = 0; !isOver; index++) await store.append([note(`a ${index}`), note(`b ${index}`)]);
    })();
    while (store.sequence < 1_000) await new Promise((resolve) => setTimeout(resolve, 5));
    const { lastSequence } = await copyLog({ log }, { path: to });
    isOver = true;
    await writing;
    expect((await replay(cartModel, { path: to })).stateHash).toBe(
      (await replay(cartModel, { log, to: lastSequence })).stateHash,
    );
  });

  test('in PostgreSQL is backed up to a file that opens, completely and up to a position', async () => {
    const log = sourceOf(`backed up ${++logs}`);
    await using store = await openStore(cartModel, { log });
    for (let index = 1; index <= 20; index++) await store.append(note(`note ${index}`));
    const [whole, part] = [await temporaryPath(), await temporaryPath('part.db')];
    const told: Progress[] = [];
    const report = await store.backup(whole, { onProgress: (progress) => told.push(progress) });
    expect(report).toMatchObject({ path: whole, firstSequence: 1, lastSequence: 20 });
    expect(report.bytes).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ phase: 'backup', done: 1, total: 1 });
    expect((await openCarts({ path: whole })).state.seen.notes.length).toBe(20);
    expect(await store.backup(part, { to: { sequence: 7 } })).toMatchObject({ lastSequence: 7 });
    expect((await openCarts({ path: part })).sequence).toBe(7);
    expect(await errorOf(store.backup(part))).toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
  });
});

describe('an unfinished copy', () => {
  test('is opened by no store, and goes on', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, durability: 'os' });
    for (let index = 0; index < 12; index++) await store.append(note('x'.repeat(1_000_000)));
    const name = `unfinished ${++logs}`;
    const controller = new AbortController();
    const onProgress = ({ done }: Progress): void => {
      if (done > 0) controller.abort(new Error('enough'));
    };
    const copying = copyLog({ path }, { log: sourceOf(name) }, { signal: controller.signal, onProgress });
    await expect(copying).rejects.toThrow('enough');
    expect(await errorOf(() => openStore(cartModel, { log: sourceOf(name) }))).toMatchObject({ code: 'LOG_CORRUPT' });
    expect((await copyLog({ path }, { log: sourceOf(name) })).wentOnFrom).toBeGreaterThan(1);
    await using copy = await openStore(cartModel, { log: sourceOf(name) });
    expect(await copy.stateHash()).toBe(await store.stateHash());
  });

  test('survives connections that are cut', async () => {
    const path = await temporaryPath();
    await richLog(path);
    const proxy = await TcpProxy.start(server.port);
    const log = postgresLog(server.url(proxy.port), { name: `cut ${++logs}`, answerWithin: 60_000 });
    const stop = cutEverLess(proxy);
    const report = await copyLog({ path }, { log }).finally(stop);
    expect(report.lastSequence).toBe(60);
    expect((await replay(cartModel, { log })).stateHash).toBe((await replay(cartModel, { path })).stateHash);
    await proxy.stop();
  });
});

test('a log is deleted as the guide says: one that nothing writes, and no other', async () => {
  const guide = readFileSync(new URL('../../../docs/guide/a-log-in-postgres.md', import.meta.url), 'utf8');
  const [, block] = /## Delete a log[\s\S]*?```sql\n([\s\S]*?)```/.exec(guide)!;
  const path = await temporaryPath();
  await richLog(path);
  const [gone, kept] = [sourceOf(`gone ${++logs}`), sourceOf(`kept ${logs}`)];
  for (const log of [gone, kept]) await copyLog({ path }, { log });
  const deleting = () => server.sql(block!.replace('orders', `gone ${logs}`));
  const store = await openStore(cartModel, { log: gone });
  await expect(deleting()).rejects.toThrow('query returned no rows');
  await store.close();
  await deleting();
  await expect(deleting()).rejects.toThrow('query returned no rows');
  const counts = await server.sql(`select
    (select count(*)::integer from refold.logs where name = convert_to('gone ${logs}', 'UTF8')) as logs,
    (select count(*)::integer from refold.blocks b where not exists (select 1 from refold.logs l where l.log = b.log)) as blocks`);
  expect(counts).toEqual([{ logs: 0, blocks: 0 }]);
  expect((await replay(cartModel, { log: kept })).stateHash).toBe((await replay(cartModel, { path })).stateHash);
  expect((await copyLog({ path }, { log: gone })).lastSequence).toBe(60);
});

/** Cuts all connections, with pauses that grow: the slowest machine gets through in one of them. */
function cutEverLess(proxy: TcpProxy): () => void {
  let pause = 40;
  let timer = setTimeout(cut, pause);
  function cut(): void {
    proxy.set('cut');
    proxy.set('pass');
    pause *= 1.2;
    timer = setTimeout(cut, pause);
  }
  return () => clearTimeout(timer);
}

test('a copy is refused where there is a log already, and that log keeps its writer', async () => {
  const path = await temporaryPath();
  await richLog(path);
  const name = `taken ${++logs}`;
  await using store = await openStore(cartModel, { log: sourceOf(name) });
  await store.append(note('mine'));
  expect(await errorOf(copyLog({ path }, { log: sourceOf(name) }))).toMatchObject({
    code: 'INVALID_OPTION',
    type: 'to',
  });
  await store.append(note('still mine'));
  expect(store.sequence).toBe(2);
});
