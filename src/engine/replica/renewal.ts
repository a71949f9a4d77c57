/**
 * Notices that the writer has redacted the log, so that a reader makes its state again.
 *
 * A log counts its redactions (`generation`). A reader compares the number with the one that its state is of: now and then, and at
 * each call that reads. Readers in the process of the writer are told, so that the writer can wait for them.
 */
import type { LogStore } from '../../log/log-store.ts';
import { later } from '../../threads/timers.ts';

/** How often a reader looks by itself, in ms: one that follows the log, and one that does not. */
export const FOLLOWER_LOOK_MS = 25;
export const STILL_LOOK_MS = 500;

export class Renewal {
  readonly #log: LogStore;
  readonly #begin: () => void;
  readonly #lookMs: number;
  #generation: number;
  #due: PromiseWithResolvers<void> | undefined;
  #stop: () => void = () => {};
  #isClosed = false;

  /**
   * @param generation the one that the reader's state is of
   * @param lookMs how often to look
   * @param begin called once when it is not the log's any more: `run` must follow
   */
  constructor(log: LogStore, generation: number, lookMs: number, begin: () => void) {
    this.#lookMs = lookMs;
    this.#log = log;
    this.#generation = generation;
    this.#begin = begin;
    readersOf(log.path).add(this);
    if (log.generation !== undefined) this.#lookLater();
  }

  /** The one that the reader's state is of. */
  get generation(): number {
    return this.#generation;
  }

  get isDue(): boolean {
    return this.#due !== undefined;
  }

  /** Looks whether the log was redacted. Fast, and never throws. */
  look(): void {
    if (this.#isClosed || this.#due !== undefined || this.#present() === this.#generation) return;
    this.#due = Promise.withResolvers();
    this.#begin();
  }

  /** Resolves when the state is that of the log as it is now. Never rejects. */
  async current(): Promise<void> {
    this.look();
    await this.#due?.promise;
  }

  /** Makes the state again, and once more if the log is redacted meanwhile. @param work replaces the state */
  async run(work: () => Promise<void>): Promise<void> {
    for (;;) {
      const generation = this.#present();
      await work();
      this.#generation = generation;
      if (this.#isClosed || this.#present() === generation) break;
    }
    this.#end();
  }

  /** The state is that of the log already. */
  passOver(): void {
    this.#generation = this.#present();
    this.#end();
  }

  /** Ends all waiting: the reader has failed or is closed. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    const readers = readersOf(this.#log.path);
    readers.delete(this);
    if (readers.size === 0) open.delete(this.#log.path);
    this.#end();
  }

  #end(): void {
    this.#due?.resolve();
    this.#due = undefined;
  }

  /** A log that was closed or has failed counts as unchanged. */
  #present(): number {
    try {
      return this.#log.generation?.() ?? this.#generation;
    } catch {
      return this.#generation;
    }
  }

  #lookLater(): void {
    this.#stop = later(this.#lookMs, () => {
      this.look();
      if (!this.#isClosed) this.#lookLater();
    });
  }
}

/** The readers of this process, by the paths of their logs. */
const open = new Map<string, Set<Renewal>>();

function readersOf(path: string): Set<Renewal> {
  let readers = open.get(path);
  if (readers === undefined) open.set(path, (readers = new Set()));
  return readers;
}

/** Resolves when all readers of this process have the state of the log as it is now. */
export async function renewReaders(path: string): Promise<void> {
  await Promise.all(Array.from(open.get(path) ?? [], (reader) => reader.current()));
}
