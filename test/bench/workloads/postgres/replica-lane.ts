/**
 * `replica-lane.ts URL LOG`: a process with a live replica of a log in PostgreSQL. Asked, it answers when it has folded which of the
 * counted sequences since the last question.
 */
import { openStore } from 'refold';
import { postgresLog } from '../../../../src/log/postgres/postgres-source.ts';
import { orders } from '../../material/orders-model.ts';
import { serve } from '../../measuring/lane.ts';
import { type Arrivals, isCounted, sharedTime } from './replica-times.ts';

const [url, name] = process.argv.slice(2) as [string, string];
const replica = await openStore(orders, { log: postgresLog(url, { name }), readOnly: true, live: true });
let arrivals: [sequence: number, ms: number][] = [];
replica.subscribe((events) => {
  for (const { sequence } of events) if (isCounted(sequence)) arrivals.push([sequence, sharedTime()]);
});

serve<null, Arrivals>(async () => {
  const given = arrivals;
  arrivals = [];
  return given;
});
