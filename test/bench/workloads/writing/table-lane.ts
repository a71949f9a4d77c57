/** `table-lane.ts PATH ENTRIES`: a table of that size; appends as many single events as it is asked for. */
import { openStore } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { serve } from '../../measuring/lane.ts';
import { collectGarbage, type Run, repeatWhile } from '../../measuring/workload.ts';

const [path, entries] = process.argv.slice(2);
// No snapshot within the run: what one costs is another question.
const store = await openStore(orders, { path: path!, durability: 'os', recoverWithin: 3_600_000 });
const flow = new OrderFlow(Number(entries));
await fill(store, flow, Number(entries));

serve(async (count: number): Promise<Run> => {
  collectGarbage();
  return repeatWhile(
    (done) => done < count,
    () => store.append(flow.next() as never),
  );
});
