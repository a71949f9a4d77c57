/**
 * The write path: validate → check the expected sequence → fold → queue → group commit → resolve → publish.
 *
 * Everything up to the queue happens in one go inside the call, so the order of calls is the order of sequences, and the
 * next call already sees the new state. Promises resolve when the block that holds their commit is durable.
 */
import { RefoldError } from '../core/errors.ts';
import type { Commit, EventInput, RecordedEvent } from '../core/event.ts';
import type { Model, Rejection } from '../core/model.ts';
import type { LiveState } from '../fold/live-state.ts';
import { decodeBlock, encodeCommit, encodeOpenBlock } from '../log/block.ts';
import type { LogStore, QueuedCommit, StoredOutcome } from '../log/log-store.ts';
import { type CommandOutcome, parseOutcome, requireCommandId, serialiseOutcome, type Verdict } from './commands.ts';
import { CommitQueue } from './commit-queue.ts';
import { Intake } from './intake.ts';
import type { Settings } from './options.ts';
import type { Publisher } from './publisher.ts';

export interface AppendOptions {
  /** The sequence that the store must be at; another one is a `SEQUENCE_CONFLICT`. Default: wherever it is. */
  readonly expectedSequence?: number | undefined;
  /** Makes a retry safe: done once, and remembered. 1 to 200 characters. */
  readonly commandId?: string | undefined;
}

export interface WritePathParts {
  readonly model: Model;
  readonly log: LogStore;
  readonly settings: Settings;
  readonly live: LiveState<object>;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  readonly publisher: Publisher;
  /** Called after each block became durable, with the size of its text. */
  readonly onDurable: (bytes: number) => void;
}

/** The largest text of one commit: it must fit into one row. */
const COMMIT_BYTES = 256 * 1024 * 1024;

export class WritePath {
  readonly queue: CommitQueue;
  readonly #parts: WritePathParts;
  readonly #live: LiveState<object>;
  readonly #intake: Intake;
  readonly #pending = new Map<string, Promise<CommandOutcome>>();
  /** The model's event types that the log does not hold yet. */
  readonly #unseen: Set<string>;
  #sequence: number;
  #durableSequence: number;
  #recordedAt: number;
  #failure: RefoldError | undefined;

  constructor(parts: WritePathParts) {
    const { model, log, live, firstSeen } = parts;
    this.#parts = parts;
    this.#unseen = new Set([...model.types.keys()].filter((type) => !firstSeen.has(type)));
    this.#live = live;
    this.#intake = new Intake(model);
    this.queue = new CommitQueue(log, {
      onDurable: (commits) => this.#becameDurable(commits),
      onFailure: (error) => (this.#failure ??= error),
    });
    const head = log.head();
    this.#sequence = this.#durableSequence = head.sequence;
    this.#recordedAt = head.recordedAt;
  }

  get state(): object {
    return this.#live.value;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Why nothing can be written any more, if so. */
  get failure(): RefoldError | undefined {
    return this.#failure;
  }

  /** What `recordedAt` will be for a commit made now: never before the last. */
  now(): number {
    const now = Math.floor(this.#parts.settings.clock());
    return Number.isFinite(now) ? Math.max(now, this.#recordedAt) : this.#recordedAt;
  }

  /** Resolves when what was accepted so far is durable. */
  async settled(): Promise<void> {
    if (this.#durableSequence < this.#sequence || this.queue.bytes > 0) await this.queue.push({}, undefined);
  }

  /**
   * Decides, folds and queues at once; resolves when durable. With a `commandId`, once and for all.
   *
   * @param answer what the caller is told of the outcome
   */
  write<Answer>(
    options: AppendOptions,
    decide: () => Verdict,
    answer: (outcome: CommandOutcome) => Answer,
  ): Promise<Answer> {
    if (options.commandId !== undefined) return this.#writeOnce(options.commandId, options, decide).then(answer);
    if (this.queue.isFull) return this.#writeLater(options, decide, answer);
    // Not an async function: with thousands of appends at once, each promise more is felt.
    try {
      return this.#writeNow(options, decide, answer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #writeLater<Answer>(
    options: AppendOptions,
    decide: () => Verdict,
    answer: (outcome: CommandOutcome) => Answer,
  ): Promise<Answer> {
    while (this.queue.isFull) await this.queue.room();
    return this.#writeNow(options, decide, answer);
  }

  async #writeOnce(commandId: string, options: AppendOptions, decide: () => Verdict): Promise<CommandOutcome> {
    requireCommandId(commandId);
    const pending = this.#pending.get(commandId);
    if (pending !== undefined) return pending;
    const written = this.#writeUnlessKnown(commandId, options, decide);
    this.#pending.set(commandId, written);
    try {
      return await written;
    } finally {
      this.#pending.delete(commandId);
    }
  }

  async #writeUnlessKnown(commandId: string, options: AppendOptions, decide: () => Verdict): Promise<CommandOutcome> {
    const found = this.#parts.log.outcome(commandId);
    const known = found instanceof Promise ? await found : found;
    if (known !== undefined) return parseOutcome(known.outcome);
    return this.#writeLater(options, decide, (outcome) => outcome);
  }

  #writeNow<Answer>(
    { expectedSequence, commandId }: AppendOptions,
    decide: () => Verdict,
    answer: (outcome: CommandOutcome) => Answer,
  ): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#requireSequence(expectedSequence);
    const verdict = decide();
    const { outcome, commit } = 'rejected' in verdict ? rejectedBy(verdict.rejected) : this.#accept(verdict.accepted);
    const stored = commandId === undefined ? undefined : this.#outcomeToStore(commandId, outcome);
    // Even a rejection waits: it was decided on a state that may not be durable yet.
    if (commit === undefined && stored === undefined && this.queue.bytes === 0) return Promise.resolve(answer(outcome));
    return this.queue.push({ commit, outcome: stored }, answer(outcome));
  }

  /** Validates and folds. After this the commit is part of the state, and only the log can still refuse it. */
  #accept(inputs: readonly EventInput[]): Decided {
    const recordedAt = this.now();
    const firstSequence = this.#sequence + 1;
    const commit = inputs.length === 0 ? undefined : this.#foldCommit(inputs, firstSequence, recordedAt);
    return {
      outcome: { status: 'accepted', commit: { firstSequence, lastSequence: this.#sequence, recordedAt } },
      commit,
    };
  }

  #foldCommit(inputs: readonly EventInput[], firstSequence: number, recordedAt: number): KeptCommit {
    const { settings, publisher } = this.#parts;
    // Frozen where listeners are to share it; reducers then get a copy. Otherwise it is theirs, as on replay.
    const frozen = settings.fold === 'atomic' && publisher.hasListeners;
    const events = this.#intake.admit(inputs, { firstSequence, recordedAt, frozen });
    // Encoded before the fold: a reducer may put data into the state and change it there.
    const json = encodeCommit(events);
    if (json.length > COMMIT_BYTES) throw tooLarge(json.length, firstSequence);
    this.#fold(events);
    this.#sequence = events.at(-1)!.sequence;
    this.#recordedAt = recordedAt;
    if (this.#unseen.size > 0) this.#noteFirst(events);
    // Kept for listeners where they may share them; otherwise the text will do.
    return {
      events: events.length,
      recordedAt,
      json,
      published: frozen ? events : undefined,
    };
  }

  #noteFirst(events: readonly RecordedEvent[]): void {
    for (const { type, sequence } of events) if (this.#unseen.delete(type)) this.#parts.firstSeen.set(type, sequence);
  }

  #fold(events: readonly RecordedEvent[]): void {
    const { model, settings, log } = this.#parts;
    try {
      this.#live.fold(model.reducers, events);
    } catch (error) {
      if (settings.fold === 'direct') this.#failure = halfChanged(log.path, error);
      throw error;
    }
  }

  #outcomeToStore(commandId: string, outcome: CommandOutcome): StoredOutcome {
    return { commandId, recordedAt: this.now(), outcome: serialiseOutcome(outcome) };
  }

  /** A block has become durable: its commits are the next ones in order. */
  #becameDurable(commits: readonly KeptCommit[]): void {
    const { publisher, onDurable } = this.#parts;
    let bytes = 0;
    for (const commit of commits) {
      bytes += Buffer.byteLength(commit.json);
      const first = this.#durableSequence + 1;
      this.#durableSequence += commit.events;
      if (publisher.hasListeners) publisher.publish(commit.published ?? readBack(commit, first));
    }
    onDurable(bytes);
  }

  #requireSequence(expected: number | undefined): void {
    if (expected === undefined || expected === this.#sequence) return;
    throw new RefoldError(
      'SEQUENCE_CONFLICT',
      `Cannot append at sequence ${expected}: the log ends at ${this.#sequence}`,
      {
        path: this.#parts.log.path,
        sequence: this.#sequence,
        hint: 'Read the new state and decide again',
      },
    );
  }
}

/** What a decision came to, and the commit that has been folded, if there is one. */
interface Decided {
  readonly outcome: CommandOutcome;
  readonly commit: KeptCommit | undefined;
}

/** A queued commit, with its events when they are at hand for those who listen. */
interface KeptCommit extends QueuedCommit {
  readonly published?: readonly RecordedEvent[] | undefined;
}

function rejectedBy({ code, message }: Rejection): Decided {
  return { outcome: { status: 'rejected', code, message }, commit: undefined };
}

/**
 * The events of a commit, from its text: fresh ones. Where data was not frozen the state may hold on to that of the original
 * ones and change it.
 */
function readBack(commit: QueuedCommit, firstSequence: number): RecordedEvent[] {
  const payload = encodeOpenBlock([commit]);
  const lastSequence = firstSequence + commit.events - 1;
  const { recordedAt } = commit;
  return decodeBlock({ firstSequence, lastSequence, recordedAt, encoding: 'open', bytes: 0, chain: '', payload })
    .events;
}

/** @throws RefoldError `EVENT_REJECTED` for an empty commit, which nobody can mean */
export function atLeastOne<Event>(events: readonly Event[]): readonly Event[] {
  if (events.length > 0) return events;
  const hint = 'Append one event, or an array of them';
  throw new RefoldError('EVENT_REJECTED', 'Cannot append: a commit needs at least one event', { hint });
}

/**
 * What `append` answers.
 *
 * @throws RefoldError `INVALID_OPTION` when the `commandId` belongs to a command that was rejected
 */
export function commitOf(outcome: CommandOutcome): Commit {
  if (outcome.status === 'accepted') return outcome.commit;
  throw new RefoldError('INVALID_OPTION', 'Cannot append: the commandId is that of a command that was rejected', {
    type: 'commandId',
    hint: 'Use a fresh commandId for each append and each command',
  });
}

function tooLarge(bytes: number, sequence: number): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot append: the commit has ${bytes} characters of JSON`, {
    sequence,
    hint: `Keep a commit under ${COMMIT_BYTES} characters: store large content elsewhere and record where`,
  });
}

function halfChanged(path: string, cause: unknown): RefoldError {
  return new RefoldError(
    'STORE_FAILED',
    'Cannot go on: a reducer threw under the direct fold, and the state may be half changed',
    {
      path,
      cause,
      hint: "Close this store and open it anew; use fold: 'atomic' where reducers may throw",
    },
  );
}
