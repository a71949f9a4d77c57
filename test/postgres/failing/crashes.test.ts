/** The server is killed under load, again and again: nothing that was acknowledged is lost, unless that was asked for. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/index.ts';
import { appendNotes, readEvents, sequencesOf, upTo } from '../../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { counted, tally } from '../../engine/snapshots/fixtures/tally-model.ts';
import { RUNS_ALL } from '../../sample.ts';
import { PostgresServer } from '../server.ts';

/** How many there are under each durability. 50 is the full run. */
const CRASHES = Number(process.env.REFOLD_CRASHES ?? (RUNS_ALL ? 10 : 4));
const IN_FLIGHT = 50;
/** So long after a crash appends go on, before the next one. */
const LONGEST_BETWEEN_MS = 700;

let server: PostgresServer;
beforeAll(async () => {
  // The WAL of commits that do not wait is written late, so that a crash loses some of them.
  server = await PostgresServer.start(['wal_writer_delay=10s', 'wal_writer_flush_after=0', 'bgwriter_delay=10s']);
});
afterAll(() => server.stop());

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, randomInt(LONGEST_BETWEEN_MS)));

test(`always: ${CRASHES} crashes are slow appends, nothing else`, { timeout: 30_000 * CRASHES }, async () => {
  const log = () => postgresLog(server.url(), { name: 'always', settleWithin: 60_000 });
  const store = await openStore(tally, { log: log() });
  let isOver = false;
  let appended = 0;
  /** Each event has another key, so that one that is there twice is noticed. */
  const appender = async (): Promise<void> => {
    while (!isOver) await store.append(counted(`key ${++appended}`));
  };
  const appending = Promise.all(Array.from({ length: IN_FLIGHT }, appender));
  for (let crash = 0; crash < CRASHES; crash++) {
    await soon();
    await server.crash();
  }
  isOver = true;
  await appending;
  const { counts } = store.state;
  expect([...counts.values()].every(({ total }) => total === 1)).toBe(true);
  expect(counts.size).toBe(appended);
  const hash = await store.stateHash();
  await store.close();
  const again = await openStore(tally, { log: log() });
  expect(again.sequence).toBe(appended);
  expect(await again.stateHash()).toBe(hash);
  expect(await again.verify()).toMatchObject({ ok: true });
  await again.close();
});

describe('os', () => {
  /** How many events were acknowledged, how many are there, and what the writer says. */
  async function crashOnce(name: string) {
    const log = await postgresLog(server.url(), { name, settleWithin: 60_000 }).open({ durability: 'os' });
    await appendNotes(log, 20);
    await log.flush();
    let acknowledged = 20;
    let isOver = false;
    const appending = (async () => {
      for (; !isOver; acknowledged++) await appendNotes(log, 1);
    })().then(
      () => undefined,
      ({ code, sequence }: { readonly code: string; readonly sequence: number }) => ({ code, sequence }),
    );
    await soon();
    await server.crash();
    const first = await Promise.race([appending, soon()]);
    isOver = true;
    const report = first ?? (await appending);
    await log.close();
    const again = await postgresLog(server.url(), { name }).open({ readOnly: true });
    const found = sequencesOf(await readEvents(again));
    await again.close();
    return { acknowledged, found, report };
  }

  test(`after each of ${CRASHES} crashes at most a suffix is lost, and that is reported`, {
    timeout: 30_000 * CRASHES,
  }, async () => {
    let losses = 0;
    for (let crash = 0; crash < CRASHES; crash++) {
      const { acknowledged, found, report } = await crashOnce(`os ${crash}`);
      expect(found).toEqual(upTo(found.length));
      expect(found.length).toBeGreaterThanOrEqual(20);
      if (report === undefined) expect(found.length).toBe(acknowledged);
      else {
        expect(found.length).toBeLessThan(acknowledged);
        expect(report).toEqual({ code: 'LOG_CORRUPT', sequence: found.length + 1 });
        losses += 1;
      }
    }
    expect(losses).toBeGreaterThan(0); // otherwise nothing was tested
  });
});
