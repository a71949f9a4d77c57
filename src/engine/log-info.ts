/** What a log says of itself, without its events and without a model: `refold info` prints it. */
import type { RecordedRedaction } from '../log/log-redaction.ts';
import type { BlockHeader, LogFile, LogStore, LogWriter, ReactorRow } from '../log/log-store.ts';
import { sizeOf } from './calls/log-care.ts';
import { modelNameOf } from './calls/log-ownership.ts';
import { countUntagged, taggersOfLog } from './folding/taggers.ts';
import { parseProgress } from './reacting/progress.ts';
import { estimateRecovery, type Rates, readRates } from './snapshots/rates.ts';

export interface LogInfo {
  readonly path: string;
  /** The version of the file's format; absent for a log that has only one. It rises with the first append that needs it. */
  readonly format?: number;
  /** Name of the model that the log belongs to; absent before a model has opened it. */
  readonly model?: string;
  /** Events still in the log. */
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** ms since the epoch of the first block's and the last event's recording; absent in an empty log. */
  readonly firstRecordedAt?: number;
  readonly lastRecordedAt?: number;
  /** Events in blocks that a query by tag must read: `retag` stores their tags. 0 for a log without tags. */
  readonly untaggedEvents: number;
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
  /** `lag`: how many events the log has beyond `sequence`. */
  readonly projections: readonly { readonly name: string; readonly sequence: number; readonly lag: number }[];
  readonly reactors: readonly ReactorInfo[];
  /** What was redacted, oldest first: when, by whom, and how many events. Never the words. */
  readonly redactions: readonly RedactionInfo[];
  /** Names of projections and reactors that still need events which recovery does not need: they hold history back. */
  readonly historyHeldBy: readonly string[];
  readonly fileBytes: number;
  readonly walBytes: number;
  readonly freeBytes: number;
  /** The log's file and every file beside it: write-ahead log, lock, witness, ballast. Empty for a log without files. */
  readonly files: readonly LogFile[];
  /** The sum of their sizes. */
  readonly totalBytes: number;
  /** The process that has the log open for writing; absent when no process has, and where this one cannot tell. */
  readonly writer?: LogWriter;
  /** What the next open will do, by the rates that the log has measured, if the newest snapshot fits the model. */
  readonly recovery: RecoveryEstimate;
  /** Hash over all blocks, hex. */
  readonly chain: string;
  readonly epoch: number;
}

export interface RecoveryEstimate {
  /** Events to fold after the newest snapshot. */
  readonly events: number;
  readonly milliseconds: number;
  /** How fast this log folds, as last measured, or an assumption on the slow side. */
  readonly eventsPerSecond: number;
}

/** What the log knows of a reactor. */
export interface ReactorInfo {
  readonly name: string;
  /** The low-water mark: the effects of all events up to it are finished, skipped or parked. */
  readonly sequence: number;
  /** How many events the log has beyond that. */
  readonly lag: number;
  /** How many events wait for `retry` or `skip`. */
  readonly parked: number;
}

/** A redaction of the log. */
export interface RedactionInfo {
  /** ms since the epoch. */
  readonly recordedAt: number;
  /** Who redacted, as `by` said. */
  readonly by?: string;
  readonly events: number;
  /** The first and the last of the events that changed. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** A hash of the selector, hex: the same selector has the same hash. */
  readonly selector: string;
  /** False while a file of the log may still hold the words: redact again, without readers. */
  readonly scrubbed: boolean;
}

export async function describeLog(log: LogStore): Promise<LogInfo> {
  const headers: BlockHeader[] = await Array.fromAsync(log.headers());
  const firstSequence = log.firstSequence();
  const { sequence: lastSequence, recordedAt, chain } = log.head();
  const model = await modelNameOf(log);
  const format = log.care?.format?.();
  const snapshots = (await log.snapshots('')).map(({ sequence, recordedAt: at, bytes, stateHash }) => ({
    sequence,
    recordedAt: at,
    bytes,
    stateHash,
  }));
  const projections = (await log.checkpoints()).map(({ projection, sequence }) => ({
    name: projection,
    sequence,
    lag: lastSequence - sequence,
  }));
  const rows = await log.reactors();
  // Recovery itself needs what follows the older of two snapshots.
  const recoveryNeeds = snapshots[1]?.sequence ?? 0;
  const holders = [...projections, ...rows.map(({ reactor, sequence }) => ({ name: reactor, sequence }))];
  const historyHeldBy = holders.filter(({ sequence }) => sequence < recoveryNeeds).map(({ name }) => name);
  const files = log.care?.files?.() ?? [];
  const writer = await log.care?.writer?.();
  const toFold = lastSequence - (snapshots[0]?.sequence ?? firstSequence - 1);
  return {
    path: log.path,
    ...(format === undefined ? {} : { format }),
    ...(model === undefined ? {} : { model }),
    events: lastSequence - firstSequence + 1,
    firstSequence,
    lastSequence,
    untaggedEvents: await countUntagged(log, await taggersOfLog(log)),
    ...(headers[0] === undefined ? {} : { firstRecordedAt: headers[0].recordedAt, lastRecordedAt: recordedAt }),
    ...summarise(headers),
    snapshots,
    projections,
    reactors: rows.map((row) => describeReactor(row, lastSequence)),
    redactions: ((await log.care?.redaction?.redactions()) ?? []).map(describeRedaction),
    historyHeldBy,
    ...sizeOf(log),
    files,
    totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(writer && { writer }),
    recovery: describeRecovery(await readRates(log), toFold, snapshots[0]),
    chain,
    epoch: log.epoch,
  };
}

function describeRecovery(
  rates: Rates,
  events: number,
  snapshot: { readonly bytes: number } | undefined,
): RecoveryEstimate {
  const milliseconds = Math.ceil(estimateRecovery(rates, events, snapshot));
  return { events, milliseconds, eventsPerSecond: Math.round(rates.fold * 1_000) };
}

function describeReactor({ reactor, sequence: held, progress }: ReactorRow, lastSequence: number): ReactorInfo {
  const { sequence, parked } = parseProgress(progress) ?? { sequence: held, parked: [] };
  return { name: reactor, sequence, lag: lastSequence - sequence, parked: parked.length };
}

function describeRedaction({ by, ...row }: RecordedRedaction): RedactionInfo {
  return { ...row, ...(by !== undefined && { by }) };
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
