/**
 * The store's end of the snapshot thread: started when it is first needed, ended when it has been idle for a while.
 *
 * It takes one order at a time, and keeps the process alive while one is under way, since somebody may wait for it. Once
 * there can be no such thread, or it has died, every order comes to undefined: the work must then be done elsewhere.
 */
import type { Worker } from 'node:worker_threads';
import { messageOf, reviveError, type SerializedError } from '../../core/errors.ts';
import type { LogThread } from '../../log/log-source.ts';
import { startThread, threadFile } from '../../threads/threads.ts';
import { later, performance } from '../../threads/timers.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { FoundDivergence } from '../past/divergence.ts';
import type { Keyframe, Made, MakeOrder } from './sources.ts';

/** Handed to the thread at its start. */
export interface ThreadStart {
  /** Names the log in messages. */
  readonly path: string;
  /** How the thread opens the log. */
  readonly log: LogThread;
  /** URL of the model's module, and the model's name there. */
  readonly module: string;
  readonly name: string;
  readonly fingerprint: ModelFingerprint;
}

/** Say where a replay parts from `live`, the encoded state at `to`. Snapshots after `base` are not believed. */
export interface ExplainOrder {
  readonly to: number;
  readonly base: number;
  readonly live: readonly Uint8Array[];
}

export type SnapshotOrder = MakeOrder | ExplainOrder;

/** One order is under way at a time, so that no answer needs a number. The first answer is `ready`, or an error. */
export type SnapshotAnswer =
  | { readonly ready: { readonly isSame: boolean } }
  | { readonly keyframe: Keyframe }
  | { readonly made: Made }
  | { readonly divergence: FoundDivergence }
  | { readonly error: SerializedError };

/** An idle thread holds on to memory for what its last state left behind. */
const IDLE_MS = 10_000;
/** The thread has rested when it was idle for this many times as long as its last order took. */
const REST_PER_ORDER = 10;
/** What its start takes, roughly, in ms: a short-lived store need not pay for an order that nobody waits for. */
const START_MS = 200;

/** There can be no such thread, or it died. */
class ThreadUnavailable extends Error {}

interface Pending {
  readonly worker: Worker;
  readonly resolve: (answer: SnapshotAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onKeyframe: (keyframe: Keyframe) => void;
}

export class SnapshotThread {
  readonly #start: ThreadStart;
  #worker: Worker | undefined;
  /** Settles when the thread has imported the model, or could not; says whether it is the one in use. */
  #ready: Promise<boolean> | undefined;
  #pending: Pending | undefined;
  #stayUp: () => void = () => {};
  /** The order under way. */
  #work: Promise<void> | undefined;
  /** When the last order ended, and how long it took, in ms. */
  #endedAt: number = performance.now();
  #tookMs = START_MS;
  #isGivenUp = false;
  #isClosed = false;

  constructor(start: ThreadStart) {
    this.#start = start;
  }

  /** Whether it is idle, and has been for long enough to be given work that nobody waits for. */
  get isRested(): boolean {
    return this.#work === undefined && performance.now() - this.#endedAt >= this.#tookMs * REST_PER_ORDER;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Whether the thread folds by the very source text of the model in use, as far as is known: what it makes may then stand
   * for the live state without being compared. Undefined when there is no thread.
   */
  isSame(): Promise<boolean | undefined> {
    return this.#alone(() => this.#started());
  }

  /**
   * Makes a snapshot; undefined when there is no thread.
   *
   * @param onKeyframe gets what is made on the way
   * @throws RefoldError what recovery throws
   */
  async make(order: MakeOrder, onKeyframe: (keyframe: Keyframe) => void): Promise<Made | undefined> {
    const answer = await this.#alone(() => this.#ask(order, onKeyframe));
    return (answer as { made: Made } | undefined)?.made;
  }

  /** Says where a replay parts from the live state. Undefined, and throws, as `make`. */
  async explain(order: ExplainOrder): Promise<FoundDivergence | undefined> {
    const answer = await this.#alone(() => this.#ask(order, () => {}));
    return (answer as { divergence: FoundDivergence } | undefined)?.divergence;
  }

  /** Ends it for good, and says so once: snapshots are then made without it. */
  async giveUp(why: string): Promise<void> {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    await this.#end();
    if (this.#isClosed) return;
    process.emitWarning(`Snapshots are made on the main thread, and not checked: ${why}`, {
      type: 'RefoldSnapshotWarning',
    });
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
    await this.#work;
  }

  /** One order at a time; while it is under way no idle time ends the thread. */
  async #alone<T>(order: () => Promise<T>): Promise<T | undefined> {
    while (this.#work !== undefined) await this.#work;
    if (this.#isGivenUp || this.#isClosed) return undefined;
    this.#stayUp();
    const start = performance.now();
    const answer = this.#unlessUnavailable(order);
    this.#work = answer.then(ignore, ignore);
    try {
      return await answer;
    } finally {
      this.#work = undefined;
      this.#stayUp = later(IDLE_MS, () => void this.#end());
      this.#endedAt = performance.now();
      this.#tookMs = this.#endedAt - start;
    }
  }

  async #unlessUnavailable<T>(order: () => Promise<T>): Promise<T | undefined> {
    try {
      return await order();
    } catch (error) {
      if (!(error instanceof ThreadUnavailable)) throw error;
      await this.giveUp(error.message);
      return undefined;
    }
  }

  async #ask(order: SnapshotOrder, onKeyframe: Pending['onKeyframe']): Promise<SnapshotAnswer> {
    await this.#started();
    const worker = this.#worker;
    if (worker === undefined) throw new ThreadUnavailable('the thread was ended');
    const answer = this.#answer(worker, onKeyframe);
    worker.postMessage(order);
    return await answer;
  }

  async #started(): Promise<boolean> {
    try {
      return await (this.#ready ??= this.#begin());
    } catch (error) {
      throw new ThreadUnavailable(messageOf(error), { cause: error });
    }
  }

  async #begin(): Promise<boolean> {
    const { path } = this.#start;
    const options = {
      workerData: this.#start,
      execArgv: process.execArgv.filter(concernsModules),
      name: 'refold snapshots',
    };
    const worker = startThread(WORKER, options, 'make snapshots of', path);
    this.#worker = worker;
    worker.on('message', (answer: SnapshotAnswer) => this.#hear(answer));
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('the thread ended')));
    const answer = await this.#answer(worker, () => {});
    return (answer as { ready: { isSame: boolean } }).ready.isSame;
  }

  /** While an answer is waited for, the thread keeps the process alive. */
  #answer(worker: Worker, onKeyframe: Pending['onKeyframe']): Promise<SnapshotAnswer> {
    worker.ref();
    return new Promise<SnapshotAnswer>((resolve, reject) => {
      this.#pending = { worker, resolve, reject, onKeyframe };
    }).finally(() => {
      if (this.#worker === worker) worker.unref();
    });
  }

  #hear(answer: SnapshotAnswer): void {
    if ('keyframe' in answer) this.#pending?.onKeyframe(answer.keyframe);
    else if ('error' in answer) this.#pending?.reject(reviveError(answer.error, undefined));
    else this.#pending?.resolve(answer);
  }

  /** A thread that died (of a state too large for it, say) would die again. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = this.#ready = undefined;
    if (this.#pending?.worker === worker) this.#pending.reject(new ThreadUnavailable(messageOf(cause), { cause }));
  }

  async #end(): Promise<void> {
    this.#stayUp();
    const worker = this.#worker;
    this.#worker = this.#ready = undefined;
    await worker?.terminate();
  }
}

const ignore = (): void => {};

const WORKER = threadFile(import.meta.url, 'snapshot-worker');

/**
 * Of the process's own flags, those that say how modules are found and loaded: the model's module needs them. Others would
 * be refused in a thread, or would make it run something else.
 */
function concernsModules(flag: string, index: number, flags: readonly string[]): boolean {
  const TAKES_VALUE = /^(-C|--conditions|--import|-r|--require|--loader|--experimental-loader)$/;
  if (TAKES_VALUE.test(flags[index - 1] ?? '')) return true;
  return TAKES_VALUE.test(flag) || MODULE_FLAGS.test(flag);
}

const MODULE_FLAGS =
  /^--(conditions=|import=|require=|loader=|experimental-loader=|(no-)?experimental-(strip-types|transform-types)|disable-warning=|enable-source-maps|preserve-symlinks)/;
