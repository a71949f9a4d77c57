/**
 * What other processes have appended becomes part of a live state: commit by commit, so that a reader never sees half a commit.
 *
 * Each commit is folded once, and told to those who listen. Where it comes from, and when, is decided elsewhere.
 */
import { grouped, type RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import type { Block, LogStore } from '../../log/log-store.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { warnOf } from '../calls/warn.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { commitsAfter, presentEvents, type RecordedCommit } from '../folding/recorded-commits.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import type { UpcastRules } from '../folding/upcast.ts';
import { recoverDespiteDrops } from '../past/history.ts';
import { copyForOthers, type Publisher } from '../writing/publisher.ts';
import type { Waiters } from './waiters.ts';

export interface InflowParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  readonly state: ReplaceableState<State>;
  readonly publisher: Publisher;
  readonly waiters: Waiters;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  /** The state is that of this sequence now. Called before anybody hears of the events. */
  readonly onFolded: (sequence: number, recordedAt: number) => void;
  /** What the store is called in a warning. */
  readonly kind: 'replica' | 'store';
}

/** How many times larger the text of events is than their sealed block, roughly. */
const UNPACKED = 8;

export class Inflow<State extends object> {
  readonly #parts: InflowParts<State>;
  readonly #guard: Reentrancy;

  constructor(parts: InflowParts<State>) {
    this.#parts = parts;
    this.#guard = guardOf(parts.log);
  }

  /** Folds the commits of a block that end after a sequence, one at each step. */
  *take(block: Block, sequence: number, rules: UpcastRules): Generator<void, void> {
    const events = block.lastSequence - block.firstSequence + 1;
    const eventCharacters = (block.bytes / events) * (block.encoding === 'open' ? 1 : UNPACKED);
    for (const commit of commitsAfter(block, sequence)) {
      this.#fold(commit, rules, eventCharacters);
      yield;
    }
  }

  #fold(commit: RecordedCommit, rules: UpcastRules, eventCharacters: number): void {
    const { model, state, publisher, waiters, firstSeen, onFolded } = this.#parts;
    const { last } = commit;
    const count = commit.events.length;
    const { recordedAt } = commit.events.at(-1)!;
    let published: readonly RecordedEvent[] | undefined;
    for (const { type, sequence } of commit.events) if (!firstSeen.has(type)) firstSeen.set(type, sequence);
    this.#guard.enter();
    try {
      const events = presentEvents(model, commit, rules);
      // Copied before the fold: reducers may keep the events that they get, and change them.
      if (publisher.isHeard) published = copyForOthers(events);
      state.fold(model.reducers, events);
    } finally {
      this.#guard.leave();
    }
    onFolded(last, recordedAt);
    publisher.publish(last, published, count, count * eventCharacters);
    waiters.reached(last);
  }

  /**
   * Continues with the newest snapshot, because the events after a sequence were dropped.
   *
   * @throws RefoldError `gone` when that would not help
   */
  async jump(before: number, gone: RefoldError): Promise<void> {
    const { model, log, fingerprint, state, publisher, waiters, firstSeen, onFolded, kind } = this.#parts;
    const { cursor } = await recoverDespiteDrops(model, log, fingerprint);
    const { sequence, recordedAt } = cursor;
    if (sequence <= before) throw gone; // otherwise it would fail in the same way again and again
    state.replace(cursor.state);
    for (const [type, first] of cursor.firstSeen) firstSeen.set(type, first);
    onFolded(sequence, recordedAt);
    publisher.tail.jump(sequence);
    warnOf(log, 'RefoldReplicaWarning', jumped(log, kind, before, sequence));
    waiters.reached(sequence);
  }
}

function jumped({ path }: LogStore, kind: string, before: number, now: number): string {
  return `The ${kind} on ${path} was at ${grouped(before)} when another process dropped the events after it. It loaded the newest snapshot and is at ${grouped(now)} now. Subscribers did not get the events in between`;
}
