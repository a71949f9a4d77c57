/** Work that has begun: a close waits until all of it has ended. */
export class UnderWay {
  readonly #all = new Set<Promise<unknown>>();

  /** Begins at once. @throws what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const working = (async () => work())();
    this.#all.add(working);
    try {
      return await working;
    } finally {
      this.#all.delete(working);
    }
  }

  /** Resolves when everything that has begun so far has ended, also where it failed. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#all]);
  }
}
