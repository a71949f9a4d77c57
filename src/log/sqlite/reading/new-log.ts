/**
 * What is known of a log that was just created by its writer here: what has not been written is not there.
 *
 * So a store on a new file needs no connection for reading until it reads what it wrote.
 */

/** Kinds of rows that a new log lacks. */
type Rows = 'snapshots' | 'checkpoints' | 'reactors';

export class NewLog {
  readonly #meta = new Map<string, string>();
  readonly #written = new Set<Rows>();

  /** The value of a key: every value is written through this process. */
  meta(key: string): string | undefined {
    return this.#meta.get(key);
  }

  putMeta(key: string, value: string): void {
    this.#meta.set(key, value);
  }

  /** To be called before such rows are written. */
  wrote(rows: Rows): void {
    this.#written.add(rows);
  }

  /** True when the log certainly has no such rows. */
  hasNone(rows: Rows): boolean {
    return !this.#written.has(rows);
  }
}
