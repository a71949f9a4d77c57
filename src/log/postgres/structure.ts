/** Checks what a log in PostgreSQL holds besides its blocks: snapshots, outcomes, tag lists, redactions. Findings are collected. */
import { grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import { decodeBlock, decodeTags } from '../blocks/block.ts';
import { HINT_CORRUPT, type StoredBlock } from '../blocks/chain.ts';
import { isSound } from '../blocks/snapshot-chunks.ts';
import { hasTaggers, isSameList, readTagRow, tagListOf } from '../blocks/tag-list.ts';
import { outcomeDamaged, snapshotDamaged } from '../log-errors.ts';
import { checksumOfOutcome } from '../outcomes.ts';
import type { PostgresReader } from './reading.ts';
import { damagedRedactions } from './tables/redaction-rows.ts';
import { toBlock, toSnapshot } from './tables/rows.ts';

/** A search ends after this many findings; one is enough to act. */
const FINDINGS_TOLD = 20;
const OUTCOMES_A_PAGE = 1_000;
const LISTS_A_PAGE = 100;

export async function findingsIn(reader: PostgresReader, path: string): Promise<readonly RefoldError[]> {
  const findings: RefoldError[] = [];
  for (const check of [damagedSnapshots, damagedOutcomes, damagedLists, damagedRedactionsOf]) {
    for await (const finding of check(reader, path)) {
      findings.push(finding);
      if (findings.length === FINDINGS_TOLD) return findings;
    }
  }
  return findings;
}

async function* damagedSnapshots(reader: PostgresReader, path: string): AsyncGenerator<RefoldError, void> {
  let claimed = 0;
  for (const row of (await reader.ask('allSnapshots')).map(toSnapshot)) {
    if (!isSound(row)) {
      yield snapshotDamaged(path, row.sequence, 'its header does not match its checksum');
      continue;
    }
    if (row.owner === '') claimed = Math.max(claimed, row.sequence);
    try {
      for await (const _chunk of reader.chunksOf(row.sequence, row));
    } catch (error) {
      if (!isRefoldError(error, 'LOG_CORRUPT')) throw error;
      yield error;
    }
  }
  const { head } = await reader.state();
  if (claimed > head.sequence) yield endBefore(path, head.sequence, claimed);
}

async function* damagedOutcomes(reader: PostgresReader, path: string): AsyncGenerator<RefoldError, void> {
  for (let after = 0; ; ) {
    const page = await reader.outcomesAfter(after, OUTCOMES_A_PAGE);
    for (const row of page) if (checksumOfOutcome(row) !== row.checksum) yield outcomeDamaged(path, row.commandId);
    if (page.length < OUTCOMES_A_PAGE) return;
    after = page.at(-1)!.ordinal;
  }
}

/** A list that does not match its block could hide events from a query by tag. */
async function* damagedLists(reader: PostgresReader, path: string): AsyncGenerator<RefoldError, void> {
  for (let next = 1; ; ) {
    const rows = await reader.ask('blocksWithLists', next, LISTS_A_PAGE);
    for (const row of rows) {
      const block = toBlock(row);
      const problem = whyWrong(block, row.slice(7) as never);
      if (problem !== undefined) yield listDamaged(path, block.firstSequence, problem);
      next = block.lastSequence + 1;
    }
    if (rows.length < LISTS_A_PAGE) return;
  }
}

/** Undefined when a list is right, and for a block that cannot be read: that is another finding. */
function whyWrong(
  block: StoredBlock,
  [ofBlock, checksum, kinds, hashes]: readonly [number | null, number, string, Buffer],
): string | undefined {
  let expected: ReturnType<typeof tagListOf>;
  try {
    expected = tagListOf(
      decodeBlock(block).events.map(({ type }) => type),
      decodeTags(block),
    );
  } catch {
    return undefined;
  }
  if (ofBlock === null) return hasTaggers(expected) ? 'it is missing' : undefined;
  const list = readTagRow([block.firstSequence, ofBlock, checksum, kinds, hashes], block.checksum);
  if (list === undefined) return 'it does not match its checksum';
  return isSameList(list, expected) ? undefined : 'it does not match the events of its block';
}

async function* damagedRedactionsOf(reader: PostgresReader, path: string): AsyncGenerator<RefoldError, void> {
  yield* damagedRedactions(await reader.ask('redactions'), path);
}

function endBefore(path: string, end: number, snapshot: number): RefoldError {
  const why = `the log ends at ${grouped(end)}, before its snapshot at ${grouped(snapshot)}`;
  return new RefoldError('LOG_CORRUPT', `Cannot trust ${path}: ${why}`, {
    path,
    sequence: end + 1,
    hint: HINT_CORRUPT,
  });
}

function listDamaged(path: string, sequence: number, problem: string): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot trust the tag list of the block at ${grouped(sequence)}: ${problem}`, {
    path,
    sequence,
    type: 'tags',
    hint: HINT_CORRUPT,
  });
}
