/**
 * The store's end of the snapshot thread: started when the first snapshot is due, ended when it has been idle for a while.
 *
 * One order at a time; while one is under way the thread keeps the process alive, since somebody may wait for it.
 */
import type { Worker } from 'node:worker_threads';
import { messageOf, reviveError } from '../../core/errors.ts';
import { startThread } from '../../threads/threads.ts';
import { later } from '../../threads/timers.ts';
import type { FoundDivergence } from '../past/divergence.ts';
import type { Keyframe, MadeSnapshot } from './making.ts';
import type { SnapshotAnswer, SnapshotOrder, SnapshotThreadOptions } from './protocol.ts';

/** An idle thread holds on to memory for what its last state left behind. */
const IDLE_MS = 10_000;

/** Thrown when there can be no such thread, or it died: snapshots must be made otherwise. */
export class ThreadUnavailable extends Error {}

type MakeOrder = Extract<SnapshotOrder, { keyframeEvents: number }>;
type ExplainOrder = Exclude<SnapshotOrder, MakeOrder>;

interface Pending {
  readonly worker: Worker;
  readonly resolve: (answer: SnapshotAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onKeyframe: (keyframe: Keyframe) => void;
}

export class SnapshotThread {
  readonly #options: SnapshotThreadOptions;
  #worker: Worker | undefined;
  /** Settles when it has imported the model, or could not. */
  #ready: Promise<void> | undefined;
  #pending: Pending | undefined;
  #stayUp: () => void = () => {};
  #isSame = false;

  constructor(options: SnapshotThreadOptions) {
    this.#options = options;
  }

  /**
   * Starts the thread, unless it runs.
   *
   * @throws ThreadUnavailable
   */
  async start(): Promise<void> {
    this.#stayUp();
    await (this.#ready ??= this.#start());
  }

  /**
   * Makes a snapshot of the state at `to`, from a snapshot at or before `base`.
   *
   * @param onKeyframe gets what is made on the way
   * @throws ThreadUnavailable; RefoldError what recovery throws
   */
  async make(order: MakeOrder, onKeyframe: (keyframe: Keyframe) => void): Promise<MadeSnapshot> {
    const answer = await this.#ask(order, onKeyframe);
    return (answer as { made: MadeSnapshot }).made;
  }

  /**
   * Whether the thread folds by the very source text of the model in use, as far as is known: what it makes may then stand
   * for what lives without being compared.
   */
  get isSame(): boolean {
    return this.#isSame;
  }

  /** Says where a replay parts from `live`, the encoded state at `to`. Throws as `make` does. */
  async explain(order: ExplainOrder): Promise<FoundDivergence> {
    const answer = await this.#ask(order, () => {});
    return (answer as { divergence: FoundDivergence }).divergence;
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#stayUp();
    const worker = this.#worker;
    this.#worker = this.#ready = undefined;
    await worker?.terminate();
  }

  async #ask(order: SnapshotOrder, onKeyframe: Pending['onKeyframe']): Promise<SnapshotAnswer> {
    await this.start();
    const worker = this.#worker;
    if (worker === undefined) throw new ThreadUnavailable('the thread was ended');
    try {
      const answer = this.#answer(worker, onKeyframe);
      worker.postMessage(order);
      return await answer;
    } finally {
      this.#stayUp = later(IDLE_MS, () => void this.close());
    }
  }

  async #start(): Promise<void> {
    try {
      const execArgv = process.execArgv.filter(concernsModules);
      const { path } = this.#options;
      const start = { data: this.#options, execArgv, action: 'make snapshots of', path };
      const worker = startThread({ name: 'snapshot-worker', from: import.meta.url, ...start }, (cause) =>
        this.#fail(worker, cause),
      );
      this.#worker = worker;
      worker.on('message', (answer: SnapshotAnswer) => this.#hear(answer));
      const answer = await this.#answer(worker, () => {});
      this.#isSame = (answer as { ready: { isSame: boolean } }).ready.isSame;
    } catch (error) {
      throw new ThreadUnavailable(messageOf(error), { cause: error });
    }
  }

  /** While an answer is waited for, or its end, the thread keeps the process alive. */
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
}

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
