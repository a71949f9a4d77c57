/** Live replicas in four processes: at a hundred sequences each has the state of the writer, on a file as in PostgreSQL. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as refold from '../../../src/index.ts';
import { type PostgresLogOptions, postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { Lane } from '../../bench/measuring/lane.ts';
import { chanceOf } from '../../faults/judging/chance.ts';
import { PostgresServer } from '../server.ts';
import { bankOf } from '../sharing/bank.ts';
import type { Address, Shown } from './replica.ts';

const REPLICA = new URL('replica.ts', import.meta.url);
const SEQUENCES = 100;
const SEED = Number(process.env.REFOLD_SEED ?? randomInt(2 ** 31));
/** A replica is killed before every so many sequences. */
const KILL_EVERY = 8;
const MOST_EVENTS = 20;

const bank = bankOf(refold);
let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await PostgresServer.start();
  folder = mkdtempSync(join(tmpdir(), 'replicas-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Where four replicas and their writer find one log. */
interface Place {
  readonly writer: refold.StoreOptions;
  readonly replicas: readonly Address[];
}

function onFile(): Place {
  const path = join(folder, 'bank.db');
  return { writer: { path }, replicas: [{ path }, { path }, { path }, { path }] };
}

/** Half of the replicas hear no bells. */
function onServer(): Place {
  const log = { name: 'replicas' };
  const replica = (options: PostgresLogOptions): Address => ({ url: server.url(), log: { ...log, ...options } });
  const deaf = { notify: false, pollEvery: 50 };
  return {
    writer: { log: postgresLog(server.url(), log) },
    replicas: [replica({}), replica(deaf), replica({}), replica(deaf)],
  };
}

test.each([
  ['a file', onFile],
  ['PostgreSQL', onServer],
])(`four replicas, killed and started again, on %s (seed ${SEED})`, { timeout: 300_000 }, async (_, place) => {
  const { writer, replicas: addresses } = place();
  const { below } = chanceOf(SEED);
  await using store = await refold.openStore(bank, { ...writer, durability: 'os' });
  const begin = (address: Address) => Lane.open<number, Shown>(REPLICA, [JSON.stringify(address)]);
  const replicas = await Promise.all(addresses.map(begin));
  const restart = async (nth: number): Promise<void> => {
    await replicas[nth]!.close();
    replicas[nth] = await begin(addresses[nth]!);
  };
  try {
    for (let nth = 1; nth <= SEQUENCES; nth++) {
      const restarted = nth % KILL_EVERY === 0 ? restart(below(addresses.length)) : undefined;
      const events = Array.from({ length: 1 + below(MOST_EVENTS) }, (_, index) => {
        return {
          type: 'Drawn' as const,
          data: { id: `${nth} ${index}`, amount: 1 + below(9), pad: 'x'.repeat(below(200)) },
        };
      });
      const { lastSequence } = await store.append(events);
      if (nth % 25 === 0) await store.compact();
      await restarted;
      const own = { sequence: lastSequence, hash: await store.stateHash() };
      expect(await Promise.all(replicas.map((replica) => replica.ask(lastSequence)))).toEqual(addresses.map(() => own));
    }
  } finally {
    await Promise.all(replicas.map((replica) => replica.close()));
  }
});
