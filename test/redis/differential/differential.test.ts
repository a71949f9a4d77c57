/**
 * Random commands against this server and Debian's redis-server: every reply, and all data after each thousand.
 *
 * `REFOLD_DIFFERENTIAL=200000` runs so many commands; the seed of a failure is in its message.
 */
import { expect, test } from 'vitest';
import { commandTable } from '../../../src/redis/commands/table.ts';
import { connectTo, startServer } from '../harness.ts';
import { HAS_REDIS, RealRedis } from '../real-redis.ts';
import { differencesOf } from './run.ts';
import { TEMPLATES } from './templates.ts';

const COMMANDS = Number(process.env.REFOLD_DIFFERENTIAL ?? 10_000);
const SEEDS = process.env.REFOLD_SEED === undefined ? [1, 2] : [Number(process.env.REFOLD_SEED)];

test.skipIf(!HAS_REDIS).each(SEEDS)(
  'both servers agree on random commands, seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const [server, real] = await Promise.all([startServer(), RealRedis.start()]);
    const pair = { ours: await connectTo(server), theirs: real.client };
    expect(await differencesOf(pair, { seed, commands: COMMANDS / SEEDS.length, templates: TEMPLATES })).toEqual([]);
  },
);

test('the templates name commands that the server has', () => {
  const unknown = TEMPLATES.map(({ text }) => text.split(' ').slice(0, 2)).filter(
    (args) => commandTable.find(args) === undefined,
  );
  expect(unknown).toEqual([]);
});
