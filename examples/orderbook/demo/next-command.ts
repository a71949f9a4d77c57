/** Where a flow goes on after a crash: each event carries the number of the command that caused it. */
import type { EventMeta } from 'refold';
import type { MarketClock } from '../market-time.ts';
import type { OpenBook } from '../workspace.ts';
import { ORIGIN } from './flow.ts';

/** The meta of a command's events: its time and its number. The first one says where the flow comes from, too. */
export function metaOf(command: number, clock: MarketClock): EventMeta {
  return { ...(command === 0 ? ORIGIN : {}), ...clock.meta, command };
}

/** The number of the first command that is not in the log. */
export async function nextCommand(store: OpenBook): Promise<number> {
  for await (const { meta } of store.events({ from: store.sequence })) return Number(meta?.command) + 1;
  return 0;
}
