/**
 * Real failovers: a primary is killed, its standby is promoted, and proxies lead to it.
 *
 * An asynchronous standby lacks the last events. Each loss must be reported with the first lost sequence by the writer, by a reader and
 * by the next opening. Behind a synchronous standby nothing is lost.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendNotes, commitOf, noted, readEvents, sequencesOf, upTo } from '../../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { TcpProxy } from '../proxy.ts';
import { PostgresServer } from '../server.ts';

/** Rounds of each kind. */
const ROUNDS = Number(process.env.REFOLD_FAILOVERS ?? 2);
const SEED = Number(process.env.REFOLD_SEED ?? randomInt(2 ** 31));
const NAME = 'failed over';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync('/var/tmp/rffail-');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A primary with its standby, the wire between them, and a log that is written and read in two places. */
interface Scene {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly wire: TcpProxy;
  readonly writer: LogStore;
  readonly reader: LogStore;
  readonly witness: string;
  /** Kills the primary, promotes the standby, and leads everyone there; or leads them there before it is promoted. */
  readonly failOver: (isEarly: boolean, before?: () => Promise<void>) => Promise<void>;
}

/** Plays one round in a scene, and takes the scene down. */
async function play(round: number, settings: readonly string[], story: (scene: Scene) => Promise<void>): Promise<void> {
  const primary = await PostgresServer.start(settings);
  const [wire, here, elsewhere] = await Promise.all([1, 2, 3].map(() => TcpProxy.start(primary.port)));
  const standby = await primary.standby(wire!.port);
  await primary.until('select 1 from pg_stat_replication where state = $1', 'streaming');
  const witness = join(folder, `${round} ${settings.length}`);
  const options = { name: NAME, settleWithin: 60_000, answerWithin: 2_000, pollEvery: 20 };
  const writer = await postgresLog(primary.url(here!.port), { ...options, witness }).open({});
  const reader = await postgresLog(primary.url(elsewhere!.port), options).open({ readOnly: true });
  const failOver: Scene['failOver'] = async (isEarly, before) => {
    const lead = (): void => {
      for (const proxy of [here!, elsewhere!]) proxy.lead(standby.port);
    };
    await primary.kill();
    if (isEarly) lead();
    if (isEarly) await new Promise((resolve) => setTimeout(resolve, 300)); // writes are refused, and readers may be ahead
    await standby.promote();
    await before?.();
    lead();
  };
  await story({ primary, standby, wire: wire!, writer, reader, witness, failOver });
  await writer.close();
  await reader.close();
  for (const one of [wire!, here!, elsewhere!, primary, standby]) await one.stop();
}

/** Resolves when a reader has got an event. */
async function follow(reader: LogStore, from: number, through: number): Promise<number> {
  let last = from - 1;
  for await (const block of reader.follow(from, AbortSignal.timeout(60_000))) {
    last = block.lastSequence;
    if (last >= through) break;
  }
  return last;
}

const rounds = Array.from({ length: ROUNDS }, (_, round) => ({ round, kept: 3 + ((SEED + round * 7) % 20) }));

describe(`a failover to an asynchronous standby, seed ${SEED}`, () => {
  test.each(rounds)(
    'round $round: the loss after $kept events is reported',
    { timeout: 180_000 },
    async ({ round, kept }) => {
      const lost = 1 + ((SEED + round * 3) % 9);
      const isRefilled = round % 2 === 1;
      await play(round, [], async ({ primary, standby, wire, writer, reader, witness, failOver }) => {
        await appendNotes(writer, kept);
        await primary.until('select 1 from pg_stat_replication where replay_lsn >= pg_current_wal_lsn()');
        wire.set('refuse');
        await appendNotes(writer, lost);
        expect(await follow(reader, 1, kept + lost)).toBe(kept + lost);
        const cold = postgresLog(standby.url(), { name: NAME });
        await failOver(false, async () => {
          if (!isRefilled) return;
          const other = await standby.takeOver(NAME, cold);
          expect(other.head().sequence).toBe(kept);
          expect(other.opening?.failover?.to).toMatch(/timeline 2$/);
          for (let more = 0; more < lost; more++) await appendOther(other, more);
          await other.close();
        });
        const loss = { code: 'LOG_CORRUPT', sequence: kept + 1 };
        await expect(appendNotes(writer, 1)).rejects.toMatchObject(loss);
        await expect(follow(reader, kept + lost + 1, kept + lost + 1)).rejects.toMatchObject(loss);
        expect(() => reader.head()).toThrow(expect.objectContaining(loss));
        const witnessed = postgresLog(standby.url(), { name: NAME, witness });
        await expect(witnessed.open({ readOnly: true })).rejects.toMatchObject({
          ...{ code: 'LOG_CORRUPT', sequence: isRefilled ? kept + lost : kept + 1 },
        });
        if (isRefilled) return;
        const again = await standby.takeOver(NAME, cold);
        expect(again.head().sequence).toBe(kept);
        expect(again.opening).toMatchObject({
          ...{ failover: { to: expect.stringMatching(/timeline 2$/) }, warnings: [{ name: 'RefoldFailoverWarning' }] },
        });
        await again.close();
      });
    },
  );
});

/** Another event than those that were lost. */
async function appendOther(log: LogStore, more: number): Promise<void> {
  const { sequence } = log.head();
  const commits = [commitOf([noted(-1 - more)])];
  await log.append({ expectedSequence: sequence, epoch: log.epoch, commits, outcomes: [] });
}

describe('a failover to a synchronous standby', () => {
  test.each(rounds)('round $round: nothing is lost', { timeout: 180_000 }, async ({ round, kept }) => {
    const events = 4 * kept;
    await play(round, ['synchronous_standby_names=*'], async ({ primary, writer, reader, failOver }) => {
      await primary.until('select 1 from pg_stat_replication where sync_state = $1', 'sync');
      const following = follow(reader, 1, events + 2);
      await appendNotes(writer, 1);
      const appending = appendNotes(writer, events);
      await follow(reader, 1, 1 + kept);
      await failOver(round % 2 === 1);
      await appending;
      await appendNotes(writer, 1);
      expect(await following).toBe(events + 2);
      expect(sequencesOf(await readEvents(writer))).toEqual(upTo(events + 2));
    });
  });
});
