/**
 * A log source can open a log: once for writing, and more often for reading.
 *
 * A store that gets a source opens and closes the log itself. With `thread` another thread can open the log too, to
 * make and check snapshots.
 */
import type { FillOptions, LogFilling } from './copying/log-copying.ts';
import type { Durability, LogStore } from './log-store.ts';
import type { Writers } from './log-turn.ts';
import type { OutcomeBounds } from './outcomes.ts';

/** How a source is asked to open its log. */
export interface OpenLogOptions {
  /** When an append counts as done; `always` when absent. A log that is opened `readOnly` writes nothing. */
  readonly durability?: Durability | undefined;
  /** Open the log beside its writer and change nothing; default false: become the writer. */
  readonly readOnly?: boolean | undefined;
  /** How long a writer remembers the outcomes of commands; default: 100,000 outcomes, for seven days. */
  readonly remember?: OutcomeBounds | undefined;
  /**
   * How long a writer waits, in ms, for another one that has the log open. A source that cannot wait throws `LOG_LOCKED` at
   * once: it is then asked again, until the time is over.
   */
  readonly waitForLock?: number | undefined;
  /**
   * `many`: become one of several writers, which take turns (`log-turn.ts`). Not with `readOnly`. Default: `one`. A source that
   * cannot honour it throws `INVALID_OPTION`.
   */
  readonly writers?: Writers | undefined;
  /** Ends the waiting: the open rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface LogSource {
  /** Names the log in messages, before it is open. */
  readonly name: string;
  /**
   * Opens the log. The caller closes it.
   *
   * @throws RefoldError `LOG_LOCKED` (another writer has it), `LOG_CORRUPT`, `FORMAT_TOO_NEW`, `INVALID_OPTION` (an option
   * that this log cannot honour)
   */
  open(options: OpenLogOptions): Promise<LogStore>;
  /**
   * Opens a new log to be filled with a copy of another one, or an unfinished copy of the same log. Absent when no log can be
   * copied there.
   *
   * @throws RefoldError `INVALID_OPTION` when there is something else, `LOG_LOCKED`
   */
  fill?(options: FillOptions): Promise<LogFilling>;
  /** How another thread opens the log; absent when only this thread can. */
  readonly thread?: LogThread | undefined;
}

/** A thread calls `(await import(module))[export](options).open({ readOnly: true })`. */
export interface LogThread {
  /** URL of a module, as text: `import.meta.url` in the module that exports the function. */
  readonly module: string;
  /** The name under which it exports a function from `options` to a `LogSource`. */
  readonly export: string;
  /** The argument of the function. It is copied to the thread, so it must be plain data without functions. */
  readonly options: unknown;
}
