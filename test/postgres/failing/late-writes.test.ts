/** A write that was asked twice, and whose first copy arrives late: it does not undo what was written after it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendNotes } from '../../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { TcpProxy } from '../proxy.ts';
import { PostgresServer } from '../server.ts';
import { weaken } from '../weakened.ts';

let server: PostgresServer;
let proxy: TcpProxy;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
  proxy = await TcpProxy.start(server.port);
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

/** What is written first, and arrives late; what is written after it; and what is read then, from what the second has written. */
interface Case {
  readonly late: (log: LogStore) => Promise<void>;
  readonly next: (log: LogStore) => Promise<void>;
  readonly read: (log: LogStore) => Promise<unknown>;
}

const snapshot = (text: string) => ({
  info: {
    ...{ owner: '', sequence: 1, recordedAt: 1, chain: '00'.repeat(16), stateHash: text, fingerprint: 'f', format: 1 },
    bytes: 0,
  },
  chunks: [Buffer.from(text)],
});
const putSnapshot = (log: LogStore, text: string): Promise<void> => {
  const { info, chunks } = snapshot(text);
  return log.putSnapshot(info, chunks);
};
const hashes = async (log: LogStore): Promise<unknown> => (await log.snapshots('')).map(({ stateHash }) => stateHash);

const CASES: Readonly<Record<string, Case>> = {
  'a value of meta': {
    late: (log) => log.putMeta('key', 'old'),
    next: (log) => log.putMeta('key', 'new'),
    read: (log) => log.getMeta('key'),
  },
  'a checkpoint of a projection': {
    late: (log) => log.putCheckpoint({ projection: 'p', sequence: 1 }),
    next: (log) => log.putCheckpoint({ projection: 'p', sequence: 2 }),
    read: (log) => log.checkpoints(),
  },
  'a dropped checkpoint': {
    late: (log) => log.dropCheckpoint('p'),
    next: (log) => log.putCheckpoint({ projection: 'p', sequence: 2 }),
    read: (log) => log.checkpoints(),
  },
  'a dropped reactor': {
    late: (log) => log.dropReactor('r'),
    next: (log) => log.putReactor({ reactor: 'r', sequence: 2, progress: '{}' }),
    read: (log) => log.reactors(),
  },
  'a dropped snapshot': {
    late: (log) => log.dropSnapshots('', [1]),
    next: (log) => putSnapshot(log, 'new'),
    read: hashes,
  },
};

/** What is read before and after the late copy has arrived. */
async function arriveLate({ late, next, read }: Case, open: typeof postgresLog): Promise<readonly unknown[]> {
  const log = await open(server.url(proxy.port), { name: `late ${++logs}`, answerWithin: 300 }).open({});
  await appendNotes(log, 1);
  proxy.set('late');
  await late(log);
  await next(log);
  const before = await read(log);
  await proxy.arrive();
  const after = await read(log);
  await log.close();
  return [before, after];
}

describe.each(Object.entries(CASES))('%s, asked twice', (_, late) => {
  test('is not written again by its first copy', async () => {
    const [before, after] = await arriveLate(late, postgresLog);
    expect(after).toEqual(before);
  });

  test('is written again where rounds are not checked', async () => {
    const { postgresLog: weak } = await weaken('no rounds');
    const [before, after] = await arriveLate(late, weak);
    expect(after).not.toEqual(before);
  });
});

describe('an opening whose takeover is asked twice', () => {
  /** How an append ends after the first copy of the takeover has arrived. */
  async function openLate(open: typeof postgresLog): Promise<string> {
    proxy.delay('set epoch = l.epoch + 1');
    const log = await open(server.url(proxy.port), { name: `late ${++logs}`, answerWithin: 300 }).open({});
    await proxy.arrive();
    const ending = await appendNotes(log, 2).then(
      () => 'done',
      ({ code }) => code,
    );
    await log.close();
    return ending;
  }

  test('is not replaced by its first copy', async () => {
    expect(await openLate(postgresLog)).toBe('done');
  });

  test('is replaced by it where the epoch before is not named', async () => {
    const { postgresLog: weak } = await weaken('takeovers of any epoch');
    expect(await openLate(weak)).toBe('SEQUENCE_CONFLICT');
  });
});

test('writes that wait for the server are made in the order of their calls', async () => {
  const log = await postgresLog(server.url(proxy.port), { name: 'in order', answerWithin: 300 }).open({});
  proxy.set('swallow');
  const writing = ['a', 'b', 'c', 'd'].map((value) => log.putMeta('key', value));
  await new Promise((resolve) => setTimeout(resolve, 100));
  proxy.set('pass');
  await Promise.all([...writing, log.putMeta('key', 'last')]);
  expect(await log.getMeta('key')).toBe('last');
  await log.close();
});
