/** What a redaction means for the saved states of projections, those that do not run included. */
import { grouped } from '../../core/errors.ts';
import type { Checkpoint, LogStore } from '../../log/log-store.ts';
import { historyUnderSnapshot } from './refolding.ts';

export interface HoldersPlan {
  /** How many snapshots of projections the redaction deletes. */
  readonly snapshots: number;
  /** Checkpoints that must be lowered, so that history stays until the projection was saved again. */
  readonly lowered: readonly Lowered[];
}

export interface Lowered {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
}

/**
 * @param first the first event that changes: snapshots from it on are deleted
 * @param rebuilt the running projections, each with the sequence of the snapshot that it starts from now
 * @throws RefoldError `HISTORY_GONE` when a projection that does not run could not be built again
 */
export async function planHolders(
  log: LogStore,
  first: number,
  rebuilt: ReadonlyMap<string, number>,
): Promise<HoldersPlan> {
  const lowered: Lowered[] = [];
  let snapshots = 0;
  for (const before of await log.checkpoints()) {
    const { projection, sequence } = before;
    const sequences = (await log.snapshots(projection)).map((info) => info.sequence);
    const deleted = sequences.filter((one) => one >= first).length;
    if (deleted === 0) continue;
    snapshots += deleted;
    const base = rebuilt.get(projection) ?? sequences.find((one) => one < first) ?? 0;
    if (base + 1 < log.firstSequence()) throw lost(log, projection);
    if (base < sequence) lowered.push({ before, after: { projection, sequence: base } });
  }
  return { snapshots, lowered };
}

function lost(log: LogStore, name: string): Error {
  const first = log.firstSequence();
  const problem = `the saved state of the projection ${name} may hold it, and the events before ${grouped(first)} were dropped`;
  return historyUnderSnapshot(log.path, problem, { sequence: first, type: name }, `or forget the projection ${name}`);
}
