/** The store's end of an append: the block becomes one buffer, and the outcomes one list. */
import assert from 'node:assert';
import { openBlockPieces } from '../../blocks/block.ts';
import { tagListOfCommits } from '../../blocks/next-block.ts';
import type { AppendRequest, LogHead, QueuedCommit, StoredOutcome } from '../../log-store.ts';
import type { WriterClient } from './writer-client.ts';
import type { NewBlock, PackedOutcomes } from './writer-protocol.ts';

/**
 * Resolves with the head after the append.
 *
 * @param mayReplace whether the log may have one of the command ids already
 */
export function sendAppend(
  writer: WriterClient,
  { expectedSequence, epoch, commits, outcomes: stored }: AppendRequest,
  mayReplace: boolean,
): Promise<LogHead> {
  const block = commits.length === 0 ? undefined : newBlock(commits);
  const transfer = block === undefined ? [] : [block.payload.buffer];
  const outcomes = { ...packOutcomes(stored), mayReplace };
  return writer.do('append', { expectedSequence, epoch, block, outcomes }, transfer);
}

function packOutcomes(outcomes: readonly StoredOutcome[]): Pick<PackedOutcomes, 'text' | 'numbers'> {
  const numbers = new Float64Array(outcomes.length * 3);
  let text = '';
  let at = 0;
  for (const { commandId, recordedAt, outcome } of outcomes) {
    text += commandId + outcome;
    numbers[at++] = recordedAt;
    numbers[at++] = commandId.length;
    numbers[at++] = outcome.length;
  }
  return { text, numbers };
}

/** Encodes the block here, so that one buffer moves to the writer without a copy, instead of many objects. */
function newBlock(commits: readonly QueuedCommit[]): NewBlock {
  const events = commits.reduce((sum, commit) => sum + commit.events, 0);
  assert(events > 0, 'a block without events');
  return {
    events,
    recordedAt: commits[0]!.recordedAt,
    lastRecordedAt: commits.at(-1)!.recordedAt,
    payload: bytesOf(openBlockPieces(commits)),
    tags: tagListOfCommits(commits),
    hasIds: commits.some(({ commandId }) => commandId !== undefined),
  };
}

/**
 * The UTF-8 of a text in a separate buffer, which can be moved to a thread. Nearly all JSON is ASCII, which copies
 * faster.
 */
function bytesOf(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const sizes = pieces.map((piece) => Buffer.byteLength(piece));
  const bytes = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    at += bytes.write(piece, at, sizes[index] === piece.length ? 'latin1' : 'utf8');
  }
  return bytes;
}
