/**
 * The write path: validate → check the expected sequence → fold → queue → group commit → resolve → publish.
 *
 * Everything up to the queue happens in one go inside the call, so the order of calls is the order of sequences, and the
 * next call already sees the new state. Promises resolve when the block that holds their commit is durable.
 */
import { RefoldError } from '../core/errors.ts';
import type { Commit, EventInput, RecordedEvent } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import type { LiveState } from '../fold/live-state.ts';
import { decodeBlock, encodeCommit, encodeOpenBlock } from '../log/block.ts';
import type { LogStore, QueuedCommit } from '../log/log-store.ts';
import { type CommandOutcome, parseOutcome, requireCommandId, serialiseOutcome, type Verdict } from './commands.ts';
import { CommitQueue } from './commit-queue.ts';
import { admitEvents } from './intake.ts';
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
  /** Called after each commit became durable. */
  readonly onDurable: () => void;
}

/** The largest text of one commit: it must fit into one row. */
const COMMIT_BYTES = 256 * 1024 * 1024;

export class WritePath {
  readonly queue: CommitQueue;
  readonly #parts: WritePathParts;
  readonly #live: LiveState<object>;
  readonly #pending = new Map<string, Promise<CommandOutcome>>();
  #sequence: number;
  #durableSequence: number;
  #recordedAt: number;
  #failure: RefoldError | undefined;

  constructor(parts: WritePathParts) {
    const { log, live } = parts;
    this.#parts = parts;
    this.#live = live;
    this.queue = new CommitQueue(log, (error) => (this.#failure ??= error));
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
    return Math.max(Math.floor(this.#parts.settings.clock()), this.#recordedAt);
  }

  /** Resolves when what was accepted so far is durable. */
  async settled(): Promise<void> {
    if (this.#durableSequence < this.#sequence || this.queue.bytes > 0) await this.queue.push({});
  }

  /** Decides, folds and queues at once; resolves when durable. With a `commandId`, once and for all. */
  async write(options: AppendOptions, decide: () => Verdict): Promise<CommandOutcome> {
    const { commandId } = options;
    if (commandId === undefined) return this.#writeNow(options, decide);
    requireCommandId(commandId);
    const pending = this.#pending.get(commandId);
    if (pending !== undefined) return pending;
    const written = this.#writeOnce(commandId, options, decide);
    this.#pending.set(commandId, written);
    try {
      return await written;
    } finally {
      this.#pending.delete(commandId);
    }
  }

  async #writeOnce(commandId: string, options: AppendOptions, decide: () => Verdict): Promise<CommandOutcome> {
    const found = this.#parts.log.outcome(commandId);
    const known = found instanceof Promise ? await found : found;
    return known === undefined ? this.#writeNow(options, decide) : parseOutcome(known.outcome);
  }

  async #writeNow({ expectedSequence, commandId }: AppendOptions, decide: () => Verdict): Promise<CommandOutcome> {
    while (this.queue.isFull) await this.queue.room();
    if (this.#failure !== undefined) throw this.#failure;
    this.#requireSequence(expectedSequence);
    const verdict = decide();
    if ('rejected' in verdict) {
      const { code, message } = verdict.rejected;
      return this.#remember({ status: 'rejected', code, message }, commandId);
    }
    const recordedAt = this.now();
    const firstSequence = this.#sequence + 1;
    if (verdict.accepted.length === 0) {
      const commit = { firstSequence, lastSequence: this.#sequence, recordedAt };
      return this.#remember({ status: 'accepted', commit }, commandId);
    }
    const { events, queued } = this.#accept(verdict.accepted, recordedAt);
    const commit = { firstSequence, lastSequence: this.#sequence, recordedAt };
    return this.#remember({ status: 'accepted', commit }, commandId, queued, () =>
      this.#becameDurable(commit, events, queued),
    );
  }

  /** Validates and folds. After this the commit is part of the state, and only the log can still refuse it. */
  #accept(inputs: readonly EventInput[], recordedAt: number): { events: RecordedEvent[]; queued: QueuedCommit } {
    const { model, settings, firstSeen } = this.#parts;
    const frozen = settings.fold === 'atomic';
    const events = admitEvents(model, inputs, { firstSequence: this.#sequence + 1, recordedAt, frozen });
    // Encoded before the fold: a direct reducer may put data into the state and change it there.
    const json = encodeCommit(events);
    if (json.length > COMMIT_BYTES) throw tooLarge(json.length, events[0]!.sequence);
    this.#fold(events);
    this.#sequence = events.at(-1)!.sequence;
    this.#recordedAt = recordedAt;
    for (const { type, sequence } of events) if (!firstSeen.has(type)) firstSeen.set(type, sequence);
    return { events, queued: { events: events.length, recordedAt, json } };
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

  async #remember(
    outcome: CommandOutcome,
    commandId: string | undefined,
    commit?: QueuedCommit,
    onDurable?: () => void,
  ): Promise<CommandOutcome> {
    // Even a rejection waits: it was decided on a state that may not be durable yet.
    const stored =
      commandId === undefined ? undefined : { commandId, recordedAt: this.now(), outcome: serialiseOutcome(outcome) };
    if (commit !== undefined || stored !== undefined || this.queue.bytes > 0) {
      await this.queue.push({ commit, outcome: stored, onDurable });
    }
    return outcome;
  }

  #becameDurable(commit: Commit, events: readonly RecordedEvent[], queued: QueuedCommit): void {
    const { publisher, settings, onDurable } = this.#parts;
    this.#durableSequence = commit.lastSequence;
    if (publisher.hasListeners) {
      // Under the direct fold the state may hold on to the data and change it: listeners get their own.
      publisher.publish(settings.fold === 'direct' ? copyOf(commit, queued) : events);
    }
    onDurable();
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

/** The events of a commit, read back from its text. */
function copyOf(commit: Commit, queued: QueuedCommit): RecordedEvent[] {
  const payload = encodeOpenBlock([queued]);
  return decodeBlock({ ...commit, encoding: 'open', bytes: payload.length, chain: '', payload }).events;
}

/** @throws RefoldError `EVENT_REJECTED` for an empty commit, which nobody can mean */
export function atLeastOne<Event>(events: readonly Event[]): readonly Event[] {
  if (events.length > 0) return events;
  const hint = 'Append one event, or an array of them';
  throw new RefoldError('EVENT_REJECTED', 'Cannot append: a commit needs at least one event', { hint });
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
