/**
 * The process that the demo kills. It runs a flow into a book, and tells its parent what has been acknowledged.
 *
 * It does nothing to survive: it has no signal handler and flushes nothing. Arguments: path, seed, commands.
 */

import { Gateway } from '../gateway.ts';
import { MarketClock } from '../market-time.ts';
import { openBook } from '../workspace.ts';
import { generateFlow, momentOf } from './flow.ts';
import { metaOf } from './next-command.ts';

/** What the child knows to be durable, because the store has said so. */
export interface Acknowledged {
  /** How many commands, counted from the flow's beginning. */
  readonly commands: number;
  /** The last event. */
  readonly sequence: number;
}

const REPORT_EVERY = 1_000;

/** Runs the flow to its end, unless the process is killed. */
async function write(path: string, seed: number, commands: number): Promise<void> {
  const clock = new MarketClock();
  const store = await openBook(path, { clock: clock.read });
  const gateway = new Gateway(store);
  let snapshot: Promise<unknown> = Promise.resolve();
  for (const flow of generateFlow({ seed, commands })) {
    const index = gateway.sent;
    clock.set(momentOf(flow));
    if (index === Math.trunc(commands / 4)) snapshot = store.snapshot();
    gateway.send(flow.command, { meta: metaOf(index, clock), onOutcome: () => report(gateway, store) });
    await gateway.room();
  }
  await gateway.drain();
  await snapshot;
  report(gateway, store);
}

function report(gateway: Gateway, { durableSequence }: { readonly durableSequence: number }): void {
  if (gateway.completed % REPORT_EVERY !== 0) return;
  process.send?.({ commands: gateway.completed, sequence: durableSequence } satisfies Acknowledged);
}

const [path, seed, commands] = process.argv.slice(2);
if (path === undefined || process.send === undefined) throw new Error('The demo starts this: npm run orderbook');
process.once('disconnect', () => process.exit(1)); // without its parent it has no work
await write(path, Number(seed), Number(commands));
