/** The log as a redaction will leave it, for reading: changed runs in place of the blocks that they replace. */
import { assert } from '../../core/assert.ts';
import type { Block, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { shareGuard } from '../calls/reentrancy.ts';
import { warnLike } from '../calls/warn.ts';
import type { ChangedRuns } from './changed-runs.ts';

/** What of the log stays as it is. */
type Kept = Pick<LogStore, 'path' | 'epoch' | 'blockBytes' | 'head' | 'firstSequence' | 'getMeta' | 'readSnapshot'>;

/**
 * @param firstChanged snapshots at this sequence or later are left out
 */
export function redactedLog(log: LogStore, runs: ChangedRuns, firstChanged: number): LogStore {
  const kept: Kept = {
    path: log.path,
    epoch: log.epoch,
    blockBytes: log.blockBytes,
    head: () => log.head(),
    firstSequence: () => log.firstSequence(),
    getMeta: (key) => log.getMeta(key),
    readSnapshot: (info) => log.readSnapshot(info),
  };
  const snapshots = async (owner: string): Promise<readonly SnapshotInfo[]> =>
    (await log.snapshots(owner)).filter(({ sequence }) => sequence < firstChanged);
  const read: LogStore['read'] = (range) => readRedacted(log, runs, range);
  const view = { ...kept, ...NOT_THERE, readOnly: true, snapshots, read };
  shareGuard(view, log);
  warnLike(view, log);
  return view;
}

/** Blocks that begin in a run are given once, as the block that replaces them. */
async function* readRedacted(
  log: LogStore,
  runs: ChangedRuns,
  range: Parameters<LogStore['read']>[0],
): AsyncGenerator<Block, void> {
  let through = 0;
  for await (const block of log.read(range)) {
    if (block.lastSequence <= through) continue;
    const run = runs.holding(block.firstSequence);
    if (run === undefined) yield block;
    else {
      through = run.lastSequence;
      yield await runs.sealedOf(run);
    }
  }
}

/** A fold only reads. */
function notThere(): never {
  return assert(false, 'a redacted log is only folded') as never;
}

const NOT_THERE = {
  append: notThere,
  follow: notThere,
  headers: notThere,
  blockAt: notThere,
  outcome: notThere,
  putSnapshot: notThere,
  dropSnapshots: notThere,
  checkpoints: notThere,
  putCheckpoint: notThere,
  dropCheckpoint: notThere,
  reactors: notThere,
  putReactor: notThere,
  dropReactor: notThere,
  putMeta: notThere,
  dropThrough: notThere,
  flush: notThere,
  close: notThere,
} satisfies Partial<LogStore>;
