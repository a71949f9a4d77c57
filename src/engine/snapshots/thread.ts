/**
 * The store's end of the snapshot thread. The thread is started when it is first needed, and ended after some idle
 * time.
 *
 * It takes one order at a time. If the thread cannot be started, or has died, every order gives undefined from then on,
 * and the work must be done elsewhere.
 */
import { messageOf } from '../../core/errors.ts';
import type { LogThread } from '../../log/log-source.ts';
import { Mutex } from '../../threads/mutex.ts';
import { Thread } from '../../threads/thread.ts';
import { later, performance } from '../../threads/timers.ts';
import { warnThat } from '../calls/warn.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { FoundDivergence } from '../past/divergence.ts';
import type { Keyframe, Made, MakeOrder } from './sources.ts';

/** Handed to the thread at its start. */
export interface SnapshotThreadData {
  /** Names the log in messages. */
  readonly path: string;
  /** How the thread opens the log. */
  readonly log: LogThread;
  /** URL of the model's module, and the model's name there. */
  readonly module: string;
  readonly name: string;
  readonly fingerprint: ModelFingerprint;
}

/**
 * What the thread can be asked for: a snapshot, with keyframes on the way; or where a replay differs from the live
 * state.
 */
export interface SnapshotJobs {
  make: { takes: MakeOrder; answers: Made; tells: Keyframe };
  explain: { takes: ExplainOrder; answers: FoundDivergence };
}

export interface ExplainOrder {
  readonly to: number;
  /** Snapshots after this one are not used. */
  readonly base: number;
  /** The encoded live state at `to`. */
  readonly live: readonly Uint8Array[];
}

/** `isSame`: the reducers of its model have the same source text as those of the model in use. */
export interface SnapshotThreadOpened {
  readonly isSame: boolean;
}

/** An idle thread keeps the memory that its last state needed. */
const IDLE_MS = 10_000;
/** The thread has rested if it was idle for this many times as long as its last order took. */
const REST_PER_ORDER = 10;
/** What its start takes, roughly, in ms. A short-lived store should not pay for a background order. */
const START_MS = 200;

type Running = Thread<SnapshotJobs, SnapshotThreadOpened>;

export class SnapshotThread {
  readonly #data: SnapshotThreadData;
  readonly #owner: object | undefined;
  readonly #orders = new Mutex();
  readonly #closing = new AbortController();
  #thread: Running | undefined;
  #stayUp: () => void = () => {};
  /** When the last order ended, and how long it took, in ms. */
  #endedAt: number = performance.now();
  #tookMs = START_MS;
  #isGivenUp = false;

  /** @param owner whose warnings its warnings are */
  constructor(data: SnapshotThreadData, owner?: object) {
    this.#data = data;
    this.#owner = owner;
  }

  /** Whether it has been idle for long enough to be given background work. */
  get isRested(): boolean {
    return !this.#orders.isBusy && performance.now() - this.#endedAt >= this.#tookMs * REST_PER_ORDER;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Whether a state that the thread makes may be kept without a comparison with the live state. Undefined if there is no
   * thread. The other orders give undefined in that case, too.
   */
  isSame(): Promise<boolean | undefined> {
    return this.#order(async (thread) => thread.opened.isSame);
  }

  /** Makes a snapshot. `onKeyframe` gets the keyframes on the way. Throws what recovery throws. */
  make(order: MakeOrder, onKeyframe: (keyframe: Keyframe) => void): Promise<Made | undefined> {
    return this.#order((thread) => thread.ask('make', order, [], onKeyframe));
  }

  /** Says where a replay differs from the live state. Throws what recovery throws. */
  explain(order: ExplainOrder): Promise<FoundDivergence | undefined> {
    return this.#order((thread) => thread.ask('explain', order));
  }

  /** Ends the thread for good and warns once: from now on snapshots are made without it. */
  async giveUp(why: string): Promise<void> {
    this.#isGivenUp = true;
    await this.#thread?.abort();
    if (this.isClosed) return;
    const message = `Snapshots are made on the main thread, and not checked: ${why}`;
    warnThat(this.#owner, 'RefoldSnapshotWarning', message);
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#stayUp();
    this.#closing.abort();
    await this.#orders.drained();
    await this.#thread?.abort();
  }

  #order<T>(order: (thread: Running) => Promise<T>): Promise<T | undefined> {
    return this.#orders.run(async () => {
      if (this.#isGivenUp || this.isClosed) return undefined;
      this.#stayUp();
      const start = performance.now();
      try {
        return await order(await this.#running());
      } catch (error) {
        if (this.#thread !== undefined && this.#thread.death === undefined) throw error;
        // A thread that died, for example of a state too large for it, would die again.
        await this.giveUp(messageOf(this.#thread?.death ?? error));
        return undefined;
      } finally {
        this.#endedAt = performance.now();
        this.#tookMs = this.#endedAt - start;
        if (!this.isClosed) this.#stayUp = later(IDLE_MS, () => void this.#thread?.abort());
      }
    });
  }

  /** The thread that runs, or a new one: an idle thread may have been ended. */
  async #running(): Promise<Running> {
    if (this.#thread?.death !== undefined) this.#thread = undefined;
    this.#thread ??= await Thread.start<SnapshotJobs, SnapshotThreadOpened>({
      name: 'snapshot-worker',
      from: import.meta.url,
      data: this.#data,
      action: 'make snapshots of',
      path: this.#data.path,
      execArgv: process.execArgv.filter(concernsModules),
      signal: this.#closing.signal,
    });
    return this.#thread;
  }
}

/**
 * Picks the process's flags that say how modules are found and loaded: the model's module needs them. A thread would
 * refuse the other flags, or would run something else.
 */
function concernsModules(flag: string, index: number, flags: readonly string[]): boolean {
  const TAKES_VALUE = /^(-C|--conditions|--import|-r|--require|--loader|--experimental-loader)$/;
  if (TAKES_VALUE.test(flags[index - 1] ?? '')) return true;
  return TAKES_VALUE.test(flag) || MODULE_FLAGS.test(flag);
}

const MODULE_FLAGS =
  /^--(conditions=|import=|require=|loader=|experimental-loader=|(no-)?experimental-(strip-types|transform-types)|disable-warning=|enable-source-maps|preserve-symlinks)/;
