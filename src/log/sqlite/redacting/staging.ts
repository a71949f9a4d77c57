/**
 * The writer's work for a redaction: it keeps what is to come, and puts it in place.
 *
 * What was staged lies in temporary tables, in a file that the system deletes with the process. So the log's file does
 * not change before `apply`, and a crash leaves nothing behind. `apply` reads them in the one transaction that changes the
 * log. Every method runs in the caller's transaction.
 */
import { readSealedPrefix } from '../../blocks/sealed-block.ts';
import { hasTaggers, toTagRow } from '../../blocks/tag-list.ts';
import { blocksChanged, requireApart } from '../../log-errors.ts';
import type { RedactionRow } from '../../log-redaction.ts';
import type { SealedBlock, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { chainBefore, readStateRow } from '../file/block-rows.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { hasTagLists, raiseFormat } from '../file/format.ts';
import { addRedactionRow, SCRUBBED } from '../file/redaction-rows.ts';
import { TAG_COLUMNS } from '../file/tag-rows.ts';

/** Blocks and outcomes on their way to the temporary tables. */
export interface StagedParts {
  readonly blocks: readonly SealedBlock[];
  readonly outcomes: readonly StoredOutcome[];
}

/** Shows whether a staged block still fits. */
interface Place {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** The chain before and after it. */
  readonly startChain: string;
  readonly chain: string;
  /** JSON list of checksums. */
  readonly replaces: string;
}

/** `has_tags` says whether an event of the block has a tagger. The last columns are those of `block_tags`. */
const STAGED_TABLES = `
create temp table if not exists staged_blocks (
  first_sequence integer primary key,
  last_sequence integer not null,
  recorded_at integer not null,
  checksum integer not null,
  start_chain text not null,
  chain text not null,
  replaces text not null,
  payload blob not null,
  has_tags integer not null,
  list_checksum integer not null,
  kinds text not null,
  hashes blob not null
) strict;

create temp table if not exists staged_outcomes (
  command_id text primary key,
  recorded_at integer not null,
  outcome text not null,
  checksum integer not null
) strict;
`;

export class Staging {
  readonly #connection: Connection;
  readonly #path: string;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** @throws RefoldError `SEQUENCE_CONFLICT` when the log does not have the blocks that one was packed from */
  stage({ blocks, outcomes }: StagedParts): void {
    this.#connection.exec(STAGED_TABLES);
    const putBlock = this.#connection.prepare(
      `insert or replace into staged_blocks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const block of blocks) {
      const place = placeOf(block);
      this.#requireFit(place);
      const { firstSequence, lastSequence, recordedAt, checksum, payload, tagList } = block;
      const hasTags = hasTaggers(tagList) ? 1 : 0;
      const [, , listChecksum, kinds, hashes] = toTagRow(firstSequence, checksum, tagList);
      const { startChain, chain, replaces } = place;
      putBlock.run(
        ...[firstSequence, lastSequence, recordedAt, checksum, startChain, chain, replaces, payload],
        ...[hasTags, listChecksum, kinds, hashes],
      );
    }
    const putOutcome = this.#connection.prepare('insert or replace into staged_outcomes values (?, ?, ?, ?)');
    for (const outcome of outcomes) {
      putOutcome.run(outcome.commandId, outcome.recordedAt, outcome.outcome, checksumOfOutcome(outcome));
    }
  }

  /**
   * Puts everything in place, deletes the snapshots from the first changed event on, and adds the row. Returns the bytes of
   * the blocks.
   */
  apply(row: RedactionRow): number {
    this.#connection.exec(STAGED_TABLES);
    const places = this.#connection.prepare(STAGED_PLACES).all() as Place[];
    requireApart(places, this.#path);
    for (const place of places) this.#requireFit(place);
    addRedactionRow(this.#connection, row, SCRUBBED.not);
    this.#replaceBlocks(places);
    this.#replaceTagLists(places);
    this.#connection.exec(REPLACE_OUTCOMES);
    this.#connection.prepare('delete from snapshots where sequence >= ?').run(row.firstSequence);
    const bytes = (this.#connection.prepare(STAGED_BYTES).pluck() as Statement<number>).get()!;
    this.discard();
    return bytes;
  }

  /** Forgets what was staged. */
  discard(): void {
    this.#connection.exec('drop table if exists temp.staged_blocks; drop table if exists temp.staged_outcomes');
  }

  #requireFit({ firstSequence, lastSequence, startChain, chain, replaces }: Place): void {
    const rows = this.#connection
      .prepare(
        `select checksum, last_sequence, chain
         from blocks
         where first_sequence between ? and ?
         order by first_sequence`,
      )
      .raw()
      .all(firstSequence, lastSequence) as (readonly [checksum: number, lastSequence: number, chain: string])[];
    const isSame = JSON.stringify(rows.map(([checksum]) => checksum)) === replaces;
    const [, end, endChain] = rows.at(-1) ?? [];
    if (!isSame || end !== lastSequence || endChain !== chain) throw blocksChanged(this.#path, firstSequence);
    const { trimmed } = readStateRow(this.#connection, this.#path);
    if (chainBefore(this.#connection, firstSequence, this.#path, trimmed) !== startChain) {
      throw blocksChanged(this.#path, firstSequence);
    }
  }

  #replaceBlocks(places: readonly Place[]): void {
    const remove = this.#connection.prepare('delete from blocks where first_sequence between ? and ?');
    for (const { firstSequence, lastSequence } of places) remove.run(firstSequence, lastSequence);
    this.#connection.exec(INSERT_STAGED_BLOCKS);
  }

  /** A file without tags keeps no lists. */
  #replaceTagLists(places: readonly Place[]): void {
    const tagged = this.#connection.prepare('select 1 from staged_blocks where has_tags = 1 limit 1') as Statement;
    raiseFormat(this.#connection, { tags: tagged.get() !== undefined });
    if (!hasTagLists(this.#connection)) return;
    const remove = this.#connection.prepare('delete from block_tags where first_sequence between ? and ?');
    for (const { firstSequence, lastSequence } of places) remove.run(firstSequence, lastSequence);
    this.#connection.exec(INSERT_STAGED_LISTS);
  }
}

const STAGED_PLACES = `
select first_sequence as firstSequence, last_sequence as lastSequence, start_chain as startChain, chain, replaces
from staged_blocks
order by first_sequence`;

const STAGED_BYTES = 'select coalesce(sum(octet_length(payload)), 0) from staged_blocks';

const INSERT_STAGED_BLOCKS = `
insert into blocks (first_sequence, last_sequence, recorded_at, encoding, checksum, chain, payload)
select first_sequence, last_sequence, recorded_at, 'sealed', checksum, chain, payload
from staged_blocks
order by first_sequence`;

const INSERT_STAGED_LISTS = `
insert into block_tags (${TAG_COLUMNS})
select first_sequence, checksum, list_checksum, kinds, hashes
from staged_blocks
order by first_sequence`;

/** Only outcomes that are still remembered. They keep their place among the others. */
const REPLACE_OUTCOMES = `
update commands
set outcome = staged.outcome, checksum = staged.checksum
from staged_outcomes as staged
where commands.command_id = staged.command_id and commands.recorded_at = staged.recorded_at`;

function placeOf({ firstSequence, lastSequence, chain, payload, replaces }: SealedBlock): Place {
  const { startChain } = readSealedPrefix(payload)!;
  return { firstSequence, lastSequence, startChain, chain, replaces: JSON.stringify(replaces) };
}
