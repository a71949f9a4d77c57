/** Recorded commits, for a state that is live: it must have whole commits only, as it has in the writer. */
import type { RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Model } from '../../core/model.ts';
import { decodeBlock } from '../../log/blocks/block.ts';
import type { Block } from '../../log/log-store.ts';
import { type UpcastRules, upcastEvents } from './upcast.ts';

export interface RecordedCommit {
  readonly events: RecordedEvent[];
  /** The sequence of its last event. */
  readonly last: number;
}

/** The commits of a block that end after a sequence. Sealing may have joined earlier ones with them. */
export function* commitsAfter(block: Block, sequence: number): Generator<RecordedCommit, void> {
  const { events, commitEnds } = decodeBlock(block);
  let start = 0;
  for (const last of commitEnds) {
    const end = last - block.firstSequence + 1;
    if (last > sequence) yield { events: events.slice(start, end), last };
    start = end;
  }
}

/** The events of a commit as reducers got them in the writer: in the model's versions, with frozen meta. */
export function presentEvents(model: Model, { events }: RecordedCommit, rules: UpcastRules): RecordedEvent[] {
  const present = upcastEvents(model, events, rules);
  for (const { meta } of present) freezeJson(meta);
  return present;
}
