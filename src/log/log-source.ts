/**
 * A log source: something that can open a log, once to write it and again to read it.
 *
 * A store that is given a source opens the log itself and closes it. With `thread` the log can also be opened in another
 * thread, where snapshots are made and checked.
 */
import type { Durability, LogStore } from './log-store.ts';

/** How a source is asked to open its log. */
export interface OpenLogOptions {
  /** When an append counts as done; `always` when absent. A log that is opened `readOnly` writes nothing. */
  readonly durability?: Durability | undefined;
  /** Open the log beside its writer and change nothing; default false: become the writer. */
  readonly readOnly?: boolean | undefined;
}

export interface LogSource {
  /** Names the log in messages, before it is open. */
  readonly name: string;
  /**
   * Opens the log. Whoever opens it closes it.
   *
   * @throws RefoldError `LOG_LOCKED` (another writer has it), `LOG_CORRUPT`, `FORMAT_TOO_NEW`, `INVALID_OPTION` (an option
   * that this log cannot honour)
   */
  open(options: OpenLogOptions): Promise<LogStore>;
  /** How another thread opens the log; absent where only this thread can. */
  readonly thread?: LogThread | undefined;
}

/** A thread calls `(await import(module))[export](options).open({ readOnly: true })`. */
export interface LogThread {
  /** URL of a module, as text: `import.meta.url` in the module that exports the function. */
  readonly module: string;
  /** The name under which it exports a function from `options` to a `LogSource`. */
  readonly export: string;
  /** What the function is called with. It is copied to the thread: plain data, no functions. */
  readonly options: unknown;
}
