/**
 * A second opinion on the state: a thread recovers it from the log, and both are compared.
 *
 * If they differ, a reducer is not deterministic. Nobody waits for a check but who asked for the snapshot. The same thread
 * makes snapshots where the state that lives cannot be held still.
 */
import type { SnapshotInfo } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import { warnOf } from '../calls/warn.ts';
import type { EncodedState } from '../folding/stored-snapshots.ts';
import { type Divergence, diverged } from '../past/divergence.ts';
import type { Keyframe, MadeSnapshot } from './making.ts';
import { type SnapshotThread, ThreadUnavailable } from './thread.ts';

/** Has a snapshot made, writes the keyframes that come on the way, and learns from how long it took. */
export type Keep = (make: (onKeyframe: (keyframe: Keyframe) => void) => Promise<MadeSnapshot>) => Promise<EncodedState>;

export interface SnapshotCheckerParts {
  /** Of the log, for messages. */
  readonly path: string;
  /** Undefined where no thread can have the model. */
  readonly thread: SnapshotThread | undefined;
  /** What the state that lives was recovered from. */
  readonly base: SnapshotInfo | undefined;
  readonly keep: Keep;
  /** Called once a replay was found to give another state, before anybody is told. */
  readonly onDivergence: () => Promise<void>;
}

/** The thread rests this many times as long as its last check took, unless it is needed. */
const REST_PER_CHECK = 10;
/** What the start of the thread takes, roughly, in ms: a short-lived store need not pay for a check of its own accord. */
const START_MS = 200;

export class SnapshotChecker {
  readonly #parts: SnapshotCheckerParts;
  #thread: SnapshotThread | undefined;
  /** When the thread last came to an end of its work, and how long that took, in ms; at first, what its start takes. */
  #end: number = performance.now();
  #tookMs = START_MS;
  #isBusy = false;
  #work: Promise<void> = Promise.resolve();
  #agreed: number;
  #divergence: Divergence | undefined;
  #isClosing = false;

  constructor(parts: SnapshotCheckerParts) {
    this.#parts = parts;
    this.#thread = parts.thread;
    this.#agreed = parts.base?.sequence ?? 0;
  }

  /** The last sequence at which the state that lived and a replay agreed, or from which both come. */
  get agreed(): number {
    return this.#agreed;
  }

  /** Why the state that lives is not what a replay gives, once that was found. */
  get divergence(): Divergence | undefined {
    return this.#divergence;
  }

  /**
   * Has the thread make the snapshot at `to`; undefined where it cannot, or folds by another source text.
   *
   * @param keyframeEvents events from one keyframe to the next; infinite for none
   */
  make(to: number, keyframeEvents: number, keep: Keep): Promise<EncodedState | undefined> {
    return this.#alone(async (thread) => {
      await thread.start();
      if (!thread.isSame) return undefined;
      return keep((onKeyframe) => thread.make({ to, base: to, keyframeEvents }, onKeyframe));
    });
  }

  /**
   * Compares the state at `to` with what a replay gives, from the last snapshot on which both agreed.
   *
   * @throws RefoldError `REDUCER_FAILED` when they differ, naming the first divergent event and the place
   */
  async check(to: number, ours: EncodedState): Promise<void> {
    // Nothing of what is yet to be compared may be kept.
    const order = { to, base: this.#agreed, keyframeEvents: Number.POSITIVE_INFINITY };
    const theirs = await this.#alone((thread) => this.#parts.keep((onKeyframe) => thread.make(order, onKeyframe)));
    if (theirs === undefined) return;
    if (theirs.stateHash === ours.stateHash) this.#agreed = Math.max(this.#agreed, to);
    else await this.#explain(to, ours);
  }

  /** The same behind everything else, and not so often that it takes much from the writing; warns where it would throw. */
  checkNowAndThen(to: number, ours: EncodedState): void {
    if (this.#isBusy || performance.now() - this.#end < this.#tookMs * REST_PER_CHECK) return;
    this.check(to, ours).catch((error: unknown) => {
      if (!this.#isClosing) warnOf('RefoldSnapshotWarning', error);
    });
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#thread?.close();
    await this.#work;
  }

  /** The thread takes one order at a time. Undefined when there is none, or none any more. */
  async #alone<T>(order: (thread: SnapshotThread) => Promise<T>): Promise<T | undefined> {
    while (this.#isBusy) await this.#work;
    const thread = this.#thread;
    if (thread === undefined) return undefined;
    this.#isBusy = true;
    const start = performance.now();
    const work = order(thread);
    this.#work = work.then(ignore, ignore);
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ThreadUnavailable)) throw error;
      await this.#giveUp(error.message);
      return undefined;
    } finally {
      this.#isBusy = false;
      this.#end = performance.now();
      this.#tookMs = this.#end - start;
    }
  }

  /**
   * Finds out why a replay gave another state.
   *
   * @throws RefoldError `REDUCER_FAILED`, unless it may be that the thread's model is simply another one
   */
  async #explain(to: number, ours: EncodedState): Promise<void> {
    const order = { to, base: this.#agreed, live: ours.chunks };
    const found = await this.#alone(async (thread) => ({
      ...(await thread.explain(order)),
      isSame: thread.isSame,
    }));
    if (found === undefined) return;
    const { betweenReplays, isSame, ...divergence } = found;
    if (!betweenReplays && !isSame) {
      return this.#giveUp('the model that its module exports folds otherwise than the one in use');
    }
    this.#divergence = divergence;
    await this.#parts.onDivergence();
    throw diverged(this.#parts.path, to, divergence);
  }

  async #giveUp(why: string): Promise<void> {
    await this.#thread?.close();
    this.#thread = undefined;
    if (this.#isClosing) return;
    process.emitWarning(`Snapshots are made on the main thread, and not checked: ${why}`, {
      type: 'RefoldSnapshotWarning',
    });
  }
}

const ignore = (): void => {};
