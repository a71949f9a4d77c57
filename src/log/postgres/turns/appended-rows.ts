/** The rows of an append as its statement takes them, and how its fate is read. Pure; the same for one writer and for turns. */
import type { StoredBlock } from '../../blocks/chain.ts';
import { toTagRow } from '../../blocks/tag-list.ts';
import type { LogHead, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { bigintArray, textArray, utf8Array } from '../tables/array-values.ts';
import type { Row } from '../tables/rows.ts';

/** The last outcome of an append, which shows whether the log has the append. */
export interface LastOutcome {
  readonly commandId: string;
  readonly ordinal: number;
}

export interface AppendedRows {
  readonly before: LogHead;
  readonly after: LogHead;
  readonly last: LastOutcome | undefined;
  /** From `$3` of the statement on. */
  readonly values: readonly unknown[];
}

/**
 * @param outcomes each of another id
 * @param first the ordinal of the first outcome
 */
export function appendedRows(
  before: LogHead,
  next: { readonly head: LogHead; readonly block: StoredBlock } | undefined,
  outcomes: readonly StoredOutcome[],
  first: number,
): AppendedRows {
  const { head: after, block } = next ?? { head: before, block: undefined };
  const newest = outcomes.at(-1);
  const values = [
    ...[before.sequence, before.chain, after.sequence],
    ...[block?.recordedAt ?? 0, after.recordedAt, block?.checksum ?? 0, after.chain],
    ...[block?.bytes ?? 0, block?.payload ?? ''],
    ...tagColumns(block),
    utf8Array(outcomes.map(({ commandId }) => commandId)),
    bigintArray(outcomes.map((_, index) => first + index)),
    bigintArray(outcomes.map(({ recordedAt }) => recordedAt)),
    textArray(outcomes.map(({ outcome }) => outcome)),
    bigintArray(outcomes.map(checksumOfOutcome)),
  ];
  const last = newest && { commandId: newest.commandId, ordinal: first + outcomes.length - 1 };
  return { before, after, last, values };
}

/** The last outcome of an id counts: a statement cannot write a row twice. */
export function lastOfEach(given: readonly StoredOutcome[]): readonly StoredOutcome[] {
  return [...new Map(given.map((outcome) => [outcome.commandId, outcome])).values()];
}

/** What the log holds in the place of an append: it, something else or nothing, or a block that does not tell. */
export type Fate = 'done' | 'absent' | 'unknown';

/** @param row the answer to the statement `fate` */
export function fateIn(row: Row, { before, after, last }: Omit<AppendedRows, 'values'>): Fate {
  const [, trimmed, end, chain, encoding, ordinal] = row as readonly [
    number,
    number,
    number | null,
    string | null,
    string | null,
    number | null,
  ];
  if (after.sequence === before.sequence) return last !== undefined && ordinal === last.ordinal ? 'done' : 'absent';
  if (end === after.sequence && chain === after.chain) return 'done';
  return trimmed > before.sequence || encoding === 'sealed' ? 'unknown' : 'absent';
}

function tagColumns(block: StoredBlock | undefined): unknown[] {
  const list = block?.tagList;
  if (list === undefined) return [null, null, null];
  const [, , checksum, kinds, hashes] = toTagRow(block!.firstSequence, block!.checksum, list);
  return [checksum, kinds, Buffer.from(hashes)];
}
