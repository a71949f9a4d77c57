/**
 * Fills a new log with what another one holds, as of one sequence.
 *
 * No transaction stays open: an old snapshot would hold back the server. Blocks never change their content but by a redaction, so
 * the end of the last block that was copied is the sequence of the copy, and every other row is cut there (`rowsUpTo`). When the log
 * was redacted or has dropped history meanwhile, the copy begins again from the start.
 */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import type { CopyMark, LastRows, LogContents, LogFilling } from '../../log/copying/log-copying.ts';
import type { Block, Checkpoint, LogStore, SnapshotInfo, StoredOutcome } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import type { Progress } from '../calls/progress.ts';
import { rowsUpTo } from './rows-up-to.ts';

/** Blocks and outcomes of one transaction of the copy. */
const COPIED_BYTES_AT_ONCE = 4 * 1024 * 1024;
const COPIED_BLOCKS_AT_ONCE = 1_000;
const OUTCOMES_PUT_AT_ONCE = 1_000;
/** How often a copy begins because the log has changed. */
const COPY_ATTEMPTS = 5;

/** What was copied. */
export interface Copied {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly recordedAt: number;
  readonly chain: string;
  readonly epoch: number;
  readonly snapshots: number;
  readonly outcomes: number;
  readonly wentOnFrom: number | undefined;
}

/** @param log one whose care has `contents` */
export async function fillWith(
  log: LogStore,
  filling: LogFilling,
  tell: (progress: Progress) => void,
  signal: AbortSignal | undefined,
): Promise<Copied> {
  const { found } = filling;
  for (let attempt = 1; ; attempt++) {
    const contents = await contentsOf(log);
    const mark = markOf(log, contents);
    const isSame = attempt === 1 && found !== undefined && found.of === mark.of && found.state === mark.state;
    try {
      const goesOn = isSame && (await hasEndOf(log, filling, contents));
      const copied = await fillOnce({ log, filling, contents, mark, goesOn, tell, signal });
      if (copied !== undefined) return copied;
    } catch (error) {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
    }
    if (attempt === COPY_ATTEMPTS) throw changesTooOften(log.path);
  }
}

interface Filling {
  readonly log: LogStore;
  readonly filling: LogFilling;
  readonly contents: LogContents;
  readonly mark: CopyMark;
  readonly goesOn: boolean;
  readonly tell: (progress: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

/** Undefined when the log was redacted or has dropped history meanwhile. */
async function fillOnce({ log, filling, contents, mark, goesOn, tell, signal }: Filling): Promise<Copied | undefined> {
  const { trimmed } = contents;
  const from = goesOn ? filling.end.sequence : trimmed.sequence + 1;
  await filling.begin(mark, trimmed, goesOn);
  await copyBlocks(log, filling, from, tell, signal);
  const end = { sequence: filling.end.sequence, nextRecordedAt: await nextTimeOf(log, filling.end.sequence) };
  const keep = rowsUpTo(end);
  const snapshots = await copySnapshots(log, filling, contents.owners, signal);
  const outcomes = await copyOutcomes(contents, filling, keep.outcome, signal);
  const now = await contentsOf(log);
  const rows: LastRows = {
    epoch: log.epoch,
    checkpoints: checkpointsUpTo(await log.checkpoints(), snapshots, end.sequence),
    reactors: (await log.reactors()).map(keep.reactor),
    meta: now.meta.map(([key, value]) => [key, keep.meta(key, value)] as const),
    redactions: ((await log.care?.redaction?.redactions()) ?? []).map(({ scrubbed: _, ...row }) => row),
  };
  if (markOf(log, await contentsOf(log)).state !== mark.state) return undefined;
  throwIfAborted(signal);
  const epoch = await filling.finish(rows);
  const { sequence: lastSequence, recordedAt, chain } = filling.end;
  const wentOnFrom = goesOn ? from : undefined;
  return {
    ...{ firstSequence: trimmed.sequence + 1, lastSequence, recordedAt, chain, epoch },
    ...{ snapshots: snapshots.length, outcomes, wentOnFrom },
  };
}

/** Redactions change blocks, and dropping takes them away: a copy of before cannot go on then. */
function markOf(log: LogStore, { trimmed, generation }: LogContents): CopyMark {
  const state = JSON.stringify([generation, trimmed.sequence]);
  return { of: log.care?.id?.() ?? log.path, state };
}

function contentsOf(log: LogStore): Promise<LogContents> {
  return log.care!.contents!();
}

/** Whether the unfinished copy ends where a block of the log ends, with the same chain. Otherwise it begins again. */
async function hasEndOf(log: LogStore, { end }: LogFilling, { trimmed }: LogContents): Promise<boolean> {
  if (end.sequence <= trimmed.sequence || end.sequence > log.head().sequence) return false;
  for await (const block of log.read({ from: end.sequence, to: end.sequence })) {
    return block.lastSequence === end.sequence && block.chain === end.chain;
  }
  return false;
}

async function copyBlocks(
  log: LogStore,
  filling: LogFilling,
  from: number,
  tell: (progress: Progress) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const total = log.head().sequence;
  tell({ phase: 'copy', done: Math.min(from - 1, total), total });
  if (from > total) return;
  for await (const blocks of inBatches(log.read({ from, to: total }))) {
    throwIfAborted(signal);
    await filling.putBlocks(blocks);
    tell({ phase: 'copy', done: Math.min(filling.end.sequence, total), total });
  }
}

async function* inBatches(blocks: AsyncIterable<Block>): AsyncGenerator<readonly Block[], void> {
  let batch: Block[] = [];
  let bytes = 0;
  for await (const block of blocks) {
    batch.push(block);
    bytes += block.bytes;
    if (bytes < COPIED_BYTES_AT_ONCE && batch.length < COPIED_BLOCKS_AT_ONCE) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** When the event after a sequence was recorded; undefined at the end of the log. */
async function nextTimeOf(log: LogStore, sequence: number): Promise<number | undefined> {
  for await (const { recordedAt } of log.headers(sequence + 1)) return recordedAt;
  return undefined;
}

/** Those up to the end of the copy, oldest first. */
async function copySnapshots(
  log: LogStore,
  filling: LogFilling,
  owners: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly SnapshotInfo[]> {
  const copied: SnapshotInfo[] = [];
  for (const owner of owners) {
    for (const info of (await log.snapshots(owner)).toReversed()) {
      throwIfAborted(signal);
      if (info.sequence > filling.end.sequence) continue;
      if (await copySnapshot(log, filling, info)) copied.push(info);
    }
  }
  return copied;
}

/** False when the log has deleted it meanwhile. */
async function copySnapshot(log: LogStore, filling: LogFilling, info: SnapshotInfo): Promise<boolean> {
  try {
    await filling.putSnapshot(info, log.readSnapshot(info));
    return true;
  } catch (error) {
    const isThere = (await log.snapshots(info.owner)).some(({ sequence }) => sequence === info.sequence);
    if (isThere) throw error;
    return false;
  }
}

async function copyOutcomes(
  contents: LogContents,
  filling: LogFilling,
  isKept: (outcome: StoredOutcome) => boolean,
  signal: AbortSignal | undefined,
): Promise<number> {
  let batch: StoredOutcome[] = [];
  let copied = 0;
  const put = async (): Promise<void> => {
    throwIfAborted(signal);
    if (batch.length > 0) await filling.putOutcomes(batch);
    copied += batch.length;
    batch = [];
  };
  for await (const outcome of contents.outcomes()) {
    if (isKept(outcome) && batch.push(outcome) === OUTCOMES_PUT_AT_ONCE) await put();
  }
  await put();
  return copied;
}

/** A projection that was ahead continues from its newest state in the copy. Without one it begins again. */
export function checkpointsUpTo(
  checkpoints: readonly Checkpoint[],
  snapshots: readonly Pick<SnapshotInfo, 'owner' | 'sequence'>[],
  end: number,
): readonly Checkpoint[] {
  return checkpoints.flatMap(({ projection, sequence }) => {
    if (sequence <= end) return [{ projection, sequence }];
    const newest = snapshots.findLast(({ owner }) => owner === projection);
    return newest === undefined ? [] : [{ projection, sequence: newest.sequence }];
  });
}

function changesTooOften(path: string): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot copy ${path}: it was redacted or compacted during each attempt`, {
    path,
    hint: 'Copy it again when that is done',
  });
}
