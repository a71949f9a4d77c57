/** The open block that an append becomes, and the head after it: the same for every log that keeps blocks itself. */
import assert from 'node:assert';
import type { LogHead, QueuedCommit } from '../log-store.ts';
import { encodeOpenBlock } from './block.ts';
import { chainAfter, checksumOf, type StoredBlock } from './chain.ts';

/** @param commits at least one, each with events */
export function nextBlock(
  head: LogHead,
  commits: readonly QueuedCommit[],
): { readonly block: StoredBlock; readonly head: LogHead } {
  const payload = encodeOpenBlock(commits);
  const firstSequence = head.sequence + 1;
  const lastSequence = head.sequence + commits.reduce((sum, commit) => sum + commit.events, 0);
  assert(lastSequence >= firstSequence, 'a block without events');
  const checksum = checksumOf(payload);
  const { recordedAt } = commits[0]!;
  const chain = chainAfter(head.chain, { checksum, firstSequence, lastSequence, recordedAt });
  const bytes = Buffer.byteLength(payload);
  return {
    block: { firstSequence, lastSequence, recordedAt, encoding: 'open', bytes, payload, chain, checksum },
    head: { sequence: lastSequence, recordedAt: commits.at(-1)!.recordedAt, chain },
  };
}
