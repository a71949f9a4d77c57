/** What the followers of a store share: its tail, pages of its log, and the tags of its events. */
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { tagsNow } from '../folding/taggers.ts';
import { LogPages } from './log-pages.ts';
import { type HasTag, Selections } from './selection.ts';
import type { Tail } from './tail.ts';

export class Followed {
  readonly log: LogStore;
  readonly tail: Tail;
  readonly pages: LogPages;
  readonly selections: Selections;

  constructor(model: Model, log: LogStore, tail: Tail) {
    this.log = log;
    this.tail = tail;
    this.pages = new LogPages(model, log);
    this.selections = new Selections(tagsRemembered(model, log));
  }
}

/** The tags of an event are computed once for all who follow by tag. */
function tagsRemembered(model: Model, log: LogStore): HasTag {
  const known = new WeakMap<RecordedEvent, readonly string[]>();
  const guard = guardOf(log);
  return (event, tag) => {
    if (model.types.get(event.type)?.tags === undefined) return false;
    let tags = known.get(event);
    if (tags === undefined) known.set(event, (tags = guard.run(() => tagsNow(model, event))));
    return tags.includes(tag);
  };
}
