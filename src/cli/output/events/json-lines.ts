/** Events as JSON lines, many at once: what `events` and `export` write into pipes and files. */
import { setImmediate } from 'node:timers/promises';
import type { RecordedEvent } from '../../../index.ts';
import { LineWriter } from '../output.ts';
import { escapeJson } from '../text.ts';

/** Lists of events, as `log.batches` gives them. */
export type EventBatches = AsyncIterable<readonly RecordedEvent[]>;

/** How events are printed: their text in pieces. */
export type EventForm = (events: readonly RecordedEvent[]) => Iterable<string>;

/** A text is complete at this many characters, and at the end of a line. */
const JOINED_CHARACTERS = 64 * 1024;

/**
 * Each event as a line of JSON, joined to texts of some size. `import` accepts them, and they are safe to print in a terminal.
 * Recorded events have their members in the order in which they are printed.
 */
export function* eventLines(events: readonly RecordedEvent[]): Generator<string, void> {
  let text = '';
  for (const event of events) {
    text += `${JSON.stringify(event)}\n`;
    if (text.length < JOINED_CHARACTERS) continue;
    yield escapeJson(text);
    text = '';
  }
  if (text !== '') yield escapeJson(text);
}

/** A pipe that takes all at once never makes this process wait: then signals get their turn after so long, in ms. */
const TURN_MS = 20;

/**
 * Prints events as soon as they are read, and returns how many there were. When reading fails, the events before it have been
 * printed.
 */
export async function printBatches(batches: EventBatches, form: EventForm = eventLines): Promise<number> {
  const writer = new LineWriter(process.stdout);
  let printed = 0;
  let turnedAt = performance.now();
  try {
    for await (const events of batches) {
      for (const text of form(events)) await writer.write(text);
      printed += events.length;
      if (performance.now() - turnedAt > TURN_MS) {
        await setImmediate();
        turnedAt = performance.now();
      }
    }
  } finally {
    await writer.flush();
  }
  return printed;
}
