/**
 * A log without a model: what can be said and done when only the file is at hand.
 *
 * The command line stands on it: `info`, `events`, `verify`, `backup`, `export` and `import` need no reducer. Sealing
 * needs none either; dropping history does, since only a model can tell which snapshots are usable.
 */
import { isRefoldError, RefoldError, type SerializedError } from '../core/errors.ts';
import type { EventMeta, Json, RecordedEvent } from '../core/event.ts';
import { copyPayload, inspectInput } from '../core/guard.ts';
import { decodeBlock, encodeCommit } from '../log/block.ts';
import { requireReadable } from '../log/block-rules.ts';
import type { BlockHeader, LogStore, QueuedCommit } from '../log/log-store.ts';
import { type CompactionReport, type CompactOptions, compactLog } from './compaction.ts';
import { type EventRange, followEvents, locate, type Position, readRecorded } from './history.ts';
import { admitMeta, refusalOf } from './intake.ts';
import { openLogAt } from './open-log.ts';
import { modelNameOf } from './open-store.ts';
import type { Progress } from './options.ts';
import { harmless } from './telling.ts';

export interface LogInfo {
  readonly path: string;
  /** Name of the model that the log belongs to; absent before a model has opened it. */
  readonly model?: string;
  /** Events still in the log. */
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** ms since the epoch of the first block's and the last event's recording; absent in an empty log. */
  readonly firstRecordedAt?: number;
  readonly lastRecordedAt?: number;
  readonly openBlocks: number;
  readonly openBytes: number;
  readonly sealedBlocks: number;
  readonly sealedBytes: number;
  /** Newest first. */
  readonly snapshots: readonly {
    readonly sequence: number;
    readonly recordedAt: number;
    readonly bytes: number;
    readonly stateHash: string;
  }[];
  readonly projections: readonly { readonly name: string; readonly sequence: number }[];
  /** Names of the projections that keep events from being dropped which recovery does not need. */
  readonly historyHeldBy: readonly string[];
  readonly fileBytes: number;
  readonly walBytes: number;
  readonly freeBytes: number;
  /** Hash over all blocks, hex. */
  readonly chain: string;
  readonly epoch: number;
}

export interface VerifyOptions {
  /** Believe the checksums, and decode nothing. */
  readonly quick?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What reading every block through found. */
export interface BlocksReport {
  readonly ok: boolean;
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly problems: readonly SerializedError[];
}

/** An event on its way into a log from elsewhere; `sequence` is not looked at, a `recordedAt` is kept. */
export interface ImportedEvent {
  readonly type: string;
  readonly version?: number | undefined;
  readonly recordedAt?: number | undefined;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
}

/** Opens a log's file without a model; read-only unless said otherwise. @throws RefoldError as `openStore` does */
export async function openLog(options: {
  readonly path: string;
  readonly readOnly?: boolean | undefined;
}): Promise<EventLog> {
  return new EventLog(await openLogAt(options.path, { readOnly: options.readOnly ?? true }));
}

/** Commits of an import become durable in groups of this many events. */
const IMPORT_EVENTS = 5_000;

export class EventLog implements AsyncDisposable {
  readonly #log: LogStore;

  /** Use `openLog`. */
  constructor(log: LogStore) {
    this.#log = log;
  }

  get path(): string {
    return this.#log.path;
  }

  async info(): Promise<LogInfo> {
    const log = this.#log;
    const headers: BlockHeader[] = await Array.fromAsync(log.headers());
    const { sequence: lastSequence, recordedAt, chain } = log.head();
    const firstSequence = log.firstSequence();
    const model = await modelNameOf(log);
    const snapshots = (await log.snapshots('')).map(({ sequence, recordedAt: at, bytes, stateHash }) => ({
      sequence,
      recordedAt: at,
      bytes,
      stateHash,
    }));
    const projections = (await log.checkpoints()).map(({ projection, sequence }) => ({ name: projection, sequence }));
    // Recovery itself needs what follows the older of two snapshots.
    const recoveryNeeds = snapshots[1]?.sequence ?? 0;
    const historyHeldBy = projections.filter(({ sequence }) => sequence < recoveryNeeds).map(({ name }) => name);
    return {
      path: log.path,
      ...(model === undefined ? {} : { model }),
      events: lastSequence - firstSequence + 1,
      firstSequence,
      lastSequence,
      ...(headers[0] === undefined ? {} : { firstRecordedAt: headers[0].recordedAt, lastRecordedAt: recordedAt }),
      ...summarise(headers),
      snapshots,
      projections,
      historyHeldBy,
      ...log.size(),
      chain,
      epoch: log.epoch,
    };
  }

  /** Recorded events in order, as they were written: no upcasting. */
  events(range: EventRange = {}): AsyncGenerator<RecordedEvent, void> {
    return readRecorded(this.#log, range);
  }

  /** Events from `from` (default the first there is) on, then what comes, until the signal. */
  follow(options: { readonly from?: number; readonly signal: AbortSignal }): AsyncGenerator<RecordedEvent, void> {
    return followEvents(this.#log, options.from ?? this.#log.firstSequence(), options.signal, (event) => event);
  }

  /** The sequence of a position. @throws RefoldError `INVALID_OPTION`, `HISTORY_GONE` */
  locate(position: Position): Promise<number> {
    return locate(this.#log, position);
  }

  /**
   * Checks the file's structure, snapshots, outcomes and witness, then every block: checksum, chain, gaps, and unless
   * `quick` whether it decodes. Says nothing about states: that takes a model.
   */
  async verify({ quick = false, onProgress }: VerifyOptions = {}): Promise<BlocksReport> {
    const log = this.#log;
    const tell = harmless(onProgress, 'RefoldProgressWarning');
    const { sequence: lastSequence } = log.head();
    const firstSequence = log.firstSequence();
    const problems: SerializedError[] = [...((await log.checkStructure?.()) ?? [])];
    let reached = firstSequence - 1;
    try {
      if (firstSequence <= lastSequence) {
        for await (const block of log.read({ from: firstSequence, to: lastSequence })) {
          if (!quick) decodeBlock(block);
          reached = block.lastSequence;
          tell({ phase: 'verify', done: reached, total: lastSequence });
        }
      }
    } catch (error) {
      if (!isRefoldError(error)) throw error;
      problems.push(error.toJSON());
    }
    return { ok: problems.length === 0, events: reached - firstSequence + 1, firstSequence, lastSequence, problems };
  }

  /** Seals open blocks and gives space back; drops nothing. */
  compact(
    options: CompactOptions & { readonly onProgress?: (progress: Progress) => void } = {},
  ): Promise<CompactionReport> {
    const onProgress = harmless(options.onProgress, 'RefoldProgressWarning');
    return compactLog(
      { log: this.#log, history: 'keep', usableSnapshots: async () => [], now: Date.now(), onProgress },
      options,
    );
  }

  /** Writes a consistent copy to a new file. @throws RefoldError `INVALID_OPTION` when the file exists */
  backup(path: string, onProgress?: (fraction: number) => void): Promise<void> {
    return this.#log.backup(path, harmless(onProgress, 'RefoldProgressWarning'));
  }

  /**
   * Appends events from elsewhere, one commit each, in groups; every payload passes the guard, none a schema.
   *
   * @throws RefoldError `EVENT_REJECTED`, naming the sequence it would have had. Groups before it have been appended:
   * import into a file that may be thrown away then
   */
  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  ): Promise<{ events: number; lastSequence: number }> {
    const { sequence: before, recordedAt } = this.#log.head();
    let group: QueuedCommit[] = [];
    let last = recordedAt;
    for await (const event of events) {
      const commit = admitImported(event, this.#log.head().sequence + group.length + 1, last);
      last = commit.recordedAt;
      if (group.push(commit) < IMPORT_EVENTS) continue;
      await this.#append(group);
      group = [];
    }
    if (group.length > 0) await this.#append(group);
    const { sequence } = this.#log.head();
    return { events: sequence - before, lastSequence: sequence };
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #append(commits: readonly QueuedCommit[]): Promise<void> {
    const { sequence: expectedSequence, recordedAt } = this.#log.head();
    requireReadable(commits, { sequence: expectedSequence, recordedAt }, this.#log.path);
    await this.#log.append({ expectedSequence, epoch: this.#log.epoch, commits, outcomes: [] });
  }
}

function admitImported(event: ImportedEvent, sequence: number, notBefore: number): QueuedCommit {
  const { type, version = 1, recordedAt = Date.now(), data, meta } = event;
  if (typeof type !== 'string' || type === '') throw badImport('its type is not a text', sequence);
  if (!Number.isSafeInteger(version) || version < 1) throw badImport(`its version is ${version}`, sequence, type);
  if (!Number.isSafeInteger(recordedAt) || recordedAt < 0)
    throw badImport(`its recordedAt is ${recordedAt}`, sequence, type);
  const copy = { type, version, data: copyData(type, data, sequence) };
  const payload = meta === undefined ? copy : { ...copy, meta: admitMeta(meta, type, sequence) };
  return { events: 1, recordedAt: Math.max(recordedAt, notBefore), json: encodeCommit([payload]) };
}

function copyData(type: string, data: unknown, sequence: number): Json {
  try {
    inspectInput(data, 'data');
    return copyPayload(data, 'data', false);
  } catch (error) {
    throw refusalOf(error, { type, sequence });
  }
}

function badImport(problem: string, sequence: number, type?: string): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot import the event that would be ${sequence}: ${problem}`, {
    sequence,
    ...(type === undefined ? {} : { type }),
    hint: 'An event is { type, data, version?, recordedAt?, meta? }, as refold events prints them',
  });
}

function summarise(
  headers: readonly BlockHeader[],
): Pick<LogInfo, 'openBlocks' | 'openBytes' | 'sealedBlocks' | 'sealedBytes'> {
  const sum = { openBlocks: 0, openBytes: 0, sealedBlocks: 0, sealedBytes: 0 };
  for (const { encoding, bytes } of headers) {
    sum[`${encoding}Blocks`] += 1;
    sum[`${encoding}Bytes`] += bytes;
  }
  return sum;
}
