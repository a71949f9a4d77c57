/**
 * Checks everything in a log's file except its blocks: SQLite's structure, the schema, snapshots, outcomes, tag lists, and
 * the witness. Findings are collected, not thrown: `verify` reports them, `repair` fixes them.
 */
import { types } from 'node:util';
import { grouped, isRefoldError, RefoldError } from '../../../core/errors.ts';
import { checksumOf, HINT_CORRUPT } from '../../blocks/chain.ts';
import { isSound } from '../../blocks/snapshot-chunks.ts';
import { outcomeDamaged, snapshotDamaged } from '../../log-errors.ts';
import type { StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import type { Testimony } from '../../witness/witness-file.ts';
import { chainAt, readLogState } from '../file/block-rows.ts';
import { type Connection, readFailure, type Statement } from '../file/driver.ts';
import { isSoundRedaction, readRedactionRows } from '../file/redaction-rows.ts';
import { identify } from '../file/schema.ts';
import { SNAPSHOT_COLUMNS, type SnapshotRow } from '../file/snapshot-rows.ts';
import { requireWitnessed } from '../file/witness.ts';
import { damagedTagLists } from './tag-lists.ts';

/** A search ends after this many findings; one is enough to act. */
export const MOST_FINDINGS = 20;

/**
 * All findings that do not need a decoded block. Each check comes after those that it relies on.
 *
 * @param testimonies the witness, read before the connection read anything
 */
export function checkStructure(
  connection: Connection,
  path: string,
  testimonies: readonly Testimony[],
): readonly RefoldError[] {
  const findings: RefoldError[] = [];
  const gather = (check: () => readonly RefoldError[]): void =>
    void findings.push(...findingsOf(connection, path, check));
  gather(() => none(identify(connection, path)));
  gather(() => damagedPages(connection, path));
  gather(() => none(requireWitnessedFile(connection, path, testimonies)));
  gather(() => [
    ...damagedSnapshots(connection, path).map(({ error }) => error),
    ...endBeforeSnapshots(connection, path),
  ]);
  gather(() => damagedOutcomes(connection, path));
  gather(() => damagedRedactions(connection, path));
  findings.push(...damagedLists(connection, path));
  return findings;
}

/** Not in one transaction: it unpacks every block, and the WAL must not wait for that. */
function damagedLists(connection: Connection, path: string): readonly RefoldError[] {
  try {
    return damagedTagLists(connection, path, MOST_FINDINGS);
  } catch (error) {
    return [asDamage(error, path)];
  }
}

/** For checks that throw their finding. */
function none(_checked: unknown): readonly RefoldError[] {
  return [];
}

/** A check returns findings or throws one. It sees the file at one moment, because a writer may be working. */
function findingsOf(connection: Connection, path: string, check: () => readonly RefoldError[]): readonly RefoldError[] {
  try {
    return connection.transaction(check)();
  } catch (error) {
    return [asDamage(error, path)];
  }
}

/** Compares the log with its witness. @throws RefoldError `LOG_CORRUPT` */
export function requireWitnessedFile(connection: Connection, path: string, testimonies: readonly Testimony[]): void {
  requireWitnessed(path, readLogState(connection, path), testimonies, (sequence) => chainAt(connection, sequence));
}

/** Without a witness only a snapshot says that the end is lost. A store refuses such a log. */
function endBeforeSnapshots(connection: Connection, path: string): readonly RefoldError[] {
  const { head } = readLogState(connection, path);
  const claimed = claimedBySnapshots(snapshotRows(connection));
  return claimed > head.sequence ? [endLost(path, head.sequence, claimed)] : [];
}

/** A sound snapshot of the state proves that the log once reached its sequence. 0 without one. */
export function claimedBySnapshots(rows: readonly SnapshotRow[]): number {
  return Math.max(0, ...rows.filter((row) => row.owner === '' && isSound(row)).map(({ sequence }) => sequence));
}

export function endLost(path: string, end: number, snapshot: number): RefoldError {
  const why = `the log ends at ${grouped(end)}, before its snapshot at ${grouped(snapshot)}`;
  return new RefoldError('LOG_CORRUPT', `Cannot trust ${path}: ${why}`, {
    path,
    sequence: end + 1,
    hint: HINT_CORRUPT,
  });
}

export function snapshotRows(connection: Connection): SnapshotRow[] {
  return connection.prepare(`select ${SNAPSHOT_COLUMNS} from snapshots order by id`).all() as SnapshotRow[];
}

/** SQLite's errors while reading are damage too. */
export function asDamage(error: unknown, path: string, sequence?: number): RefoldError {
  if (isRefoldError(error)) return error;
  const { code, message, hint } = readFailure(error, 'read', path);
  const at = sequence === undefined ? {} : { sequence };
  return new RefoldError(code, message, { path, hint: hint ?? HINT_CORRUPT, ...at, cause: error });
}

/** Pages, records and the types of STRICT columns, as SQLite sees them. */
export function damagedPages(connection: Connection, path: string): RefoldError[] {
  const lines = connection.prepare(`pragma quick_check(${MOST_FINDINGS})`).pluck().all() as string[];
  return lines
    .filter((line) => line !== 'ok')
    .map(
      (line) => new RefoldError('LOG_CORRUPT', `Cannot trust ${path}: ${line.trim()}`, { path, hint: HINT_CORRUPT }),
    );
}

/** A snapshot that cannot be used, and why. */
export interface DamagedSnapshot {
  readonly row: SnapshotRow;
  readonly error: RefoldError;
}

/** Snapshots whose header or chunks do not match their checksums. */
export function damagedSnapshots(connection: Connection, path: string): DamagedSnapshot[] {
  return snapshotRows(connection).flatMap((row) => {
    const why = whyDamaged(connection, row);
    return why === undefined ? [] : [{ row, error: snapshotDamaged(path, row.sequence, why) }];
  });
}

function whyDamaged(connection: Connection, row: SnapshotRow): string | undefined {
  if (!isSound(row)) return 'its header does not match its checksum';
  const chunks = connection
    .prepare('select part, checksum, data from snapshot_chunks where snapshot_id = ? order by part')
    .raw() as Statement<readonly [number, number, unknown]>;
  let expected = 0;
  for (const [part, checksum, data] of chunks.iterate(row.id)) {
    if (part !== expected) break;
    if (!types.isUint8Array(data) || checksumOf(data) !== checksum) {
      return `chunk ${part} does not match its checksum`;
    }
    expected += 1;
  }
  return expected === row.chunks ? undefined : `chunk ${expected} is missing`;
}

/** Remembered outcomes that do not match their checksums. */
function damagedOutcomes(connection: Connection, path: string): RefoldError[] {
  const damaged: RefoldError[] = [];
  for (const { checksum, ...stored } of allOutcomes(connection)) {
    if (checksumOfOutcome(stored) !== checksum) damaged.push(outcomeDamaged(path, stored.commandId));
  }
  return damaged;
}

/** Rows of the record of redactions that do not match their checksums, or are missing. */
export function damagedRedactions(connection: Connection, path: string): RefoldError[] {
  const rows = readRedactionRows(connection);
  const damaged = rows.filter((row, index) => row.id !== index + 1 || !isSoundRedaction(row));
  return damaged.map(({ id }) => redactionDamaged(path, id));
}

function redactionDamaged(path: string, number: number): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot say what redaction ${number} of ${path} was: its record is damaged`, {
    path,
    hint: 'The events themselves are not affected. Run refold repair to drop the record',
  });
}

/** Oldest first. */
export function allOutcomes(connection: Connection): IterableIterator<StoredOutcome & { readonly checksum: number }> {
  const outcomes = connection.prepare(
    `select command_id as commandId, recorded_at as recordedAt, outcome, checksum
     from commands
     order by rowid`,
  ) as Statement<StoredOutcome & { readonly checksum: number }>;
  return outcomes.iterate();
}
