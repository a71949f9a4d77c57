/**
 * `book-log-writer.ts PATH LENGTH`: writes a log of made-up order flow, with the engine's policy for snapshots, and seals it.
 *
 * The model decides outside of the store, and the events are appended in batches: so ten million of them take a minute.
 */
import { openStore } from 'refold';
import { generateFlow } from '../../../examples/orderbook/demo/flow.ts';
import { orderBook } from '../../../examples/orderbook/model/index.ts';
import { BareBook } from './book-commands.ts';

const BATCH = 1_000;
const IN_FLIGHT = 16;

type BookEvent = Parameters<typeof store.append>[0];

const [path, length] = process.argv.slice(2);
const store = await openStore(orderBook, { path: path!, durability: 'os', fold: 'direct' });
let batch: unknown[] = [];
let pending: Promise<unknown>[] = [];
// The reducers of this book may keep an event's data and change it, so the store gets a copy.
const book = new BareBook(({ type, data }) => batch.push({ type, data: { ...data } }));
for (const { command } of generateFlow({ seed: 7, commands: Number.MAX_SAFE_INTEGER })) {
  if (book.sequence >= Number(length)) break;
  book.run(command.name, command.input);
  if (batch.length < BATCH) continue;
  pending.push(store.append(batch as BookEvent));
  batch = [];
  if (pending.length < IN_FLIGHT) continue;
  await Promise.all(pending);
  pending = [];
}
await Promise.all([...pending, store.append(batch as BookEvent)]);
await store.compact();
await store.close();
