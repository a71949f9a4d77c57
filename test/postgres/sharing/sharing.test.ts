/** Stores in many processes that write one log in PostgreSQL. */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as refold from '../../../src/index.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { RUNS_ALL } from '../../sample.ts';
import { PostgresServer } from '../server.ts';
import { weaken } from '../weakened.ts';
import { bankOf } from './bank.ts';
import { judge } from './judge.ts';
import { chance, race, TELLERS } from './race.ts';

const SOUND = fileURLToPath(new URL('../../../src/', import.meta.url));
const COMMANDS = Number(process.env['REFOLD_COMMANDS'] ?? (RUNS_ALL ? 20_000 : 4_000));
const SEED = Number(process.env['REFOLD_SEED'] ?? randomInt(2 ** 31));

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const bank = bankOf(refold);
const draw = (id: string) => ({ id, amount: 1, pad: '' });

test('two stores of one process share a log', async () => {
  const log = postgresLog(server.url(), { name: 'two' });
  await using one = await refold.openStore(bank, { log, writers: 'many' });
  await using other = await refold.openStore(bank, { log, writers: 'many' });
  const calls = Array.from({ length: 100 }, (_, index) => {
    const id = `${Math.floor(index / 2)}`;
    return [one, other][index % 2]!.execute('draw', draw(id), { commandId: id });
  });
  const answers = await Promise.all(calls);
  expect(answers.filter(({ replayed }) => replayed)).toHaveLength(50);
  for (const store of [one, other]) await store.catchUp();
  expect(one.state.ids.size).toBe(other.state.ids.size);
  expect(await one.stateHash()).toBe(await other.stateHash());
  expect(await one.verify()).toMatchObject({ ok: true });
});

test(`eight processes, stopped and killed: each id is decided once, and one process arrives at every answer (seed ${SEED}, ${COMMANDS} ids)`, async () => {
  const name = 'bank';
  const ids = COMMANDS / TELLERS;
  const { lines, kills, stops } = await race({ url: server.url(), name, sources: SOUND, ids, below: chance(SEED) });
  const { wrong, ids: answered, rejections, events } = await judge(postgresLog(server.url(), { name }), lines);
  expect(wrong).toEqual([]);
  expect(answered).toBe(ids * TELLERS - Math.ceil(ids / 4) * (TELLERS / 2));
  expect(events + rejections).toBe(answered);
  expect(events).toBeGreaterThan(answered / 2);
  expect([kills > 0, stops > 0, rejections > 0]).toEqual([true, true, true]);
}, 900_000);

test('control: ids that are looked up outside of the lock are decided twice', async () => {
  const weak = await weaken('ids looked up outside of the lock');
  const name = 'weak';
  const { lines } = await race({
    url: server.url(),
    name,
    sources: weak.module.replace(/log\/.*/, ''),
    ids: 160,
    below: undefined,
  });
  const { wrong } = await judge(postgresLog(server.url(), { name }), lines);
  expect(wrong).not.toEqual([]);
  weak.dispose();
}, 120_000);
