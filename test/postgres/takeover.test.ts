/** Takeover: standbys on one log in PostgreSQL, and what a writer whose answer was lost is told. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore } from '../../src/index.ts';
import { appendNotes, readEvents } from '../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../src/log/postgres/postgres-source.ts';
import { violationsOf } from '../faults/takeover/history.ts';
import { tellStory } from '../faults/takeover/story.ts';
import { RUNS_ALL } from '../sample.ts';
import { TcpProxy } from './proxy.ts';
import { PostgresServer } from './server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const SEED = Number(process.env.REFOLD_SEED ?? randomInt(2 ** 31));
/** 200 is the full run. */
const ROUNDS = Number(process.env.REFOLD_ROUNDS ?? (RUNS_ALL ? 40 : 10));

const notes = defineModel({
  name: 'notes',
  events: { Noted: z.object({ note: z.unknown() }) },
  initialState: () => ({ count: 0 }),
  reducers: {
    Noted: (state) => {
      state.count += 1;
    },
  },
});

function noted(note: unknown) {
  return { type: 'Noted', data: { note } } as const;
}

test(`three processes, ${ROUNDS} rounds with seed ${SEED}: every acknowledged event is once in the log, and its effect ran`, async () => {
  const folder = mkdtempSync('/var/tmp/rfstory-');
  try {
    const served = { url: server.url(), name: 'story', lease: 1_000, answerWithin: 500 };
    const history = await tellStory({ folder, seed: SEED, rounds: ROUNDS, served });
    expect(violationsOf(history)).toEqual([]);
    expect(new Set(history.epochs).size).toBeGreaterThan(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 1_200_000);

describe('an append whose answer is lost in a takeover', () => {
  test.each([
    ['swallow', 'is acknowledged: the log has it'],
    ['refuse', 'is refused: the log never had it'],
    ['hold', 'is refused: it arrives behind the takeover'],
  ] as const)('%s: %s', async (fault, _what) => {
    const name = `lost answer: ${fault}`;
    const proxy = await TcpProxy.start(server.port);
    const through = postgresLog(server.url(proxy.port), { name, lease: 1_000, answerWithin: 300 });
    const store = await openStore(notes, { log: through, standby: true });
    const roles: string[] = [];
    store.onRole((role) => roles.push(role));
    await store.append(noted('before'));
    proxy.set(fault);
    const ending = store.append(noted('at the takeover')).then(
      ({ firstSequence }) => firstSequence,
      ({ code }) => code as string,
    );
    if (fault === 'swallow') await server.until(LAST_IS_2, Buffer.from(name));
    const next = await server.takeOver(name, postgresLog(server.url(), { name }));
    await appendNotes(next, 1);
    proxy.set('pass');
    const isThere = fault === 'swallow';
    expect(await ending).toBe(isThere ? 2 : 'NOT_WRITER');
    await expect.poll(() => store.role, { timeout: 30_000 }).toBe('replica');
    await expect(store.append(noted('later'))).rejects.toMatchObject({
      code: 'NOT_WRITER',
      message: expect.stringContaining(`process ${process.pid} on `),
    });
    await expect.poll(() => store.state.count, { timeout: 30_000 }).toBe(isThere ? 3 : 2);
    expect((await readEvents(next)).length).toBe(isThere ? 3 : 2);
    await next.close();
    await expect.poll(() => store.role, { timeout: 30_000 }).toBe('writer');
    expect(await store.append(noted('again'))).toMatchObject({ firstSequence: isThere ? 4 : 3 });
    expect(roles).toEqual(['replica', 'writer']);
    await store.close();
    await proxy.stop();
  });
});

const LAST_IS_2 =
  'select 1 from refold.blocks b, refold.logs l where l.name = $1 and b.log = l.log and b.last_sequence = 2';
