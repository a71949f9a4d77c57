/** What happens to the log while a page is open: new events, dropped history, redactions. */
import type { EventLog } from '../../index.ts';
import { readSequence } from '../server/query.ts';
import type { LiveLine } from '../wire.ts';

/**
 * A line for each batch of new events, from the first sequence that the page does not know on.
 *
 * @throws RefoldError what following the log throws
 */
export async function* followLog(
  log: EventLog,
  query: URLSearchParams,
  signal: AbortSignal,
): AsyncGenerator<LiveLine, void> {
  const from = readSequence(query, 'from');
  for await (const { events, sequence } of log.follow({ from, signal, batches: true })) {
    const types: Record<string, number> = {};
    for (const { type } of events) types[type] = (types[type] ?? 0) + 1;
    const recordedAt = events.at(-1)?.recordedAt;
    yield { last: sequence, events: events.length, types, ...(recordedAt !== undefined && { recordedAt }) };
  }
}
