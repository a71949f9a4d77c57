/**
 * Runs the work of many partitions: in order within one, in parallel up to a limit.
 *
 * A partition that has items waits for a place. With a place it works on its first items, and gives the place back, so that
 * others get their turn. The work includes making its progress durable.
 */
import { soon } from '../../threads/timers.ts';

export interface LaneOptions<Item> {
  readonly concurrency: number;
  /** The most items of one piece of work. */
  readonly batchSize: number;
  /** Whether an item must be worked on by itself. */
  readonly isAlone: (item: Item) => boolean;
  /** Must not reject. False: nothing more begins, in any partition. */
  readonly work: (items: readonly Item[]) => Promise<boolean>;
}

/** The key of a partition. */
export type LaneKey = string | number;

export class Lanes<Item> {
  readonly #options: LaneOptions<Item>;
  /** Items that wait, by partition. */
  readonly #waiting = new Map<LaneKey, Item[]>();
  /** Partitions that may begin, in order. */
  readonly #ready = new Set<LaneKey>();
  readonly #running = new Set<LaneKey>();
  readonly #whenIdle: (() => void)[] = [];
  #stopped = false;
  #starting = false;

  constructor(options: LaneOptions<Item>) {
    this.#options = options;
  }

  add(key: LaneKey, item: Item): void {
    const items = this.#waiting.get(key);
    if (items === undefined) this.#waiting.set(key, [item]);
    else items.push(item);
    if (!this.#running.has(key)) this.#ready.add(key);
    if (this.#starting) return;
    this.#starting = true;
    void soon(() => {
      this.#starting = false;
      this.#start();
    });
  }

  /** From now on nothing begins. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Takes out all items that wait. */
  clear(): Item[] {
    const items = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    this.#ready.clear();
    return items;
  }

  #start(): void {
    for (const key of this.#ready) {
      if (this.#stopped || this.#running.size >= this.#options.concurrency) return;
      this.#ready.delete(key);
      this.#running.add(key);
      void this.#run(key, this.#take(key));
    }
  }

  #take(key: LaneKey): Item[] {
    const { batchSize, isAlone } = this.#options;
    const items = this.#waiting.get(key) ?? [];
    const alone = items.findIndex((item) => isAlone(item));
    const taken = items.splice(0, alone === -1 ? batchSize : Math.min(batchSize, Math.max(1, alone)));
    if (items.length === 0) this.#waiting.delete(key);
    return taken;
  }

  async #run(key: LaneKey, items: readonly Item[]): Promise<void> {
    const mayContinue = await this.#options.work(items);
    this.#running.delete(key);
    if (!mayContinue) this.stop();
    if (this.#waiting.has(key)) this.#ready.add(key);
    this.#start();
    if (this.#running.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
