/** `copyLog`: the same log in another place, beside a running writer, and going on after an interruption. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { copyLog, MemoryContents, openLog, openStore, type Progress, replay } from '../../../src/index.ts';
import { redact } from '../../../src/log/contract/fixtures.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

/** A log with a snapshot, sealed and open blocks, outcomes and a redaction. */
async function richLog(path: string): Promise<void> {
  const store = await openCarts({ path, durability: 'os' });
  for (let index = 0; index < 50; index++) await store.append(note(`note ${index}`), { commandId: `id ${index}` });
  await store.snapshot();
  await store.compact();
  for (let index = 50; index < 60; index++) await store.append(note(`note ${index}`));
  await store.close();
}

async function stateHashOf(path: string): Promise<string> {
  return (await replay(cartModel, { path })).stateHash;
}

describe('a copy', () => {
  test('has the same chain, state hash, snapshots and outcomes, its own id and a higher epoch', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    await richLog(path);
    const told: Progress[] = [];
    const report = await copyLog({ path }, { path: to }, { onProgress: (progress) => told.push(progress) });
    expect(report).toMatchObject({ from: path, to, firstSequence: 1, lastSequence: 60, snapshots: 2, outcomes: 50 });
    expect(told.at(-1)).toEqual({ phase: 'copy', done: 60, total: 60 });
    await using log = await openLog({ path });
    await using copy = await openLog({ path: to });
    const [{ chain, epoch, snapshots }, copied] = [await log.info(), await copy.info()];
    expect(copied).toMatchObject({ chain, snapshots, lastSequence: 60, model: 'carts' });
    expect(copied.epoch).toBe(report.epoch);
    expect(copied.epoch).toBeGreaterThan(epoch);
    expect(copy.id).not.toBe(log.id);
    expect(await copy.verify()).toMatchObject({ ok: true });
    expect(await stateHashOf(to)).toBe(await stateHashOf(path));
    const store = await openCarts({ path: to });
    await store.append(note('note 7'), { commandId: 'id 7' });
    expect(store.sequence).toBe(60);
    await store.append(note('new'));
    expect(store.sequence).toBe(61);
  });

  test('can be in memory, and back in a file', async () => {
    const source = new MemoryContents();
    const store = await openCarts({ log: source });
    for (const text of ['a', 'b']) await store.append(note(text));
    const target = new MemoryContents();
    await copyLog({ log: source }, { log: target });
    const path = await temporaryPath();
    const { chain } = await copyLog({ log: target }, { path });
    await using log = await openLog({ path });
    expect((await log.info()).chain).toBe(chain);
    expect(await stateHashOf(path)).toBe(await store.stateHash());
  });

  test('is empty when the log is empty', async () => {
    const to = await temporaryPath();
    expect(await copyLog({ log: new MemoryContents() }, { path: to })).toMatchObject({
      lastSequence: 0,
      recordedAt: 0,
    });
    expect((await openCarts({ path: to })).sequence).toBe(0);
  });

  test('beside a running writer holds what the log held at one sequence', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    const store = await openCarts({ path, durability: 'os', save: [{ seconds: 1, changes: 100 }] });
    let isOver = false;
    const writing = (async () => {
      for (let index = 0; !isOver; index++) {
        await store.append([note(`a ${index}`), note(`b ${index}`)], { commandId: `id ${index}` });
        if (index % 500 === 0) void store.compact().catch(() => {});
      }
    })();
    while (store.sequence < 3_000) await new Promise((resolve) => setTimeout(resolve, 5));
    const report = await copyLog({ path }, { path: to });
    isOver = true;
    await writing;
    const { stateHash } = await replay(cartModel, { path, to: report.lastSequence });
    const copy = await openCarts({ path: to });
    expect(copy.sequence).toBe(report.lastSequence);
    expect(await copy.stateHash()).toBe(stateHash);
    expect(await copy.verify()).toMatchObject({ ok: true });
    // What came after the end of the copy is not remembered there; what came before is.
    const last = report.lastSequence / 2 - 1;
    await copy.append([note(`a ${last}`), note(`b ${last}`)], { commandId: `id ${last}` });
    expect(copy.sequence).toBe(report.lastSequence);
    await copy.append(note('later'), { commandId: `id ${last + 1}` });
    expect(copy.sequence).toBe(report.lastSequence + 1);
  });
});

/** Many blocks, more than one transaction of a copy takes. */
async function longLog(path: string): Promise<void> {
  const log = await openSqliteLog({ path, durability: 'os' });
  await log.putMeta('model', 'carts');
  const json = JSON.stringify([['NoteTaken', 1, { text: 'x'.repeat(1_000_000) }]]);
  for (let sequence = 0; sequence < 12; sequence++) {
    const commits = [{ events: 1, recordedAt: sequence, json }];
    await log.append({ expectedSequence: sequence, epoch: log.epoch, commits, outcomes: [] });
  }
  await log.close();
}

/** Aborts a copy after its first transaction with blocks. */
async function interrupt(path: string, to: string): Promise<void> {
  const controller = new AbortController();
  const onProgress = ({ done }: Progress): void => {
    if (done > 0) controller.abort(new Error('enough'));
  };
  await expect(copyLog({ path }, { path: to }, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
}

describe('an interrupted copy', () => {
  test('is opened by no store, and goes on with the same log only', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    await longLog(path);
    await interrupt(path, to);
    for (const call of [
      () => openStore(cartModel, { path: to }),
      () => openLog({ path: to }),
      () => copyLog({ path: to }, { log: new MemoryContents() }),
    ]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'LOG_CORRUPT', hint: expect.stringContaining('goes on') });
      expect(error.message).toContain('unfinished copy');
    }
    const other = await temporaryPath('other.db');
    await richLog(other);
    expect(await errorOf(copyLog({ path: other }, { path: to }))).toMatchObject({ code: 'INVALID_OPTION' });
    const report = await copyLog({ path }, { path: to });
    expect(report.wentOnFrom).toBeGreaterThan(1);
    expect(await stateHashOf(to)).toBe(await stateHashOf(path));
    expect(await errorOf(copyLog({ path }, { path: to }))).toMatchObject({ code: 'INVALID_OPTION', type: 'to' });
  });

  test('begins again when the log was redacted since', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    await longLog(path);
    await interrupt(path, to);
    await redactFirst(path);
    expect((await copyLog({ path }, { path: to })).wentOnFrom).toBeUndefined();
    expect(await firstDataOf(to)).toEqual({ note: 'forgotten' });
  });

  test('begins again when the log was redacted while it was copied', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    await longLog(path);
    const log = await openSqliteLog({ path, readOnly: true });
    const { headers } = log;
    log.headers = async function* (from) {
      log.headers = headers;
      await redactFirst(path); // the blocks are copied already
      yield* headers.call(log, from);
    };
    await copyLog({ log }, { path: to });
    await log.close();
    expect(await firstDataOf(to)).toEqual({ note: 'forgotten' });
  });
});

async function redactFirst(path: string): Promise<void> {
  const writer = await openSqliteLog({ path, durability: 'os' });
  await redact(writer, [1]);
  await writer.close();
}

async function firstDataOf(path: string): Promise<unknown> {
  await using log = await openLog({ path });
  for await (const { data } of log.events({ limit: 1 })) return data;
  return undefined;
}

describe('a copy is refused', () => {
  test('to the log itself, to memory by path, and to an open log', async () => {
    const path = await temporaryPath();
    await richLog(path);
    expect(await errorOf(copyLog({ path }, { path }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(copyLog({ path }, { path: ':memory:' }))).toMatchObject({ code: 'INVALID_OPTION' });
    const open = (await new MemoryContents().open()) as never;
    expect(await errorOf(copyLog({ path }, { log: open }))).toMatchObject({ code: 'INVALID_OPTION', type: 'log' });
    expect(await errorOf(copyLog({ path }, { log: { name: 'x', open: async () => open } }))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'to',
    });
  });

  test('for a log that is not there, and nothing is made', async () => {
    const [path, to] = [await temporaryPath(), await temporaryPath('copy.db')];
    expect(await errorOf(copyLog({ path }, { path: to }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(existsSync(to)).toBe(false);
  });
});
