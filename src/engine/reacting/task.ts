/** What a reactor makes of the events that it reads: tasks, and the partition of each. */
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { CheckedReactor } from './definition.ts';
import type { LaneKey } from './lanes.ts';

/** What waits for its effect: the events of one sequence. They are several only if a recorded event became several. */
export interface Task {
  readonly sequence: number;
  readonly events: readonly RecordedEvent[];
  /** For an event that was parked: `retry` waits for this. */
  readonly retried?: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
}

/** Tells those who wait for a retry why it did not succeed. */
export function rejectAll(tasks: readonly Task[], error: unknown): void {
  for (const { retried } of tasks) retried?.reject(error);
}

/** The events in groups: the parts of one recorded event together. */
export function* bySequence(events: readonly RecordedEvent[]): Generator<readonly RecordedEvent[]> {
  for (let start = 0; start < events.length; ) {
    const { sequence } = events[start]!;
    let end = start + 1;
    while (events[end]?.sequence === sequence) end += 1;
    yield events.slice(start, end);
    start = end;
  }
}

/** @throws RefoldError `REACTOR_FAILED` when `partitionBy` throws or gives no key */
export function keyOf({ name, partitionBy }: CheckedReactor, event: RecordedEvent): LaneKey {
  let cause: unknown;
  let problem = 'partitionBy gave neither a string nor a number';
  try {
    const key: unknown = partitionBy(event);
    if (typeof key === 'string' || typeof key === 'number') return key;
  } catch (thrown) {
    cause = thrown;
    problem = `partitionBy threw: ${messageOf(thrown)}`;
  }
  const { sequence, type } = event;
  const hint = 'Mend partitionBy and call retry with this sequence, or skip it';
  const message = `The reactor ${name} cannot place ${type} at ${grouped(sequence)}: ${problem}`;
  throw new RefoldError('REACTOR_FAILED', message, { sequence, type, cause, hint });
}
