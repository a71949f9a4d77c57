/** What another process has written, for the clients of a server that follows its file. */
import type { RecordedEvent } from '../../../index.ts';
import type { Changes } from '../../calls/parts.ts';
import { type PackedEffect, unpackEffect } from '../../model/effects/packed.ts';
import { DATABASES } from '../../model/key-space.ts';

export class FollowedChanges {
  readonly #changes: Changes;
  #last: number | undefined;

  /** @param changes hears of each change */
  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** Events that the state has now. When some before them are missing, every key may have changed. */
  take(events: readonly RecordedEvent[]): void {
    const first = events[0]?.sequence;
    if (first === undefined) return;
    if (this.#last !== undefined && first !== this.#last + 1) this.everything();
    this.#last = events.at(-1)!.sequence;
    for (const { type, data } of events) {
      const effect = type === 'EffectPacked' ? unpackEffect(data as PackedEffect) : (data as object);
      const name = type === 'EffectPacked' ? (data as PackedEffect).effect : type;
      if (effect !== undefined && 'db' in effect) this.#changes.changed(name, effect, 0);
    }
  }

  everything(): void {
    for (let db = 0; db < DATABASES; db++) this.#changes.changed('DatabaseFlushed', { db }, 0);
  }
}
