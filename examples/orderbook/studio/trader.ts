/**
 * The process that trades while the studio is open. It runs a made-up day into a book, at a pace that a person can watch.
 *
 * It is killed once and started again. So it goes on where the log ends, and does nothing to survive. It ends with its
 * parent. Arguments: path, seed, commands, rate.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { generateFlow, momentOf } from '../demo/flow.ts';
import { metaOf, nextCommand } from '../demo/next-command.ts';
import { Gateway } from '../gateway.ts';
import { MarketClock } from '../market-time.ts';
import { openBook } from '../workspace.ts';

/** What the process says to its parent: that it has opened the book, and what it knows to be durable. */
export interface TraderMessage {
  /** How many commands, counted from the day's beginning. */
  readonly commands: number;
  /** The last event. */
  readonly sequence: number;
  /** How long opening took; in the first message only. */
  readonly recoveryMs?: number;
}

/** The orders before the opening, and the first trades. They come at once, so that there is a book to look at. */
const AT_ONCE = 1_000;
const REPORT_EVERY = 100;
const TICK_MS = 20;

/** Runs the flow to its end, unless the process is killed. */
async function trade(path: string, seed: number, commands: number, rate: number): Promise<void> {
  const clock = new MarketClock();
  const store = await openBook(path, { clock: clock.read });
  const first = await nextCommand(store);
  say({ commands: first, sequence: store.sequence, recoveryMs: store.recovery.milliseconds });
  const gateway = new Gateway(store);
  const report = (): void => say({ commands: first + gateway.completed, sequence: store.durableSequence });
  const onOutcome = (): void => {
    if ((first + gateway.completed) % REPORT_EVERY === 0) report();
  };
  const start = performance.now();
  const due = (): number => Math.max(first, AT_ONCE) + ((performance.now() - start) * rate) / 1_000;
  for (const flow of generateFlow({ seed, commands }).drop(first)) {
    const index = first + gateway.sent;
    while (index >= due()) await pause(TICK_MS);
    clock.set(momentOf(flow));
    gateway.send(flow.command, { meta: metaOf(index, clock), onOutcome });
    await gateway.room();
  }
  await gateway.drain();
  report();
  await store.close();
}

function say(message: TraderMessage): void {
  process.send?.(message);
}

const [path, ...numbers] = process.argv.slice(2);
if (path === undefined || process.send === undefined) {
  throw new Error('The studio of the order book starts this: npm run orderbook:studio');
}
// Ctrl-C reaches every process of the terminal. The parent decides what ends.
process.on('SIGINT', () => {});
const leave = (): never => process.exit(1);
process.once('disconnect', leave); // without its parent it has no work
const [seed = 0, commands = 0, rate = 0] = numbers.map(Number);
await trade(path, seed, commands, rate);
process.off('disconnect', leave).disconnect();
