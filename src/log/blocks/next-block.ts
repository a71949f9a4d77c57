/** The open block that an append becomes, and the head after it: the same for every log that keeps blocks itself. */
import assert from 'node:assert';
import type { LogHead, QueuedCommit, TagList } from '../log-store.ts';
import { encodeOpenBlock } from './block.ts';
import { chainAfter, checksumOf, type StoredBlock } from './chain.ts';
import { hasTaggers, TagListWriter } from './tag-list.ts';

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
    block: {
      ...{ firstSequence, lastSequence, recordedAt, encoding: 'open', bytes, payload, chain, checksum },
      tagList: tagListOfCommits(commits)?.list,
    },
    head: { sequence: lastSequence, recordedAt: commits.at(-1)!.recordedAt, chain },
  };
}

/**
 * The tag list of a block, and whether any of its events has a tagger. Undefined when one of its commits says nothing
 * about tags: then nothing is known of the block.
 */
export function tagListOfCommits(
  commits: readonly QueuedCommit[],
): { readonly list: TagList; readonly hasTags: boolean } | undefined {
  if (commits[0]?.tags === undefined) return undefined; // the usual case in a model without tags
  const writer = new TagListWriter();
  for (const { tags } of commits) {
    if (tags === undefined) return undefined;
    writer.add(tags);
  }
  const list = writer.finish();
  return { list, hasTags: hasTaggers(list) };
}
