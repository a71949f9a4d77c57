/**
 * One write on its way through the queue: what the log is to keep, and the promise of whoever asked for it.
 *
 * It is the one object of a write that lives until the block is durable. Thousands may be on their way at once, so it holds
 * what the log needs as it is, and makes the caller's answer when that is due.
 */
import type { Commit, Json, RecordedEvent } from '../../core/event.ts';
import type { Rejection } from '../../core/model.ts';
import type { QueuedCommit, StoredOutcome } from '../../log/log-store.ts';

import type { CommandOutcome } from './commands.ts';

/** Makes the caller's answer of a write that is durable. */
export type Answering<Answer> = (write: QueuedWrite) => Answer;

/** A commit, an outcome to remember, both, or neither: then it only waits its turn. */
export class QueuedWrite implements QueuedCommit {
  readonly firstSequence: number;
  readonly recordedAt: number;
  /** How many the commit has. They are part of the state already. */
  events = 0;
  /** The text of the events; none when there is no commit. */
  json = '';
  /** The listeners' copy of the events, if there were any listeners when they were folded. */
  published: readonly RecordedEvent[] | undefined;
  /** What is remembered of a command that has an id. */
  outcome: StoredOutcome | undefined;
  /** Of a command: why it was refused, or what it gives beside its events. */
  rejection: Rejection | undefined;
  result: Json | undefined;
  readonly #answer: Answering<unknown>;
  readonly #isFence: boolean;
  // Private, so that a log which sends its commits elsewhere has nothing to clone there but data.
  #resolve: ((answer: unknown) => void) | undefined;

  /** @param isFence ends its block, and the next block waits until this one is durable */
  constructor(firstSequence: number, recordedAt: number, answer: Answering<unknown>, isFence = false) {
    this.firstSequence = firstSequence;
    this.recordedAt = recordedAt;
    this.#answer = answer;
    this.#isFence = isFence;
  }

  get hasCommit(): boolean {
    return this.events > 0 || this.json !== '';
  }

  get isFence(): boolean {
    return this.#isFence;
  }

  /** What it costs while it waits, in bytes, roughly. */
  get bytes(): number {
    return this.json.length + WRITE_BYTES;
  }

  /** The promise of the caller. */
  promise<Answer>(): Promise<Answer> {
    const promise = new Promise<unknown>(keepResolver);
    this.#resolve = resolver;
    return promise as Promise<Answer>;
  }

  /** It has become durable. */
  resolve(): void {
    this.#resolve?.(this.#answer(this));
  }

  reject(error: Error): void {
    this.#resolve?.(Promise.reject(error));
  }
}

/** What `append` answers. */
export function commitOf({ firstSequence, events, recordedAt }: QueuedWrite): Commit {
  return { firstSequence, lastSequence: firstSequence + events - 1, recordedAt };
}

/** What `execute` answers. */
export function outcomeOf(write: QueuedWrite): CommandOutcome {
  const { rejection, result } = write;
  if (rejection !== undefined) return { status: 'rejected', code: rejection.code, message: rejection.message };
  const commit = commitOf(write);
  return result === undefined ? { status: 'accepted', commit } : { status: 'accepted', commit, result };
}

/** Besides its text. */
const WRITE_BYTES = 64;

let resolver: ((answer: unknown) => void) | undefined;

/** One function for all promises: a closure for each would be felt. What it keeps is taken over at once. */
function keepResolver(resolve: (answer: unknown) => void): void {
  resolver = resolve;
}
