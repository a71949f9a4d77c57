/**
 * The blocks that a query asks for, in order or in reverse. Blocks that cannot hold such events are not read, if the log
 * keeps lists of tags.
 */
import type { Block, BlockHeader, BlockQuery, LogStore } from './log-store.ts';

/** @throws RefoldError `HISTORY_GONE` when a block of the range was dropped, `LOG_CORRUPT` */
export function findBlocks(log: LogStore, query: BlockQuery): AsyncIterable<Block> {
  const { reverse = false, tags, from, to } = query;
  if (!reverse && (tags === undefined || log.find === undefined)) return log.read({ from, to });
  return readFound(log, log.find?.(query) ?? allHeaders(log, query), query);
}

/** Neighbouring blocks are read together, up to this many bytes and blocks. */
const READ_TOGETHER_BYTES = 512 * 1024;
const READ_TOGETHER_BLOCKS = 500;

async function* readFound(
  log: LogStore,
  headers: AsyncIterable<BlockHeader>,
  query: BlockQuery,
): AsyncGenerator<Block, void> {
  let group: BlockHeader[] = [];
  let bytes = 0;
  for await (const header of headers) {
    const isFull = bytes + header.bytes > READ_TOGETHER_BYTES || group.length === READ_TOGETHER_BLOCKS;
    if (group.length > 0 && (isFull || !areNeighbours(group.at(-1)!, header))) {
      yield* readGroup(log, group, query);
      group = [];
      bytes = 0;
    }
    group.push(header);
    bytes += header.bytes;
  }
  if (group.length > 0) yield* readGroup(log, group, query);
}

function areNeighbours(a: BlockHeader, b: BlockHeader): boolean {
  return a.lastSequence + 1 === b.firstSequence || b.lastSequence + 1 === a.firstSequence;
}

async function* readGroup(
  log: LogStore,
  group: readonly BlockHeader[],
  { from, to, reverse }: BlockQuery,
): AsyncGenerator<Block, void> {
  const [first, last] = reverse === true ? [group.at(-1)!, group[0]!] : [group[0]!, group.at(-1)!];
  const blocks = log.read({ from: Math.max(from, first.firstSequence), to: Math.min(to, last.lastSequence) });
  if (reverse === true) yield* (await Array.fromAsync(blocks)).reverse();
  else yield* blocks;
}

/** All blocks, for a log that keeps no lists of tags. */
async function* allHeaders(log: LogStore, { from, to, reverse }: BlockQuery): AsyncGenerator<BlockHeader, void> {
  const headers: BlockHeader[] = [];
  for await (const header of log.headers()) {
    if (header.firstSequence > to) break;
    if (header.lastSequence >= from) headers.push(header);
  }
  yield* reverse === true ? headers.reverse() : headers;
}
