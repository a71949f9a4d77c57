/**
 * What this process knows of a log in PostgreSQL: where it begins and ends. All stores of one log in one process share it, so a
 * reader sees at once what a writer beside it has appended. What other processes do is found by polling.
 */
import { Bell } from '../following.ts';
import type { LogHead } from '../log-store.ts';

export interface LogState {
  readonly head: LogHead;
  readonly trimmedThrough: number;
  readonly epoch: number;
  readonly redactions: number;
}

export class KnownLog {
  static readonly #shared = new Map<string, KnownLog>();
  readonly bell: Bell = new Bell();
  #state: LogState;
  #users = 0;

  /** @param key names the log and its database */
  static join(key: string, state: LogState): KnownLog {
    let known = KnownLog.#shared.get(key);
    if (known === undefined) {
      known = new KnownLog(state);
      KnownLog.#shared.set(key, known);
    }
    known.#users += 1;
    known.see(state);
    return known;
  }

  private constructor(state: LogState) {
    this.#state = state;
  }

  get state(): LogState {
    return this.#state;
  }

  /** Takes news. Older news, which was asked for before, changes nothing. */
  see(news: Partial<LogState>): void {
    const { head, trimmedThrough, epoch, redactions } = this.#state;
    const next = {
      head: news.head !== undefined && news.head.sequence > head.sequence ? news.head : head,
      trimmedThrough: Math.max(trimmedThrough, news.trimmedThrough ?? 0),
      epoch: Math.max(epoch, news.epoch ?? 0),
      redactions: Math.max(redactions, news.redactions ?? 0),
    };
    this.#state = next;
    if (next.head !== head || next.redactions !== redactions) this.bell.ring();
  }

  leave(key: string): void {
    this.#users -= 1;
    if (this.#users === 0) KnownLog.#shared.delete(key);
  }
}
