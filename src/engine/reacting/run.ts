/** One run of a reactor, from a start to a stop or an error: it reads on one side, and works on the other. */
import { Lanes } from './lanes.ts';

export interface RunOptions<Item> {
  readonly concurrency: number;
  readonly batchSize: number;
  /** Whether an item must be worked on by itself. */
  readonly isAlone: (item: Item) => boolean;
  /** Reads and adds items to the lanes, until `ending` aborts. */
  readonly read: (run: Run<Item>) => Promise<void>;
  /** Must not reject. False: nothing more begins. */
  readonly work: (items: readonly Item[], run: Run<Item>) => Promise<boolean>;
  /** Reading has failed. */
  readonly failed: (error: unknown) => void;
  /** Items that were added and never began. */
  readonly abandoned: (items: readonly Item[]) => void;
}

export class Run<Item> {
  readonly lanes: Lanes<Item>;
  /** Resolves when it has ended and nothing runs any more. Never rejects. */
  readonly settled: Promise<void>;
  readonly #ending = new AbortController();
  readonly #aborting = new AbortController();

  constructor(options: RunOptions<Item>) {
    const { concurrency, batchSize, isAlone } = options;
    this.lanes = new Lanes({ concurrency, batchSize, isAlone, work: (items) => options.work(items, this) });
    this.settled = this.#live(options);
  }

  /** Aborts when no new effect and no new attempt may begin. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Aborts when effects that run should end early. */
  get aborting(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Lets effects that run finish, and begins nothing more. */
  end(): void {
    this.lanes.stop();
    this.#ending.abort();
  }

  /** Like `end`, and asks effects that run to end early. */
  abort(): void {
    this.end();
    this.#aborting.abort();
  }

  async #live(options: RunOptions<Item>): Promise<void> {
    await undefined; // the caller has its run before reading begins
    try {
      await options.read(this);
    } catch (error) {
      options.failed(error);
    }
    await this.lanes.idle();
    options.abandoned(this.lanes.clear());
  }
}
