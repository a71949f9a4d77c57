/** Writes progress as often as the log can, and not more often: calls that come during a write share the next one. */
export class Saver {
  readonly #write: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  /** Resolves once a write that began after this call is durable. Rejects as that write does. */
  save(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(ignore, ignore).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<void> {
    const writing = this.#write().finally(() => {
      if (this.#running === writing) this.#running = undefined;
    });
    this.#running = writing;
    return writing;
  }
}

function ignore(): void {}
