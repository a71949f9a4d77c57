/**
 * Ends a copy of a log at an earlier position, as if nothing had been appended after it.
 *
 * `planCut` looks for the end, before anything is copied. A commit is never divided, so an end within a commit is
 * refused. `cutLog` then deletes from the copy what comes later: blocks, snapshots, and checkpoints without a snapshot.
 * If the end lies within a block, the part before it becomes an open block with its own chain. What only the engine can
 * read (outcomes, the progress of reactors, meta) is judged by the caller.
 */
import assert from 'node:assert';
import { grouped, RefoldError } from '../../../core/errors.ts';
import { type DecodedBlock, decodeBlock, decodeTags, encodeCommit, encodeOpenBlock } from '../../blocks/block.ts';
import { chainAfter, checksumOf, type StoredBlock, verifyBlock } from '../../blocks/chain.ts';
import { isSound } from '../../blocks/snapshot-chunks.ts';
import { tagListOf } from '../../blocks/tag-list.ts';
import type { CutEnd, LogCut } from '../../log-backup.ts';
import type { EventTags, QueuedCommit } from '../../log-store.ts';
import {
  BLOCK_COLUMNS,
  type BlockRow,
  chainBefore,
  type LogState,
  readLogState,
  readStateRow,
  toBlock,
} from '../file/block-rows.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { hasTagLists } from '../file/format.ts';
import { SNAPSHOT_COLUMNS, type SnapshotRow } from '../file/snapshot-rows.ts';
import { addTagRow } from '../file/tag-rows.ts';

/** Where a copy ends. */
export interface Cut extends CutEnd {
  /** The first sequence of the block that the end divides; undefined when a block ends there. */
  readonly divides: number | undefined;
}

/**
 * Finds the end that is asked for. Undefined when it is the end of the log: then nothing is cut.
 *
 * @param doing completes "Cannot …", such as `back up book.db`
 * @throws RefoldError `INVALID_OPTION` for a sequence beyond the end or within a commit; `HISTORY_GONE` for an end before
 * what is left, or at which the state is not known any more; `LOG_CORRUPT` when the block there is damaged
 */
export function planCut(connection: Connection, path: string, to: LogCut['to'], doing: string): Cut | undefined {
  const state = readLogState(connection, path);
  const sequence = 'sequence' in to ? to.sequence : sequenceAt(connection, path, state, to.time, doing);
  const { head, trimmed } = state;
  if (sequence > head.sequence) {
    const message = `Cannot ${doing} up to ${grouped(sequence)}: the log ends at ${grouped(head.sequence)}`;
    throw badEnd(
      message,
      path,
      sequence,
      `Give a sequence from ${grouped(trimmed.through && trimmed.through + 1)} on, up to ${grouped(head.sequence)}`,
    );
  }
  if (sequence === head.sequence) return undefined;
  if (trimmed.through > 0 && sequence <= trimmed.through)
    throw historyGone(doing, path, String(sequence), trimmed.through);
  if (trimmed.through > 0) requireSnapshot(connection, path, trimmed.through, sequence, doing);
  return cutAt(connection, path, state, sequence, doing);
}

/** The last event at or before a time. 0 when the first event of a whole log is later. */
function sequenceAt(connection: Connection, path: string, state: LogState, time: number, doing: string): number {
  const block = blockBefore(connection, time);
  if (block === undefined) {
    const { through } = state.trimmed;
    if (through > 0) throw historyGone(doing, path, timeText(time), through);
    return 0;
  }
  const { events } = readWhole(connection, path, state, block);
  return events.findLast(({ recordedAt }) => recordedAt <= time)?.sequence ?? block.firstSequence - 1;
}

function cutAt(connection: Connection, path: string, state: LogState, sequence: number, doing: string): Cut {
  const block = blockOf(connection, sequence);
  if (block === undefined || block.lastSequence === sequence) {
    const next = connection
      .prepare('select recorded_at from blocks where first_sequence > ? order by first_sequence limit 1')
      .pluck()
      .get(sequence) as number | undefined;
    return { sequence, nextRecordedAt: next, divides: undefined };
  }
  const { events, commitEnds } = readWhole(connection, path, state, block);
  if (!commitEnds.includes(sequence)) throw withinCommit(doing, path, sequence, block.firstSequence, commitEnds);
  const next = events[sequence - block.firstSequence + 1];
  return { sequence, nextRecordedAt: next?.recordedAt, divides: block.firstSequence };
}

/** Without the first events, the state is only known from a snapshot on. */
function requireSnapshot(connection: Connection, path: string, trimmed: number, sequence: number, doing: string): void {
  const rows = connection
    .prepare(`select ${SNAPSHOT_COLUMNS} from snapshots where owner = '' order by sequence`)
    .all() as SnapshotRow[];
  const oldest = rows.find((row) => isSound(row) && row.sequence >= trimmed);
  if (oldest !== undefined && oldest.sequence <= sequence) return;
  const known = oldest === undefined ? '' : `: its oldest snapshot is at ${grouped(oldest.sequence)}`;
  throw new RefoldError(
    'HISTORY_GONE',
    `Cannot ${doing} up to ${grouped(sequence)}: the state there is not known any more${known}`,
    {
      path,
      sequence: oldest?.sequence ?? trimmed + 1,
      hint:
        oldest === undefined
          ? HINT_LATER
          : `Give a sequence from ${grouped(oldest.sequence)} on, or use an older backup`,
    },
  );
}

/**
 * Deletes everything after the end, in a file that nothing else uses. Outcomes and reactors are the caller's.
 *
 * @throws RefoldError `LOG_CORRUPT` when the block at the end is damaged
 */
export function cutLog(connection: Connection, path: string, { sequence, divides }: Cut): void {
  const divided = divides === undefined ? undefined : divide(connection, path, sequence, divides);
  const firstGone = divides ?? sequence + 1;
  connection.prepare('delete from blocks where first_sequence >= ?').run(firstGone);
  if (hasTagLists(connection)) connection.prepare('delete from block_tags where first_sequence >= ?').run(firstGone);
  if (divided !== undefined) insertBlock(connection, divided);
  // A snapshot within a divided block would need the chain that the block had before.
  connection
    .prepare("delete from snapshots where sequence > ? or (owner = '' and sequence >= ?)")
    .run(sequence, firstGone);
  connection.exec('delete from snapshot_chunks where snapshot_id not in (select id from snapshots)');
  // A projection continues from its newest saved state. Without one it begins again.
  connection.prepare(MOVE_CHECKPOINTS).run(sequence);
  connection.prepare('delete from checkpoints where sequence > ?').run(sequence);
}

const MOVE_CHECKPOINTS = `
update checkpoints
set sequence = coalesce((select max(sequence) from snapshots where owner = projection), sequence)
where sequence > ?`;

/** The block up to the end, as an open block. */
interface DividedBlock {
  readonly block: StoredBlock;
  readonly types: readonly string[];
  readonly tags: readonly EventTags[];
}

function divide(connection: Connection, path: string, sequence: number, first: number): DividedBlock {
  const whole = blockOf(connection, first);
  assert(whole?.firstSequence === first, 'the copy has the block that was found');
  const tags = decodeTags(whole).slice(0, sequence - first + 1);
  const commits = commitsUpTo(decodeBlock(whole), tags, sequence);
  const payload = encodeOpenBlock(commits);
  const placed = {
    firstSequence: first,
    lastSequence: sequence,
    recordedAt: whole.recordedAt,
    checksum: checksumOf(payload),
  };
  const { trimmed } = readStateRow(connection, path);
  const chain = chainAfter(chainBefore(connection, first, path, trimmed), placed);
  const block: StoredBlock = { ...placed, encoding: 'open', bytes: Buffer.byteLength(payload), payload, chain };
  return { block, types: commits.flatMap((commit) => commit.tags!.types), tags };
}

/** The commits as they were before they became a block. */
function commitsUpTo(
  { events, commitEnds }: DecodedBlock,
  tags: readonly EventTags[],
  sequence: number,
): QueuedCommit[] {
  const first = events[0]!.sequence;
  const ends = commitEnds.filter((end) => end <= sequence);
  return ends.map((end, index) => {
    const [from, until] = [index === 0 ? 0 : ends[index - 1]! + 1 - first, end + 1 - first];
    const own = events.slice(from, until);
    const { recordedAt, commandId } = own[0]!;
    const tagged = { types: own.map(({ type }) => type), events: tags.slice(from, until) };
    return {
      events: own.length,
      recordedAt,
      json: encodeCommit(own as Parameters<typeof encodeCommit>[0]),
      tags: tagged,
      commandId,
    };
  });
}

function insertBlock(connection: Connection, { block, types, tags }: DividedBlock): void {
  const { firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload } = block;
  connection
    .prepare(`insert into blocks (${BLOCK_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`)
    .run(firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload);
  if (hasTagLists(connection)) addTagRow(connection, firstSequence, checksum, tagListOf(types, tags));
}

/** The block that holds an event, or the last one before it. */
function blockOf(connection: Connection, sequence: number): StoredBlock | undefined {
  return lastBlock(connection.prepare(`${BLOCKS} where first_sequence <= ? ${NEWEST_FIRST}`), sequence);
}

/** The last block whose first event was recorded at or before a time. */
function blockBefore(connection: Connection, time: number): StoredBlock | undefined {
  return lastBlock(connection.prepare(`${BLOCKS} where recorded_at <= ? ${NEWEST_FIRST}`), time);
}

const BLOCKS = `select ${BLOCK_COLUMNS} from blocks`;
const NEWEST_FIRST = 'order by first_sequence desc limit 1';

function lastBlock(statement: Statement, at: number): StoredBlock | undefined {
  const row = statement.raw().get(at) as BlockRow | undefined;
  return row && toBlock(row);
}

/** Decodes a block after it was verified: the cut builds on it. */
function readWhole(connection: Connection, path: string, { trimmed }: LogState, block: StoredBlock): DecodedBlock {
  verifyBlock(block, chainBefore(connection, block.firstSequence, path, trimmed), path);
  return decodeBlock(block);
}

function withinCommit(
  doing: string,
  path: string,
  sequence: number,
  blockStart: number,
  commitEnds: readonly number[],
): RefoldError {
  const end = commitEnds.find((last) => last > sequence)!;
  const before = commitEnds.findLast((last) => last < sequence) ?? blockStart - 1;
  const message = `Cannot ${doing} up to ${grouped(sequence)}: the events ${grouped(before + 1)} to ${grouped(end)} are one commit`;
  return badEnd(message, path, sequence, `Give ${grouped(before)}, before the commit, or ${grouped(end)}, its end`);
}

function historyGone(doing: string, path: string, to: string, trimmed: number): RefoldError {
  return new RefoldError('HISTORY_GONE', `Cannot ${doing} up to ${to}: the log begins at ${grouped(trimmed + 1)}`, {
    path,
    sequence: trimmed + 1,
    hint: HINT_LATER,
  });
}

const HINT_LATER = 'Give a later position, or use an older backup';

function badEnd(message: string, path: string, sequence: number, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', message, { path, type: 'to', sequence, hint });
}

function timeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString();
}
