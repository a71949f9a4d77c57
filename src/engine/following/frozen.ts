/** Events that several readers share are frozen. */
import type { RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';

/** Freezes events to which no other code has a reference. */
export function freezeEvents(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  for (const event of events) {
    freezeJson(event.data);
    freezeJson(event.meta);
    Object.freeze(event);
  }
  return Object.freeze(events);
}
