/** What the write path counts and times, from the open of the store on. */
import { performance, soon } from '../../threads/timers.ts';
import { Histogram } from './histogram.ts';

/** In a long burst of calls the clock is read again after so many: reading it costs time. */
const CALLS_PER_READING = 16;

export class Meter {
  /** When the store was opened. */
  readonly #openedAt: number = performance.now();
  /** From the call to durability, for each commit. */
  readonly append: Histogram = new Histogram();
  /** From handing a block to the log until it is durable. */
  readonly sync: Histogram = new Histogram();
  commits = 0;
  events = 0;
  characters = 0;
  #now = 0;
  /** Calls since the clock was read; 0 when it must be read. */
  #calls = 0;

  get uptimeMs(): number {
    return performance.now() - this.#openedAt;
  }

  /** The time of a call. Calls that come together share a reading of the clock. */
  callTime(): number {
    if (this.#calls === 0) void soon(() => this.#over());
    if (this.#calls % CALLS_PER_READING === 0) this.#now = performance.now();
    this.#calls += 1;
    return this.#now;
  }

  /** Commits of one block have become durable. */
  durable(commits: Iterable<MeasuredCommit>): void {
    const now = performance.now();
    let since = now;
    let times = 0; // commits whose calls share a reading of the clock
    for (const { startedAt, events, json } of commits) {
      if (startedAt !== since) {
        if (times > 0) this.append.add(now - since, times);
        since = startedAt;
        times = 0;
      }
      times += 1;
      this.commits += 1;
      this.events += events;
      this.characters += json.length;
    }
    if (times > 0) this.append.add(now - since, times);
  }

  #over(): void {
    this.#calls = 0;
  }
}

interface MeasuredCommit {
  readonly startedAt: number;
  readonly events: number;
  readonly json: string;
}
