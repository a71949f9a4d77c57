/** The effects that put a finished value under a key, in parts that one effect may hold. */

import type { Call } from '../calls/call.ts';
import { batchesOf } from '../calls/limits.ts';
import { rewriteCommands } from '../files/aof/write-commands.ts';
import type { RedisValue, SortedSetValue, StreamValue } from '../files/values/value.ts';
import { textOfScore } from '../model/effects/sorted-sets.ts';

/** Puts a value under a key of the selected database. Nothing may be there before, and the key does not expire. */
export function putValueOf(call: Call, key: string, value: RedisValue): void {
  const { db } = call.client;
  switch (value.kind) {
    case 'string':
      call.apply('StringSet', { db, key, value: value.value });
      return;
    case 'list':
      putList(call, key, value.items);
      return;
    case 'hash':
      for (const entries of batchesOf(value.pairs.flat(), 2)) {
        call.apply('HashFieldsSet', { db, key, entries }, entries.length / 2);
      }
      return;
    case 'set':
      for (const members of batchesOf(value.members)) {
        call.apply('SetMembersAdded', { db, key, members }, members.length);
      }
      return;
    case 'zset':
      putSortedSet(call, key, value);
      return;
    case 'stream':
      putStream(call, key, value);
  }
}

/** The texts that the effects of a value record, to ask whether a commit has room for them. */
export function textsOf(value: RedisValue): readonly string[] {
  switch (value.kind) {
    case 'string':
      return [value.value];
    case 'list':
      return value.items;
    case 'hash':
      return value.pairs.flat();
    case 'set':
      return value.members;
    case 'zset':
      return value.members.map(([member]) => member);
    case 'stream':
      return value.entries.flatMap(({ fields }) => fields.flat());
  }
}

/** As `putValueOf`, for the elements of a list. */
export function putList(call: Call, key: string, elements: readonly string[]): void {
  const { db } = call.client;
  for (const items of batchesOf(elements)) {
    call.apply('ListItemsPushed', { db, key, end: 'right', items }, items.length);
  }
}

function putSortedSet(call: Call, key: string, { members: scored }: SortedSetValue): void {
  const { db } = call.client;
  const texts = scored.flatMap(([member, score]) => [member, textOfScore(score)]);
  for (const part of batchesOf(texts, 2)) {
    const members = part.filter((_, at) => at % 2 === 0);
    const scores = part.filter((_, at) => at % 2 === 1);
    call.apply('ScoresSet', { db, key, members, scores }, members.length);
  }
}

/** A stream has groups, consumers and what they wait for: commands make them. */
function putStream(call: Call, key: string, value: StreamValue): void {
  const { client, parts, reply } = call;
  const mark = reply.mark();
  for (const args of rewriteCommands([{ database: 0, key, value, expireAt: undefined }])) {
    if (args[0] !== 'SELECT') parts.commands.find(args)!.run!(parts.dispatch.callFor(client, args));
  }
  reply.rewind(mark); // their replies are not for the client
}
