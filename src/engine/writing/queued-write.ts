/**
 * One write on its way through the queue: what the log will keep, and the caller's promise.
 *
 * It is the only object of a write that lives until the block is durable. Thousands may be queued at once. So it holds what
 * the log needs in the form that the log needs, and makes the caller's answer when the write is durable.
 */
import type { Commit, Json, RecordedEvent } from '../../core/event.ts';
import { tagCharacters } from '../../log/blocks/tag-list.ts';
import type { CommitTags, QueuedCommit, StoredOutcome } from '../../log/log-store.ts';
import type { CommandOutcome, Refusal } from './outcomes/outcome.ts';

/** Makes the caller's answer from a durable write. */
export type Answering<Answer> = (write: QueuedWrite) => Answer;

/** A commit, an outcome to remember, both, or neither. With neither it only waits for its turn. */
export class QueuedWrite implements QueuedCommit {
  readonly firstSequence: number;
  readonly recordedAt: number;
  /** How many events the commit has. They are already part of the state. */
  events = 0;
  /** The text of the events; empty when there is no commit. */
  json = '';
  /** Undefined in a model without tags. */
  tags: CommitTags | undefined;
  /** The frozen copy of the events that listeners and callers get, if it was made. */
  published: readonly RecordedEvent[] | undefined;
  /** The id of the call, if it has one. */
  commandId: string | undefined;
  /** What the log remembers of a call with a `commandId`. */
  outcome: StoredOutcome | undefined;
  /** A command's rejection, or the result that it gives besides its events. */
  rejection: Refusal | undefined;
  result: Json | undefined;
  readonly #answer: Answering<unknown>;
  readonly #isFence: boolean;
  readonly #startedAt: number;
  // Private, so that a log that sends its commits to another thread clones nothing but data.
  #resolve: ((answer: unknown) => void) | undefined;

  /**
   * @param isFence whether it ends its block, so that the next block waits until this one is durable
   * @param startedAt when its call began, as `Meter.callTime` says
   */
  constructor(firstSequence: number, recordedAt: number, answer: Answering<unknown>, isFence = false, startedAt = 0) {
    this.firstSequence = firstSequence;
    this.recordedAt = recordedAt;
    this.#answer = answer;
    this.#isFence = isFence;
    this.#startedAt = startedAt;
  }

  get hasCommit(): boolean {
    return this.events > 0 || this.json !== '';
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  get isFence(): boolean {
    return this.#isFence;
  }

  /** How many bytes it keeps in memory while it waits, roughly. */
  get bytes(): number {
    return this.json.length + WRITE_BYTES + tagCharacters(this.tags);
  }

  /** Makes the caller's promise. */
  promise<Answer>(): Promise<Answer> {
    const promise = new Promise<unknown>(keepResolver);
    this.#resolve = resolver;
    return promise as Promise<Answer>;
  }

  /** Called when it has become durable. */
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
  if (rejection !== undefined) return { status: 'rejected', ...rejection, replayed: false };
  if (write.events === 0) return { status: 'accepted', commit: undefined, events: [], result, replayed: false };
  return { status: 'accepted', commit: commitOf(write), events: write.published, result, replayed: false };
}

/** Bytes of a write besides its text. */
const WRITE_BYTES = 64;

let resolver: ((answer: unknown) => void) | undefined;

/** One function for all promises: a closure for each would cost time. The caller reads what it stores at once. */
function keepResolver(resolve: (answer: unknown) => void): void {
  resolver = resolve;
}

/** In how many commits of a block the text is measured. The others are assumed to be similar. */
const MEASURED = 16;

/** The size of the commits' text in UTF-8. With many commits it is an estimate, which is exact if all text is ASCII. */
export function textBytesOf(commits: readonly QueuedWrite[]): number {
  const step = Math.ceil(commits.length / MEASURED);
  let characters = 0;
  let measured = 0;
  let bytes = 0;
  for (const [index, { json }] of commits.entries()) {
    characters += json.length;
    if (index % step !== 0) continue;
    measured += json.length;
    bytes += Buffer.byteLength(json);
  }
  return measured === 0 ? 0 : Math.round(characters * (bytes / measured));
}
