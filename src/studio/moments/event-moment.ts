/** A moment of a log without a model: its event, and no state. */
import type { EventLog, Position } from '../../index.ts';
import type { Moment } from '../wire.ts';
import { wireEvent } from './moments.ts';

/** @throws RefoldError `INVALID_OPTION`, `HISTORY_GONE`, `LOG_CORRUPT` */
export async function eventMoment(log: EventLog, position: Position, signal: AbortSignal): Promise<Moment> {
  const started = performance.now();
  const sequence = await log.locate(position);
  const [event] = sequence === 0 ? [] : await Array.fromAsync(log.events({ from: sequence, to: sequence, signal }));
  return {
    ...{ sequence, recordedAt: event?.recordedAt ?? 0 },
    ...(event !== undefined && { event: wireEvent(event) }),
    ...{ changes: [], changesInAll: 0, look: [] },
    cost: { eventsFolded: 0, ms: performance.now() - started },
  };
}
