/** Readers in other processes: bells wake them, polls are enough, and a lost connection is only a pause. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  appendCommits,
  appendNotes,
  commitOf,
  isForgotten,
  noted,
  readEvents,
  redact,
  sequencesOf,
  upTo,
} from '../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../src/log/log-store.ts';
import { type PostgresLogOptions, postgresLog } from '../../src/log/postgres/postgres-source.ts';
import { FAULTS, TcpProxy } from './proxy.ts';
import { PostgresServer } from './server.ts';
import { weaken } from './weakened.ts';

let server: PostgresServer;
/** Another way to the server: its stores share nothing with those of this process, as those of another process. */
let elsewhere: TcpProxy;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
  elsewhere = await TcpProxy.start(server.port);
});
afterAll(async () => {
  await elsewhere.stop();
  await server.stop();
});

const NEVER_MS = 100_000_000;

/** A writer, and a reader in what is as good as another process. */
async function openBoth(options: PostgresLogOptions, open = postgresLog) {
  const all = { name: `followed ${++logs}`, ...options };
  const writer = await open(server.url(), all).open({});
  return { writer, reader: await open(server.url(elsewhere.port), all).open({ readOnly: true }) };
}

/** The last sequence that a follower gets, when it has got `through` or was given up. */
async function follow(reader: LogStore, through: number, ms = 20_000): Promise<number> {
  let last = 0;
  for await (const block of reader.follow(1, AbortSignal.timeout(ms))) {
    last = block.lastSequence;
    if (last >= through) break;
  }
  return last;
}

describe('a reader in another process', () => {
  test.each([
    ['is woken by bells', { notify: true, pollEvery: NEVER_MS }],
    ['polls where there are no bells', { notify: false, pollEvery: 20 }],
  ])('%s', async (_, options) => {
    const { writer, reader } = await openBoth(options);
    const following = follow(reader, 30);
    await appendNotes(writer, 30);
    expect(await following).toBe(30);
    expect(reader.head()).toEqual(writer.head());
    await writer.close();
    await reader.close();
  });

  test('hears nothing without both', async () => {
    const { postgresLog: weak } = await weaken('no bells and no polls');
    const { writer, reader } = await openBoth({ notify: false, pollEvery: 20 }, weak);
    const following = follow(reader, 3, 1_500);
    await appendNotes(writer, 3);
    expect(await following).toBe(0);
    await writer.close();
    await reader.close();
  });

  test('sees that the log was redacted, and finds the words nowhere', async () => {
    const { writer, reader } = await openBoth({});
    await appendNotes(writer, 5);
    await follow(reader, 5);
    await redact(writer, [2, 5]);
    await expect.poll(() => reader.generation!()).toBe(1);
    expect(sequencesOf((await readEvents(reader)).filter(isForgotten))).toEqual([2, 5]);
    const pending = await writer.care!.redaction!.scrub();
    expect(pending.pending).toMatch(/WAL.*standbys.*archives/);
    await writer.close();
    await reader.close();
  });

  test('hears of dropped history', async () => {
    const { writer, reader } = await openBoth({});
    await appendNotes(writer, 5);
    await writer.dropThrough(3);
    await expect.poll(() => reader.firstSequence()).toBe(4);
    await writer.close();
    await reader.close();
  });

  test.each(FAULTS)('goes on after its connections: %s', { timeout: 60_000 }, async (fault) => {
    const { writer, reader } = await openBoth({ answerWithin: 300, settleWithin: 500, pollEvery: 20 });
    const following = follow(reader, 40, 50_000);
    await appendNotes(writer, 10);
    elsewhere.set(fault);
    const lifted = new Promise((resolve) => setTimeout(resolve, 1_500)).then(() => elsewhere.set('pass'));
    await appendNotes(writer, 30);
    await lifted;
    expect(await following).toBe(40);
    await writer.close();
    await reader.close();
  });
});

describe('the view of recent events', () => {
  test('gives them as any SQL tool reads them, U+0000 included', async () => {
    const source = postgresLog(server.url(), { name: 'viewed' });
    const log = await source.open({});
    await appendCommits(
      log,
      commitOf([noted('a\u0000b'), { type: 'Odd\u0000', version: 2, data: [1, null], meta: { by: '\ud800' } }], 100),
      commitOf([noted(3)], 107),
    );
    expect(await server.sql(`select * from refold.events where log = 'viewed' order by sequence`)).toMatchObject([
      { sequence: '1', recorded_at: '100', type: 'Noted', version: 1, data: '{"note":"a\\u0000b"}', meta: null },
      {
        sequence: '2',
        recorded_at: '100',
        type: '"Odd\\u0000"',
        version: 2,
        data: '[1,null]',
        meta: '{"by":"\\ud800"}',
      },
      { sequence: '3', recorded_at: '107', type: 'Noted', version: 1, data: '{"note":3}', meta: null },
    ]);
    expect(sequencesOf(await readEvents(log))).toEqual(upTo(3));
    await log.close();
  });

  test('leaves out what was sealed', async () => {
    const log = await postgresLog(server.url(), { name: 'sealed' }).open({});
    await appendNotes(log, 4);
    await log.care!.seal({ through: 3 });
    expect(await server.sql(`select sequence from refold.events where log = 'sealed'`)).toEqual([{ sequence: '4' }]);
    await log.close();
  });
});
