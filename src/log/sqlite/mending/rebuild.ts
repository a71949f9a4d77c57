/** Makes a sound file from the usable part of a damaged log: copied block by block, with checksum and chain. */
import assert from 'node:assert';
import { nextTurn } from '../../../threads/timers.ts';
import type { StoredBlock } from '../../blocks/chain.ts';
import { hasTaggers } from '../../blocks/tag-list.ts';
import type { StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { BLOCK_COLUMNS, readBlocks } from '../file/block-rows.ts';
import type { Connection } from '../file/driver.ts';
import { formatOf, hasTagLists, raiseFormat } from '../file/format.ts';
import { putReactorRow, readReactors } from '../file/reactor-rows.ts';
import { addRedactionRow, readRedactions, SCRUBBED } from '../file/redaction-rows.ts';
import { createSchema } from '../file/schema.ts';
import type { SnapshotRow } from '../file/snapshot-rows.ts';
import { addTagRow } from '../file/tag-rows.ts';
import type { Salvage } from './salvage.ts';
import { expectedListOf } from './tag-lists.ts';

/** What a key of `meta` says in a log that ends at a sequence. */
export type MetaFilter = (key: string, value: string, lastSequence: number) => string;

/** What is kept of the log. */
interface Rebuilding {
  readonly salvage: Salvage;
  readonly metaUpTo: MetaFilter;
}

/**
 * Fills an empty file with what is kept. The target is a new log with a new id.
 *
 * @param onProgress called with the number of sequences copied so far
 */
export async function rebuild(
  source: Connection,
  target: Connection,
  { salvage, metaUpTo }: Rebuilding,
  onProgress: (done: number) => void,
): Promise<void> {
  target.pragma('auto_vacuum = incremental');
  target.pragma('journal_mode = memory');
  createSchema(target);
  target.exec('begin');
  raiseFormat(target, { ids: formatOf(source) > 1 }); // blocks and snapshots are copied as they are
  const { trimmed, epoch, head } = salvage.state;
  target
    .prepare('update log_state set epoch = ?, trimmed_through = ?, trimmed_recorded_at = ?, trimmed_chain = ?')
    .run(epoch, trimmed.through, trimmed.recordedAt, trimmed.chain);
  await copyBlocks(source, target, trimmed.through, head.sequence, onProgress);
  copySnapshots(source, target, salvage.snapshots);
  copyOutcomes(target, salvage.outcomes());
  copyCheckpoints(source, target, salvage.snapshots);
  copyReactors(source, target, head.sequence);
  copyRedactions(source, target);
  copyMeta(source, target, (key, value) => metaUpTo(key, value, head.sequence));
  target.exec('commit');
  target.pragma('journal_mode = wal');
}

async function copyBlocks(
  source: Connection,
  target: Connection,
  after: number,
  through: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const insert = target.prepare(`insert into blocks (${BLOCK_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`);
  if (hasTagLists(source)) raiseFormat(target, { tags: true });
  for (let done = after; done < through; ) {
    const page = readBlocks(source, done + 1);
    assert(page.length > 0, 'what was read once is read again');
    for (const block of page) {
      if (block.firstSequence > through) break;
      const { firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload } = block;
      insert.run(firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload);
      putTagList(target, block);
      done = lastSequence;
    }
    onProgress(done);
    await nextTurn();
  }
}

/** Lists are made again from the blocks: a damaged one could hide events. */
function putTagList(target: Connection, block: StoredBlock): void {
  if (formatOf(target) === 1) return;
  const list = expectedListOf(block);
  if (hasTaggers(list)) raiseFormat(target, { tags: true });
  if (hasTagLists(target)) addTagRow(target, block.firstSequence, block.checksum, list);
}

function copySnapshots(source: Connection, target: Connection, rows: readonly SnapshotRow[]): void {
  const chunks = source
    .prepare('select snapshot_id, part, bytes, checksum, data from snapshot_chunks where snapshot_id = ? order by part')
    .raw();
  const insertChunk = target.prepare(
    'insert into snapshot_chunks (snapshot_id, part, bytes, checksum, data) values (?, ?, ?, ?, ?)',
  );
  const insertHeader = target.prepare(
    `insert into snapshots
       (id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
     values
       (@id, @owner, @sequence, @recordedAt, @chain, @stateHash, @fingerprint, @format, @bytes, @chunks, @checksum)`,
  );
  for (const row of rows) {
    for (const chunk of chunks.iterate(row.id)) insertChunk.run(...(chunk as unknown[]));
    insertHeader.run(row);
    raiseFormat(target, { snapshotFormat: row.format });
  }
}

function copyOutcomes(target: Connection, outcomes: Iterable<StoredOutcome>): void {
  const insert = target.prepare(
    'insert into commands (command_id, recorded_at, outcome, checksum) values (@commandId, @recordedAt, @outcome, @checksum)',
  );
  for (const outcome of outcomes) insert.run({ ...outcome, checksum: checksumOfOutcome(outcome) });
}

/** A projection's checkpoint is at its newest kept snapshot. A projection without one starts again. */
function copyCheckpoints(source: Connection, target: Connection, kept: readonly SnapshotRow[]): void {
  const insert = target.prepare('insert into checkpoints (projection, sequence) values (?, ?)');
  const names = unlessUnreadable(() => source.prepare('select projection from checkpoints').pluck().all());
  for (const name of names) {
    const saved = kept.filter(({ owner }) => owner === name).map(({ sequence }) => sequence);
    if (saved.length > 0) insert.run(name, Math.max(...saved));
  }
}

/**
 * A reactor continues after the last event up to which it has finished everything. What it finished above that may be among
 * the lost events, whose sequences will be given again. So it repeats some effects, and leaves none out.
 */
function copyReactors(source: Connection, target: Connection, head: number): void {
  for (const row of unlessUnreadable(() => readReactors(source))) {
    putReactorRow(target, { ...row, sequence: Math.min(row.sequence, head), progress: '' });
  }
}

/** The new file has never held the old bytes. The damaged one is kept beside it, and still has them. */
function copyRedactions(source: Connection, target: Connection): void {
  for (const row of unlessUnreadable(() => readRedactions(source))) addRedactionRow(target, row, SCRUBBED.whole);
}

/** The model's name and measured rates. The next open writes unreadable ones again. */
function copyMeta(source: Connection, target: Connection, upTo: (key: string, value: string) => string): void {
  const insert = target.prepare('insert into meta (key, value) values (?, ?)');
  const rows = unlessUnreadable(
    () => source.prepare('select key, value from meta').raw().all() as (readonly [string, string])[],
  );
  for (const [key, value] of rows) insert.run(key, upTo(key, value));
}

/** Skips rows of a damaged table silently: `examine` has reported the damage. */
function unlessUnreadable<Row>(read: () => readonly Row[]): readonly Row[] {
  try {
    return read();
  } catch {
    return [];
  }
}
