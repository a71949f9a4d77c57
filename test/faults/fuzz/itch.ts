/**
 * Mutated files of ITCH: each is refused, or its messages are sound and the same in any chunks. The book of a feed takes
 * the messages before a refusal, whatever they say.
 */
import assert from 'node:assert';
import { isRefoldError } from 'refold';
import { ItchReader } from '../../../examples/orderbook/feeds/following/itch/reader.ts';
import { events } from '../../../examples/orderbook/follow/events.ts';
import {
  type Change,
  type FeedMessage,
  feedBook,
  reduce,
  translate,
} from '../../../examples/orderbook/follow/index.ts';
import { invariants } from '../../../examples/orderbook/follow/invariants.ts';
import { bytesSource, framed } from '../../examples/orderbook/following/itch/encoder.ts';
import { randomDay } from '../../examples/orderbook/following/itch/random-day.ts';
import type { Chance } from '../judging/chance.ts';
import { mutate } from './mutation.ts';

/** @throws the reader's refusal, or an assertion */
export async function readMutatedItch(chance: Chance): Promise<void> {
  const bytes = mutate(anyItch(chance), anyItch(chance), chance);
  const [messages, refusal] = await read(bytes, bytes.length + 1);
  for (const [index, message] of messages.entries()) assertSound(message, messages[index - 1]);
  const again = await read(bytes, 1 + chance.below(60));
  assert.deepEqual(again, [messages, refusal], 'the same in other chunks');
  follow(messages);
  if (refusal === undefined) return;
  if (isRefoldError(refusal)) {
    assert.equal(refusal.line, (messages.at(-1)?.line ?? 0) + 1, 'the number of the message');
    assert.match(refusal.at ?? '', /^byte \d+$/);
  }
  throw refusal;
}

function anyItch(chance: Chance): Buffer {
  const day = randomDay({ seed: chance.below(2 ** 31), happenings: chance.below(20), stocks: ['AAPL', 'BRK.A'] });
  return chance.hit(0.1) ? Buffer.concat(day) : framed(day);
}

async function read(bytes: Buffer, chunk: number): Promise<[FeedMessage[], unknown]> {
  const messages: FeedMessage[] = [];
  try {
    for await (const block of new ItchReader().read(bytesSource(bytes, { chunk }))) messages.push(...block);
  } catch (error) {
    return [messages, error];
  }
  return [messages, undefined];
}

function follow(messages: readonly FeedMessage[]): void {
  const state = feedBook.initialState();
  for (const message of messages) {
    const event = translate(state, message);
    if (event === undefined) continue;
    assert.deepEqual(events[event.type].parse(event.data), event.data, 'an event of the catalog');
    reduce(state, { ...event, sequence: message.line, recordedAt: message.time!.ms } as never);
  }
  for (const [name, holds] of Object.entries(invariants)) assert.ok(holds(state), name);
}

function assertSound({ symbol, time, line, change }: FeedMessage, before: FeedMessage | undefined): void {
  // A message that names its stock for the first time lists it too.
  const isListed = before?.change.kind === 'list' && before.line === line;
  assert.equal(line, (before?.line ?? 0) + (isListed ? 0 : 1), 'each message in its place');
  assert.ok(symbol.length <= 12 && /^[ -~]*$/.test(symbol), 'a name that can be printed');
  assert.ok(time !== undefined && Number.isSafeInteger(time.ms) && time.ns >= 0 && time.ns < 1_000_000, 'a time');
  assertTerms(change);
}

function assertTerms(change: Change): void {
  if ('price' in change) assert.ok(Number.isSafeInteger(change.price), 'a price');
  if ('size' in change) assert.ok(Number.isSafeInteger(change.size) && change.size! > 0, 'a size');
  if ('id' in change)
    assert.ok(typeof change.id === 'string' ? BigInt(change.id) >= 2n ** 53n : change.id >= 0, 'an id');
}
