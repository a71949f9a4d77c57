/** The writer's work on `blocks`: appending, with the outcomes of commands, swapping in sealed blocks, and dropping. */
import { chainAfter, checksumOf } from '../../blocks/block.ts';
import { sequenceConflict } from '../../log-errors.ts';
import type { LogHead } from '../../log-store.ts';
import type { OutcomeBounds } from '../../outcomes.ts';
import {
  BLOCK_COLUMNS,
  type BlockRow,
  HEADER_COLUMNS,
  type HeaderRow,
  type Trimmed,
  toHeader,
} from '../file/block-rows.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { raiseFormat } from '../file/format.ts';
import { OutcomeWriting } from './outcome-writing.ts';
import { TagWriting } from './tag-writing.ts';
import type { WriteConnection } from './write-connection.ts';
import type { Jobs } from './writer-protocol.ts';

/** The most that one transaction drops, so that an append never waits long for it. */
const DROPPED_BLOCKS_AT_ONCE = 5_000;
const DROPPED_BYTES_AT_ONCE = 32 * 1024 * 1024;
/** The same in a shared thread, where the logs of other stores wait for it. */
const DROPPED_BLOCKS_BESIDE_OTHERS = 500;
const DROPPED_BYTES_BESIDE_OTHERS = 4 * 1024 * 1024;
/** About what a row takes besides its payload, in the table and in the list of tags. */
const DROPPED_ROW_BYTES = 128;

export class BlockWriting {
  readonly #writer: WriteConnection;
  readonly #sql: ReturnType<typeof prepareStatements>;
  #head: LogHead;
  readonly #outcomes: OutcomeWriting;
  readonly #tags: TagWriting;
  readonly #droppedAtOnce: readonly [blocks: number, bytes: number];
  /** Whether the file is known to have commits with ids. */
  #hasIds = false;

  constructor(writer: WriteConnection, head: LogHead, remember: OutcomeBounds, isShared = false) {
    this.#writer = writer;
    this.#droppedAtOnce = isShared
      ? [DROPPED_BLOCKS_BESIDE_OTHERS, DROPPED_BYTES_BESIDE_OTHERS]
      : [DROPPED_BLOCKS_AT_ONCE, DROPPED_BYTES_AT_ONCE];
    this.#sql = prepareStatements(writer.connection);
    this.#outcomes = new OutcomeWriting(writer.connection, remember);
    this.#tags = new TagWriting(writer.connection);
    this.#head = head;
  }

  /** The end of the log, including everything committed. */
  get head(): LogHead {
    return this.#head;
  }

  /** Writes the block, if there is one, and the outcomes, in one transaction. Returns the new head. */
  append({ expectedSequence, epoch, block, outcomes }: Jobs['append']['takes']): LogHead {
    const appended = this.#writer.transact(() => {
      this.requireHead(expectedSequence);
      const head = block === undefined ? this.#head : this.#insertBlock(block);
      this.#outcomes.remember(outcomes);
      return head;
    }, epoch);
    this.#hasIds ||= block?.hasIds === true;
    this.#tags.settle();
    this.#head = appended;
    return appended;
  }

  /** @throws RefoldError `SEQUENCE_CONFLICT` when the log ends elsewhere */
  requireHead(sequence: number): void {
    if (sequence !== this.#head.sequence) throw sequenceConflict(this.#writer.path, sequence, this.#head.sequence);
  }

  #insertBlock({
    events,
    recordedAt,
    lastRecordedAt,
    payload,
    tags,
    hasIds,
  }: NonNullable<Jobs['append']['takes']['block']>): LogHead {
    const firstSequence = this.#head.sequence + 1;
    const lastSequence = this.#head.sequence + events;
    const checksum = checksumOf(payload);
    const chain = chainAfter(this.#head.chain, { checksum, firstSequence, lastSequence, recordedAt });
    this.#sql.insertOpenBlock.run(firstSequence, lastSequence, recordedAt, 'open', checksum, chain, payload);
    if (tags !== undefined) this.#tags.put(firstSequence, checksum, tags.list, tags.hasTags);
    if (hasIds && !this.#hasIds) raiseFormat(this.#writer.connection, { ids: true });
    return { sequence: lastSequence, recordedAt: lastRecordedAt, chain };
  }

  /**
   * Replaces the run that a sealed block was packed from. The sealing thread read that run before: when the blocks have
   * changed since, nothing is written and the result is false. The chains show that the blocks are at the same place, and
   * the checksums that none was redacted.
   */
  swapRun({ startChain, sealed, withTags }: Jobs['swapRun']['takes']): boolean {
    const { firstSequence: first, lastSequence: last, recordedAt, encoding, checksum, chain, payload } = sealed;
    const isSwapped = this.#writer.transact(() => {
      const checksums = this.#sql.checksums.all(first, last);
      const isSame = checksums.length === sealed.replaces.length && checksums.every((c, i) => c === sealed.replaces[i]);
      if (!isSame || this.#sql.chainBefore.get(last + 1) !== chain) return false;
      if (this.#chainBefore(first) !== startChain) return false;
      this.#sql.deleteBlocks.run(first, last);
      this.#sql.insertBlock.run(first, last, recordedAt, encoding, checksum, chain, payload);
      this.#tags.drop(first, last);
      this.#tags.put(first, checksum, sealed.tagList, withTags);
      return true;
    });
    this.#tags.settle();
    return isSwapped;
  }

  /** Called when a redaction may have made the table of tag lists. */
  settleTags(): void {
    this.#tags.look();
  }

  #chainBefore(first: number): string {
    return this.#sql.chainBefore.get(first) ?? this.#sql.trimmedChain.get()!;
  }

  /**
   * Drops some blocks that end at or before `through`, but never the last block.
   *
   * @param atMostBytes what one transaction may drop. Deleting many rows writes many pages to the WAL before it frees any
   */
  dropBlocks(
    { through }: Jobs['dropBlocks']['takes'],
    atMostBytes: number = DROPPED_BYTES_AT_ONCE,
  ): Trimmed | undefined {
    const last = this.#lastToDrop(through, atMostBytes);
    if (last === undefined) return undefined;
    return this.#writer.transact(() => {
      const [, lastSequence, recordedAt, , , chain] = this.#sql.blocks.all(last, last)[0]!;
      this.#sql.dropBlocks.run(last);
      this.#tags.drop(0, last);
      this.#sql.trim.run(lastSequence, recordedAt, chain);
      return { through: lastSequence, recordedAt, chain };
    });
  }

  /** The first sequence of the last block that one transaction should drop. */
  #lastToDrop(through: number, atMostBytes: number): number | undefined {
    let bytes = 0;
    let last: number | undefined;
    const [mostBlocks, mostBytes] = this.#droppedAtOnce;
    const withinBytes = Math.min(mostBytes, atMostBytes);
    for (const row of this.#sql.headersFrom.iterate(mostBlocks)) {
      const header = toHeader(row, this.#writer.path);
      bytes += header.bytes + DROPPED_ROW_BYTES;
      const isKept = header.lastSequence > through || header.lastSequence === this.#head.sequence;
      if (isKept || (last !== undefined && bytes > withinBytes)) break;
      last = header.firstSequence;
    }
    return last;
  }
}

function prepareStatements(connection: Connection) {
  const insertBlock = connection.prepare(`insert into blocks (${BLOCK_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`);
  // Its bytes are UTF-8 already: the cast marks them as text and does not change them.
  const insertOpenBlock = connection.prepare(
    `insert into blocks (${BLOCK_COLUMNS}) values (?, ?, ?, ?, ?, ?, cast(? as text))`,
  );
  const blocks = connection
    .prepare(`select ${BLOCK_COLUMNS} from blocks where first_sequence between ? and ? order by first_sequence`)
    .raw() as Statement<BlockRow>;
  const headersFrom = connection
    .prepare(`select ${HEADER_COLUMNS} from blocks order by first_sequence limit ?`)
    .raw() as Statement<HeaderRow>;
  const checksums = connection
    .prepare('select checksum from blocks where first_sequence between ? and ? order by first_sequence')
    .pluck() as Statement<number>;
  const chainBefore = connection
    .prepare('select chain from blocks where first_sequence < ? order by first_sequence desc limit 1')
    .pluck() as Statement<string>;
  const trimmedChain = connection.prepare('select trimmed_chain from log_state').pluck() as Statement<string>;
  const deleteBlocks = connection.prepare('delete from blocks where first_sequence between ? and ?');
  const dropBlocks = connection.prepare('delete from blocks where first_sequence <= ?');
  const trim = connection.prepare(
    'update log_state set trimmed_through = ?, trimmed_recorded_at = ?, trimmed_chain = ?',
  );
  return {
    insertBlock,
    insertOpenBlock,
    blocks,
    headersFrom,
    checksums,
    chainBefore,
    trimmedChain,
    deleteBlocks,
    dropBlocks,
    trim,
  };
}
