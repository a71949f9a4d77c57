/** `looking-work.ts WHAT PATH`: a process that does one thing with the log of an order book, so that its memory can be measured. */
import { openPast, replay } from 'refold';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';

const [what, path] = process.argv.slice(2);

/** Steps of the cursor, forward and back. */
const STEPS = 2_000;

const WORK = {
  replay: () => replay(orderBook, { path: path! }),
  async walk() {
    await using past = await openPast(orderBook, { path: path! });
    for await (const block of past.walk()) for (const _ of block);
  },
  async cursor() {
    await using past = await openPast(orderBook, { path: path! });
    const { last } = await past.range();
    const cursor = await past.cursor(Math.floor(last / 2));
    for (const by of [1, -1]) {
      for (let step = 0; step < STEPS; step++) {
        await cursor.step(by);
        if (cursor.state.orders.size === 0) throw new Error('the state is empty'); // the state is made when it is read
      }
    }
  },
};

await WORK[what as keyof typeof WORK]();
