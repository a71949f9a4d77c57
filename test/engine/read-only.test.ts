/** A read-only store while another process writes: it reads the present durable log, and its state stays as of the open. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  defineProjection,
  openLog,
  openStore,
  type RecordedEvent,
  replay,
  type StoreOptions,
  stateAt,
} from '../../src/index.ts';
import { openSqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { errorOf, openCarts, temporaryPath } from './harness.ts';
import { sharedModel, type WriterRequest } from './other-process/writer.ts';

const children: ChildProcess[] = [];
const readers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function openReader(options: Omit<StoreOptions, 'log' | 'readOnly'>) {
  const reader = await openStore(sharedModel, { ...options, readOnly: true });
  readers.push(reader);
  return reader;
}

/** A writer in a separate process. */
async function startWriter(path: string, history: 'keep' | 'discard' = 'keep') {
  const execArgv = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const child = fork(join(import.meta.dirname, 'other-process', 'writer.ts'), [path, history], { execArgv });
  children.push(child);
  await once(child, 'message');
  return async (request: WriterRequest): Promise<{ sequence: number; firstSequence: number }> => {
    const answer = once(child, 'message');
    child.send(request);
    return (await answer)[0];
  };
}

const notes = defineProjection({
  name: 'notes',
  initialState: () => ({ count: 0 }),
  reducers: {
    NoteTaken(state: { count: number }) {
      state.count += 1;
    },
  },
});

async function sequencesOf(events: AsyncIterable<RecordedEvent>): Promise<number[]> {
  return (await Array.fromAsync(events)).map(({ sequence }) => sequence);
}

const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index);

describe('a read-only store beside a writer in another process', () => {
  test.each(['atomic', 'direct'] as const)(
    'sees the new events, fold %s; its own state does not change',
    async (fold) => {
      const path = await temporaryPath();
      const tell = await startWriter(path);
      await tell({ append: 10 });
      const reader = await openReader({ path, fold });
      const view = await reader.project(notes);
      const hash = await reader.stateHash();
      expect(view.state).toEqual({ count: 10 });
      const middle = Date.now() + 1;
      await tell({ append: 15 });

      expect((await reader.at({ sequence: 25 })).state.seen.notes).toHaveLength(25);
      expect((await reader.at({ sequence: 17 })).state.seen.notes).toHaveLength(17);
      expect((await reader.at({ time: Date.now() + 60_000 })).sequence).toBe(25);
      expect((await reader.at({ time: middle })).sequence).toBeGreaterThanOrEqual(10);
      expect(await sequencesOf(reader.events())).toEqual(upTo(25));
      expect(await sequencesOf(reader.events({ from: 20, to: 24 }))).toEqual(upTo(24, 20));
      expect((await errorOf(reader.at({ sequence: 26 }))).message).toContain('the log ends at 25, before 26');
      await view.catchUp();
      expect(view.state).toEqual({ count: 25 });
      expect(await reader.verify()).toMatchObject({ ok: true, problems: [], lastSequence: 25, events: 25 });

      expect(reader.sequence).toBe(10);
      expect(reader.state.seen.notes).toHaveLength(10);
      expect(await reader.stateHash()).toBe(hash);
      expect(reader.stats().sequence).toBe(10);

      await tell({ append: 5 }); // and again
      expect((await reader.at({ sequence: 30 })).state.seen.notes).toHaveLength(30);
      await reader.backup(`${path}.copy`);
      await using copy = await openLog({ path: `${path}.copy` });
      expect((await copy.info()).lastSequence).toBe(30);
      await reader.close();
      await tell({ close: true });
    },
  );

  test('sees them through an open log, too', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path);
    await tell({ append: 10 });
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({ events: 10, lastSequence: 10, openBlocks: 10 });
    const { epoch } = await log.info();
    await tell({ append: 15 });
    expect(await log.info()).toMatchObject({ events: 25, firstSequence: 1, lastSequence: 25 });
    expect(await log.locate({ sequence: 25 })).toBe(25);
    expect(await log.locate({ time: Date.now() + 60_000 })).toBe(25);
    expect(await sequencesOf(log.events({ from: 24 }))).toEqual([24, 25]);
    expect(await log.verify()).toMatchObject({ ok: true, events: 25, lastSequence: 25 });
    expect(await log.verify({ quick: true })).toMatchObject({ ok: true, events: 25 });
    await tell({ close: true });
    const next = await startWriter(path);
    await next({ append: 1 });
    expect(await log.info()).toMatchObject({ lastSequence: 26, epoch: epoch + 1 });
    await next({ close: true });
  });

  test('sees each event by every call of one open handle as soon as it is durable, whatever was read before', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path);
    await tell({ append: 10 });
    const reader = await openReader({ path });
    await using log = await openLog({ path });
    const store = await openSqliteLog({ path, readOnly: true });
    // Each call is the first one after an append once: no other read has moved its head.
    const looks: readonly ((sequence: number) => Promise<unknown>)[] = [
      async (sequence) => (await reader.at({ sequence })).sequence,
      async (sequence) => reader.locate({ sequence }),
      async () => (await reader.at({ time: Date.now() + 60_000 })).sequence,
      async (sequence) => (await sequencesOf(reader.events({ from: sequence }))).at(-1),
      async () => (await sequencesOf(reader.events({ reverse: true, limit: 1 })))[0],
      async () => (await reader.verify()).lastSequence,
      async () => (await log.info()).lastSequence,
      async () => (await sequencesOf(log.events())).at(-1),
      async (sequence) => log.locate({ sequence }),
      async () => (await log.verify({ quick: true })).lastSequence,
      async (sequence) => (await stateAt(sharedModel, { log: store, at: { sequence } })).sequence,
      async () => (await replay(sharedModel, { log: store })).sequence,
    ];
    for (const look of [...looks, ...looks.toReversed()]) {
      const { sequence } = await tell({ append: 1 });
      expect(await look(sequence)).toBe(sequence);
    }
    await store.close();
    await tell({ close: true });
  });

  test('lets stateAt and replay use an open LogStore up to the current end', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path);
    await tell({ append: 10 });
    const log = await openSqliteLog({ path, readOnly: true });
    expect(log.head().sequence).toBe(10);
    await tell({ append: 15 });
    expect((await stateAt(sharedModel, { log, at: { sequence: 25 } })).state.seen.notes).toHaveLength(25);
    await tell({ append: 5 });
    expect(await replay(sharedModel, { log })).toMatchObject({ events: 30, sequence: 30 });
    await tell({ append: 1 });
    expect(log.head().sequence).toBe(31);
    await log.close();
    await tell({ close: true });
  });

  test('follows new events until its signal', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path);
    await tell({ append: 2 });
    const reader = await openReader({ path });
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      for await (const { sequence } of reader.follow({ from: 2, signal: stop.signal })) {
        seen.push(sequence);
        if (sequence === 6) stop.abort();
      }
    })();
    await tell({ append: 4 });
    await following;
    expect(seen).toEqual([2, 3, 4, 5, 6]);
    await tell({ close: true });
  });
});

describe('history that is dropped while a reader is open', () => {
  test('is HISTORY_GONE in every call, and the remaining events can be read', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path, 'discard');
    await tell({ append: 10 });
    const reader = await openReader({ path });
    const view = await reader.project(notes);
    await using log = await openLog({ path });
    await tell({ append: 5 });
    const { sequence, firstSequence } = await tell({ compact: true });
    expect(firstSequence).toBeGreaterThan(10);

    expect(await errorOf(reader.at({ sequence: 5 }))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(reader.at({ time: 1 }))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(sequencesOf(reader.events({ from: 5 })))).toMatchObject({
      code: 'HISTORY_GONE',
      sequence: firstSequence,
    });
    expect(await errorOf(sequencesOf(log.events({ from: 1 })))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(log.locate({ time: 1 }))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(sequencesOf(reader.follow({ from: 3 })))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(view.catchUp())).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(replay(sharedModel, { path, to: 5 }))).toMatchObject({ code: 'HISTORY_GONE' });

    expect(await sequencesOf(reader.events())).toEqual(upTo(sequence, firstSequence));
    expect((await reader.at({ sequence })).state.seen.notes).toHaveLength(sequence);
    expect(reader.stats()).toMatchObject({ sequence: 10, firstSequence });
    // The state of the open lies before the first event left: it cannot be compared, and does not count as different.
    expect(await reader.verify()).toMatchObject({ ok: true, problems: [], firstSequence, lastSequence: sequence });
    expect(await log.verify()).toMatchObject({ ok: true, firstSequence, lastSequence: sequence });
    expect(await log.info()).toMatchObject({
      firstSequence,
      lastSequence: sequence,
      events: sequence - firstSequence + 1,
    });
    await reader.close();
    await tell({ close: true });
  });

  test('gives a busy reader correct answers or HISTORY_GONE', async () => {
    const path = await temporaryPath();
    const tell = await startWriter(path, 'discard');
    await tell({ append: 3 });
    const reader = await openReader({ path });
    await using log = await openLog({ path });
    let isOver = false;
    const writing = (async () => {
      for (let round = 0; round < 12; round++) {
        await tell({ append: 3 });
        await tell({ compact: true });
      }
      isOver = true;
    })();
    const codes = new Map<string, number>();
    const attempt = async (work: () => Promise<void>): Promise<void> => {
      const end = await work().then(
        () => 'done',
        (error) => error.code ?? String(error),
      );
      codes.set(end, (codes.get(end) ?? 0) + 1);
    };
    while (!isOver) {
      const { lastSequence } = await log.info();
      await attempt(async () => {
        const { sequence, state } = await reader.at({ sequence: lastSequence });
        expect(state.seen.notes).toHaveLength(sequence);
      });
      await attempt(async () => void (await reader.at({ time: Date.now() })));
      await attempt(async () => {
        const sequences = await sequencesOf(reader.events());
        expect(sequences).toEqual(upTo(sequences.at(-1)!, sequences[0]!));
      });
      await attempt(async () => expect(await log.verify()).toMatchObject({ ok: true, problems: [] }));
      await attempt(async () => expect(await reader.verify()).toMatchObject({ ok: true, problems: [] }));
      await attempt(async () => void (await openReader({ path }).then((other) => other.close())));
    }
    await writing;
    codes.delete('HISTORY_GONE');
    expect([...codes.keys()]).toEqual(['done']);
    await tell({ close: true });
  });
});

describe('a read-only store refuses', () => {
  test('every write, and subscriptions that would never get an event', async () => {
    const path = await temporaryPath();
    const writer = await openCarts({ path });
    await writer.append({ type: 'NoteTaken', data: { text: 'a' } });
    const reader = await openReader({ path });
    const refused = { code: 'INVALID_OPTION', type: 'readOnly', path: reader.path };
    expect(await errorOf(reader.append({ type: 'NoteTaken', data: { text: 'b' } }))).toMatchObject(refused);
    expect(await errorOf(reader.execute('touch', {}))).toMatchObject(refused);
    expect(await errorOf(reader.snapshot())).toMatchObject(refused);
    expect(await errorOf(reader.compact())).toMatchObject(refused);
    expect(await errorOf(() => reader.subscribe(() => {}))).toMatchObject(refused);
    expect(await reader.compact({ dryRun: true })).toMatchObject({ dryRun: true });
    await reader.flush();
    expect(writer.sequence).toBe(1);
  });
});

describe('the current millisecond', () => {
  test('gives the last event, while appends continue in it', async () => {
    const store = await openCarts({ path: await temporaryPath(), durability: 'os', clock: () => 1_000 });
    await store.append({ type: 'NoteTaken', data: { text: 'first' } });
    for (let round = 0; round < 50; round++) {
      const looking = store.at({ time: 5_000 });
      void store.append({ type: 'NoteTaken', data: { text: 'more' } });
      void store.append({ type: 'NoteTaken', data: { text: 'more' } });
      const { sequence, state } = await looking;
      expect(state.seen.notes).toHaveLength(sequence);
    }
  });
});
