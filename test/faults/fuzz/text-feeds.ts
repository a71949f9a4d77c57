/**
 * Mutated files of feeds of text (Databento, levels, single orders): each is refused, or its numbers are safe integers.
 * Its messages are the same in any chunks.
 */
import assert from 'node:assert';
import { isRefoldError } from 'refold';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import { L2Reader } from '../../../examples/orderbook/feeds/following/l2/reader.ts';
import { readL3 } from '../../../examples/orderbook/feeds/following/l3/reader.ts';
import { readMbo } from '../../../examples/orderbook/feeds/following/mbo/reader.ts';
import type { TextSource } from '../../../examples/orderbook/feeds/reading/csv.ts';
import { type FeedMessage, feedBook } from '../../../examples/orderbook/follow/index.ts';
import { record, WIRE_NAMES } from '../../examples/orderbook/following/l2/venue.ts';
import { l3File, randomRecording } from '../../examples/orderbook/following/l3-days.ts';
import { csvFile, jsonFile, randomDay } from '../../examples/orderbook/following/mbo-days.ts';
import type { Chance } from '../judging/chance.ts';
import { mutate } from './mutation.ts';

type Read = (source: TextSource) => AsyncIterable<readonly FeedMessage[]>;

interface TextFeed {
  readonly read: Read;
  readonly write: (chance: Chance) => string;
}

const FEEDS: readonly TextFeed[] = [
  {
    read: (source) => readMbo(source),
    write(chance) {
      const records = randomDay((below) => chance.below(below), {
        rows: 1 + chance.below(12),
        symbols: ['ESM4', 'BTC'],
      });
      return chance.hit(0.5) ? csvFile(records) : jsonFile(records, { prices: chance.hit(0.5) });
    },
  },
  {
    read: (source) => new L2Reader().read([source]),
    write(chance) {
      const { lines } = record(chance.pick(WIRE_NAMES), new Random(chance.below(2 ** 31)), 6, 4);
      return `${lines.join('\n')}\n`;
    },
  },
  {
    read: (source) => readL3(source, feedBook.initialState()),
    write: (chance) => l3File(randomRecording((below) => chance.below(below), 1 + chance.below(20))),
  },
];

/** @throws the reader's refusal, or an assertion */
export async function readMutatedText(chance: Chance): Promise<void> {
  const { read, write } = chance.pick(FEEDS);
  const bytes = mutate(Buffer.from(write(chance)), Buffer.from(write(chance)), chance);
  const [messages, refusal] = await readAll(read, bytes, bytes.length + 1);
  for (const { change } of messages) assertSafe(change);
  assert.deepEqual((await readAll(read, bytes, 1 + chance.below(60)))[0], messages, 'the same in other chunks');
  if (refusal === undefined) return;
  if (isRefoldError(refusal)) assert.ok((refusal.line ?? Number.MAX_VALUE) >= (messages.at(-1)?.line ?? 0), 'the line');
  throw refusal;
}

async function readAll(read: Read, bytes: Buffer, chunk: number): Promise<[FeedMessage[], unknown]> {
  const messages: FeedMessage[] = [];
  try {
    for await (const block of read({ path: 'fuzz', open: async () => inChunks(bytes, chunk) })) messages.push(...block);
  } catch (error) {
    return [messages, error];
  }
  return [messages, undefined];
}

async function* inChunks(bytes: Buffer, chunk: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

function assertSafe(change: FeedMessage['change']): void {
  for (const name of ['price', 'size', 'priceDecimals', 'sizeDecimals'] as const) {
    const value = (change as Partial<Record<typeof name, number>>)[name];
    if (value !== undefined) assert.ok(Number.isSafeInteger(value), `${change.kind}: ${name} is ${value}`);
  }
}
