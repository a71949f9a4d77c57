/** What another process has written, for the clients of a server that follows its file. */
import type { RecordedEvent } from '../../../index.ts';
import { effectOf } from '../../model/effects/packed.ts';
import type { ChangeHub } from '../changes.ts';

export class FollowedChanges {
  readonly #changes: ChangeHub;
  #last: number | undefined;

  /** @param changes hears of each change */
  constructor(changes: ChangeHub) {
    this.#changes = changes;
  }

  /** Events that the state has now. When some before them are missing, every key may have changed. */
  take(events: readonly RecordedEvent[]): void {
    const first = events[0]?.sequence;
    if (first === undefined) return;
    if (this.#last !== undefined && first !== this.#last + 1) this.#changes.allChanged();
    this.#last = events.at(-1)!.sequence;
    for (const event of events) {
      const { type, data } = effectOf(event);
      if (typeof data === 'object' && data !== null && 'db' in data) this.#changes.changed(type, data, 0);
    }
  }
}
