/**
 * `memory-lane.ts replay PATH`, `memory-lane.ts fold EVENTS`, `memory-lane.ts state`: peak memory of a process that replays a
 * log, that folds as many events without one, or that only has the state.
 */
import { readFileSync } from 'node:fs';
import { replay } from 'refold';
import { OrderFlow, RESTING } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { serve } from '../../measuring/lane.ts';

const [what, given] = process.argv.slice(2);
const state =
  what === 'replay'
    ? (await replay(orders, { path: given! })).state
    : folded(what === 'fold' ? Number(given) : RESTING);

serve(async () => ({ megabytes: peakMegabytes(), entries: state.orders.size }));

/** The orders that rest at the end of any stretch of the flow, made without a log. */
function folded(events: number) {
  const made = orders.initialState();
  const flow = new OrderFlow();
  for (let sequence = 1; sequence <= events; sequence++) {
    const event = flow.next();
    orders.reducers[event.type](made, event.data as never, event as never);
  }
  return made;
}

/**
 * The largest resident size since the program began. Linux carries `maxRSS` over from the process that forked, so its
 * own high-water mark is asked first.
 */
function peakMegabytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) / 1_024;
  } catch {
    return process.resourceUsage().maxRSS / 1_024;
  }
}
