/** Commands that build keys from nothing, as an AOF holds them. */
import { formatDouble } from '../../protocol/numbers.ts';
import type { RedisEntry, RedisValue } from '../values/value.ts';
import type { AofCommand } from './read-commands.ts';
import { streamCommands } from './write-stream-commands.ts';

/** How many items, members or pairs a command holds at most. */
const BATCH_ITEMS = 64;
/** After so many characters a command ends, too. */
const BATCH_LENGTH = 1 << 16;

/** Commands after which the keys are there, in an empty server. Give the keys by database. */
export function* rewriteCommands(entries: Iterable<RedisEntry>): Generator<AofCommand, void> {
  let selected: number | undefined;
  for (const { database, key, value, expireAt } of entries) {
    if (database !== selected) yield ['SELECT', String(database)];
    selected = database;
    yield* valueCommands(key, value);
    if (expireAt !== undefined) yield ['PEXPIREAT', key, String(BigInt(expireAt))];
  }
}

function* valueCommands(key: string, value: RedisValue): Generator<AofCommand, void> {
  switch (value.kind) {
    case 'string':
      yield ['SET', key, value.value];
      break;
    case 'list':
      yield* batches('RPUSH', key, value.items, (item) => [item]);
      break;
    case 'set':
      yield* batches('SADD', key, value.members, (member) => [member]);
      break;
    case 'hash':
      yield* batches('HSET', key, value.pairs, (pair) => pair);
      break;
    case 'zset':
      // A small sorted set in Redis forgets the sign of -0, so these members come when it is as large as it gets.
      for (const last of [false, true]) {
        const members = value.members.filter(([, score]) => Object.is(score, -0) === last);
        yield* batches('ZADD', key, members, ([member, score]) => [formatDouble(score), member]);
      }
      break;
    case 'stream':
      yield* streamCommands(key, value);
  }
}

function* batches<Item>(
  name: string,
  key: string,
  items: readonly Item[],
  wordsOf: (item: Item) => readonly string[],
): Generator<AofCommand, void> {
  let words = [name, key];
  let length = 0;
  for (const [at, item] of items.entries()) {
    for (const word of wordsOf(item)) {
      words.push(word);
      length += word.length;
    }
    if (at + 1 < items.length && (at + 1) % BATCH_ITEMS !== 0 && length < BATCH_LENGTH) continue;
    yield words;
    words = [name, key];
    length = 0;
  }
}

/** A command as the file holds it, latin1. */
export function formatCommand(command: AofCommand): string {
  return `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
