/** Rows of `redactions`: what was changed, when and by whom, but never the words. */
import { RefoldError } from '../../../core/errors.ts';
import { checksumOf } from '../../blocks/chain.ts';
import type { RedactionRow } from '../../log-redaction.ts';
import type { Rows } from '../server/connections.ts';
import { bytesOf, type Row } from './rows.ts';

/** A row with its own checksum: it is not in a block. */
interface CheckedRedaction extends RedactionRow {
  readonly checksum: number;
}

/** The columns after the id. */
export function redactionColumns(row: RedactionRow): readonly unknown[] {
  const { recordedAt, by, selector, events, firstSequence, lastSequence } = row;
  const name = by === undefined ? null : bytesOf(by);
  return [recordedAt, name, selector, events, firstSequence, lastSequence, checksumOfRow(row)];
}

/** Oldest first. A damaged row is left out: `checkStructure` reports it. */
export function soundRedactions(rows: Rows): readonly RedactionRow[] {
  return rows
    .map(toRedaction)
    .filter((row) => checksumOfRow(row) === row.checksum)
    .map(({ checksum: _checksum, ...row }) => row);
}

export function damagedRedactions(rows: Rows, path: string): readonly RefoldError[] {
  return rows.map(toRedaction).flatMap((row, index) => {
    if (checksumOfRow(row) === row.checksum) return [];
    const message = `Cannot say what redaction ${index + 1} of ${path} was: its record is damaged`;
    return [new RefoldError('LOG_CORRUPT', message, { path, hint: 'The events themselves are not affected' })];
  });
}

/** The checksum under which a redaction is remembered. */
export function checksumOfRow({ recordedAt, by, selector, events, firstSequence, lastSequence }: RedactionRow): number {
  const name = by?.toWellFormed() ?? null;
  return checksumOf(JSON.stringify([recordedAt, name, selector, events, firstSequence, lastSequence]));
}

function toRedaction(row: Row): CheckedRedaction {
  const [recordedAt, by, selector, events, firstSequence, lastSequence, checksum] = row as readonly [
    number,
    Buffer | null,
    string,
    number,
    number,
    number,
    number,
  ];
  return {
    ...{ recordedAt, selector, events, firstSequence, lastSequence, checksum },
    ...(by !== null && { by: by.toString() }),
  };
}
