/**
 * A log in one SQLite file, and how it is opened. This is the door to this folder.
 *
 * A writer comes with the thread that holds the writer's lock (`writer.ts`). A log that is only read is opened beside it.
 */
import { requireThreads } from '../../threads/threads.ts';
import { requireDurability } from '../log-errors.ts';
import type { Durability, LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS, type OutcomeBounds } from '../outcomes.ts';
import { type Driver, isFull, loadDriver, needsRollback } from './file/driver.ts';
import {
  canonicalPath,
  fileIdentity,
  fileKind,
  isUsablePath,
  requireNoRepair,
  requireOwnFiles,
  unusablePath,
  withoutLog,
} from './file/files.ts';
import { type Explain, explainLeftovers } from './file/leftovers.ts';
import { readWitness, requireWitnessed } from './file/witness.ts';
import { LogReader } from './reading/reader.ts';
import { Watch } from './reading/watch.ts';
import type { LogThreads } from './sharing/log-threads.ts';
import { SqliteLogStore } from './sqlite-log-store.ts';
import { WriterClient } from './writing/writer-client.ts';

export interface SqliteLogOptions {
  /**
   * The log's file. A missing file is created with mode 0600, so only its owner can read it. Its directory must exist.
   */
  readonly path: string;
  /**
   * What a resolved append survives. `always` (default): a power cut, at the cost of one fsync per append. `everysec`:
   * the end of the process, and after at most a second a power cut. `os`: the end of the process; the operating system
   * decides when it survives more.
   */
  readonly durability?: Durability;
  /** Opens an existing log beside its writer, and changes nothing. Default false: become the writer. */
  readonly readOnly?: boolean;
  /**
   * Once 16 MiB were written, a thread moves a WAL of at least this many bytes into the file while the writer works.
   * Default: 1 to 4 MiB, depending on the room on the disk. 0, for tests: after every write, from the first.
   */
  readonly checkpointFromBytes?: number;
  /** How long the outcomes of commands are remembered; default: 100,000 outcomes, for seven days. */
  readonly remember?: OutcomeBounds | undefined;
  /** Threads that this log shares with others. Default: a thread for this log. */
  readonly threads?: LogThreads | undefined;
  /** How long to wait for another writer that has the log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
  /** Ends that waiting: the open rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a log, or creates it.
 *
 * @throws RefoldError `LOG_LOCKED` (another writer has it), `INVALID_OPTION` (no usable path, or another program's
 * file), `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `NODE_TOO_OLD`
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<LogStore> {
  const { durability = 'always' } = options;
  requireDurability(durability);
  if (!isUsablePath(options.path)) throw unusablePath(options.path);
  const path = canonicalPath(options.path);
  requireThreads(path);
  requireOwnFiles(path);
  requireNoRepair(path);
  const explain = explainLeftovers(path);
  try {
    return await openFile(path, durability, options, explain);
  } catch (error) {
    throw explain(error);
  }
}

async function openFile(
  path: string,
  durability: Durability,
  options: SqliteLogOptions,
  explain: Explain,
): Promise<LogStore> {
  const { checkpointFromBytes, remember = DEFAULT_BOUNDS, waitForLock } = options;
  const driver = await loadDriver();
  const kind = fileKind(path);
  if (options.readOnly === true) {
    if (kind === 'missing') throw withoutLog(path, 'there is no such file');
    return openBesideWriter(driver, path, explain, remember);
  }
  // The writer makes files beside the log, so look first: a foreign file must not even get a lock file.
  if (kind === 'filled') identifyIfPossible(driver, path);
  const { threads, signal } = options;
  const isNew = kind === 'missing';
  const writing = { path, durability, isNew, checkpointFromBytes, remember, waitForLock };
  const writer = await WriterClient.open(writing, signal, threads);
  try {
    return SqliteLogStore.open(readerBeside(writer, driver, path, threads), writer, writer.opened, explain, remember);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** A new log that shares its thread is read only when there is something to read. */
function readerBeside(writer: WriterClient, driver: Driver, path: string, threads: LogThreads | undefined): LogReader {
  if (threads === undefined) return LogReader.open(driver, path);
  return writer.opened.isCreated
    ? LogReader.resting(driver, path, threads.readers)
    : LogReader.open(driver, path, threads.readers);
}

/** Reads the witness before the log: a writer may be moving both, the log first. */
function openBesideWriter(driver: Driver, path: string, explain: Explain, remember: OutcomeBounds): LogStore {
  const testimonies = readWitness(path);
  const identity = fileIdentity(path);
  const reader = LogReader.open(driver, path);
  try {
    const state = reader.state();
    requireWitnessed(path, state, testimonies, (sequence) => reader.chainAt(sequence));
    return SqliteLogStore.open(reader, new Watch(reader, state, identity), state, explain, remember);
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * Even that can fail: on a full disk without the ballast's space, or after a power cut while the log was created. The
 * writer looks again once it has the lock.
 */
function identifyIfPossible(driver: Driver, path: string): void {
  try {
    LogReader.identify(driver, path);
  } catch (error) {
    if (!isFull(error) && !needsRollback(error)) throw error;
  }
}
