/** Rows of `redactions`, as the writer and the readers see them. The table is made with the first redaction. */
import { checksumOf } from '../../blocks/chain.ts';
import type { RecordedRedaction, RedactionRow } from '../../log-redaction.ts';
import type { Connection, Statement } from './driver.ts';
import { hasRedactions, raiseFormat } from './format.ts';

/** How much of the old bytes is out of the files; see the column `scrubbed`. */
export const SCRUBBED = { not: 0, rebuilt: 1, whole: 2 } as const;

/** A row as it is stored. */
export interface StoredRedaction extends RedactionRow {
  readonly id: number;
  readonly checksum: number;
  readonly scrubbed: number;
}

/** Oldest first, damaged ones included. */
export function readRedactionRows(connection: Connection): readonly StoredRedaction[] {
  if (!hasRedactions(connection)) return [];
  const rows = connection
    .prepare(
      `select id, recorded_at as recordedAt, requested_by as "by", selector, events,
         first_sequence as firstSequence, last_sequence as lastSequence, checksum, scrubbed
       from redactions
       order by id`,
    )
    .all() as (Omit<StoredRedaction, 'by'> & { readonly by: string | null })[];
  return rows.map(({ by, ...row }) => (by === null ? row : { ...row, by }));
}

/** Oldest first. A damaged row is left out: `checkStructure` reports it. */
export function readRedactions(connection: Connection): readonly RecordedRedaction[] {
  return readRedactionRows(connection)
    .filter(isSoundRedaction)
    .map(({ id: _id, checksum: _checksum, scrubbed, ...row }) => ({ ...row, scrubbed: scrubbed === SCRUBBED.whole }));
}

/** How many there are. */
export function countRedactions(connection: Connection): number {
  if (!hasRedactions(connection)) return 0;
  return (connection.prepare('select coalesce(max(id), 0) from redactions').pluck() as Statement<number>).get()!;
}

/** True when the row matches its checksum. */
export function isSoundRedaction(row: StoredRedaction): boolean {
  return checksumOfRedaction(row) === row.checksum;
}

/** In the caller's transaction. */
export function addRedactionRow(connection: Connection, row: RedactionRow, scrubbed: number): void {
  raiseFormat(connection, { redactions: true });
  const { recordedAt, selector, events, firstSequence, lastSequence } = row;
  // A lone surrogate would come back as another text, which would not match the checksum.
  const by = row.by?.toWellFormed() ?? null;
  connection
    .prepare(
      `insert into redactions
         (id, recorded_at, requested_by, selector, events, first_sequence, last_sequence, checksum, scrubbed)
       values ((select coalesce(max(id), 0) + 1 from redactions), ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      recordedAt,
      by,
      selector,
      events,
      firstSequence,
      lastSequence,
      checksumOfRedaction({ ...row, by: by ?? undefined }),
      scrubbed,
    );
}

/** The lowest `scrubbed` of all redactions: where a scrub must begin. */
export function leastScrubbed(connection: Connection): number {
  if (!hasRedactions(connection)) return SCRUBBED.whole;
  const least = connection.prepare('select min(scrubbed) from redactions').pluck() as Statement<number | null>;
  return least.get() ?? SCRUBBED.whole;
}

/** In the caller's transaction. */
export function noteScrubbed(connection: Connection, scrubbed: number): void {
  if (hasRedactions(connection)) {
    connection.prepare('update redactions set scrubbed = ? where scrubbed < ?').run(scrubbed, scrubbed);
  }
}

function checksumOfRedaction({ recordedAt, by, selector, events, firstSequence, lastSequence }: RedactionRow): number {
  return checksumOf(JSON.stringify([recordedAt, by ?? null, selector, events, firstSequence, lastSequence]));
}
