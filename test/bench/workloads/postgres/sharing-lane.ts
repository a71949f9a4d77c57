/**
 * `sharing-lane.ts URL LOG WRITERS`: a process that writes a log in PostgreSQL, alone or in turns with others. Asked for a number of
 * seconds, it executes commands with ids for so long, and answers how many a second.
 */
import { defineModel, openStore } from 'refold';
import { z } from 'zod';
import { postgresLog } from '../../../../src/log/postgres/postgres-source.ts';
import { serve } from '../../measuring/lane.ts';
import { concurrently } from '../../measuring/workload.ts';

const IN_FLIGHT = 50;

const Order = z.object({ id: z.string(), price: z.int(), quantity: z.int() });
const tally = defineModel({
  name: 'tally',
  events: { Placed: Order },
  initialState: () => ({ orders: 0, quantity: 0 }),
  reducers: {
    Placed: (state, { quantity }) => {
      state.orders += 1;
      state.quantity += quantity;
    },
  },
  commands: { place: { input: Order, decide: (_, order) => ({ type: 'Placed', data: order }) } },
});

const [url, name, writers] = process.argv.slice(2) as [string, string, 'one' | 'many'];
const store = await openStore(tally, { log: postgresLog(url, { name }), writers });
let last = 0;

serve<number, number>(async (seconds) => {
  const { rate } = await concurrently(IN_FLIGHT, seconds, async () => {
    const commandId = `${process.pid}-${++last}`;
    await store.execute('place', { id: commandId, price: 10_000 + (last % 100), quantity: 5 }, { commandId });
    return 1;
  });
  return rate;
});
