/** Lost connections: every append comes to a known end, and the log has each event once. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitOf, noted, readEvents } from '../../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { RUNS_ALL } from '../../sample.ts';
import { FAULTS, TcpProxy } from '../proxy.ts';
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

const SEED = Number(process.env.REFOLD_SEED ?? randomInt(2 ** 31));
/** 500 is the full run. */
const ROUNDS = Number(process.env.REFOLD_ROUNDS ?? (RUNS_ALL ? 100 : 30));
/** The control ends with the first finding. */
const CONTROL_ROUNDS = 100;

describe('faults of the network', () => {
  test(`${ROUNDS} rounds with seed ${SEED}: 0 lost, 0 twice, 0 unknown`, { timeout: 600_000 }, async () => {
    expect(await play(postgresLog, ROUNDS)).toEqual([]);
  });

  test('without settling an append is refused that the log has', { timeout: 120_000 }, async () => {
    const { postgresLog: weak } = await weaken('no settling');
    const findings = await play(weak, CONTROL_ROUNDS);
    expect(findings).not.toEqual([]);
  });
});

/** What went wrong in rounds of faults while appends are under way. It ends with the first round that went wrong. */
async function play(open: typeof postgresLog, rounds: number): Promise<string[]> {
  const name = `faults ${++logs}`;
  const below = chance(SEED);
  const log = await open(server.url(proxy.port), { name, answerWithin: 300 }).open({});
  const findings: string[] = [];
  for (let round = 0; round < rounds && findings.length === 0; round++) {
    const fault = FAULTS[below(FAULTS.length)]!;
    const at = below(12);
    const ms = 20 + below(700);
    let lifted = Promise.resolve();
    const appends: Promise<unknown>[] = [];
    for (let index = 0; index < 12; index++) {
      appends.push(
        append(log).catch((error) => findings.push(`round ${round} ${fault}: ${error.code} ${error.message}`)),
      );
      if (index === at) {
        proxy.set(fault);
        lifted = new Promise((resolve) => setTimeout(resolve, ms)).then(() => proxy.set('pass'));
      }
      if (index > 0) await appends[index - 1]; // two are under way
    }
    await Promise.all([...appends, lifted]);
  }
  const written = next.get(log) ?? 0;
  await log.close();
  const reader = await open(server.url(), { name }).open({ readOnly: true });
  const notes = (await readEvents(reader)).map(({ data }) => (data as { readonly note: number }).note);
  await reader.close();
  if (notes.join() !== Array.from({ length: written }, (_, index) => index + 1).join()) {
    findings.push(`${written} were appended, and the log has ${notes.length}: ${notes.join()}`);
  }
  return findings;
}

/** How many events were handed to a log. */
const next = new WeakMap<LogStore, number>();

/** One event behind all that were handed in before, in every third append with an outcome. */
function append(log: LogStore): Promise<void> {
  const sequence = (next.get(log) ?? 0) + 1;
  next.set(log, sequence);
  const outcomes = sequence % 3 === 0 ? [{ commandId: `c${sequence}`, recordedAt: 1, outcome: '{}' }] : [];
  return log.append({
    expectedSequence: sequence - 1,
    epoch: log.epoch,
    commits: [commitOf([noted(sequence)])],
    outcomes,
  });
}

describe('a block behind one that waits too long for a lock', () => {
  test('is asked again with it', async () => {
    expect(await lockedAppends(postgresLog)).toEqual(['done', 'done']);
  });

  test('is refused when that is believed', async () => {
    const { postgresLog: weak } = await weaken('a refusal behind a settled block is believed');
    const endings = await lockedAppends(weak);
    expect(endings).toEqual(['done', 'SEQUENCE_CONFLICT']);
  });
});

/** Two appends, while another transaction locks the log's row for longer than a statement waits, and shorter than two do. */
async function lockedAppends(open: typeof postgresLog): Promise<string[]> {
  const name = `locked ${++logs}`;
  const log = await open(server.url(), { name }).open({});
  await append(log);
  const locking = server.sql(
    `do $$ begin perform 1 from refold.logs where name = '${name}'::bytea for update; perform pg_sleep(1.5); end $$`,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  const endings = [append(log), append(log)].map((ending) =>
    ending.then(
      () => 'done',
      (error: { readonly code: string }) => error.code,
    ),
  );
  const told = await Promise.all(endings);
  await locking;
  await log.close();
  return told;
}

describe('an append that cannot be settled', () => {
  test('has an unknown outcome, and the log takes no more', async () => {
    const log = await postgresLog(server.url(proxy.port), {
      name: 'unknown',
      answerWithin: 200,
      settleWithin: 400,
    }).open({});
    await append(log);
    proxy.set('refuse');
    const ending = append(log);
    await expect(ending).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', sequence: 2 });
    await expect(append(log)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    proxy.set('pass');
    await log.close();
  });

  test('outcomes alone are settled as well', async () => {
    const log = await postgresLog(server.url(proxy.port), { name: 'outcomes', answerWithin: 300 }).open({});
    const outcomes = [{ commandId: 'a', recordedAt: 5, outcome: '"x"' }];
    proxy.set('swallow');
    const ending = log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes });
    setTimeout(() => proxy.set('pass'), 200);
    await ending;
    expect(await log.outcome('a')).toEqual(outcomes[0]);
    await log.close();
  });
});

/** Whole numbers below a bound, the same for the same seed. */
function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state ^ (state >>> 15)) >>> 0) % bound;
  };
}
