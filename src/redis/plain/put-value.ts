/** The effects that put a finished value under a key, in parts that one effect may hold. */
import type { Call } from '../calls/call.ts';
import type { RedisValue } from '../files/values/value.ts';

/** Elements that one effect holds at most, and their characters. */
const MOST_ELEMENTS = 1_000;
const MOST_CHARACTERS = 1024 * 1024;

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
      for (const part of partsOf(value.pairs, ([field, text]) => field.length + text.length)) {
        call.apply('HashFieldsSet', { db, key, entries: part.flat() }, part.length);
      }
      return;
    case 'set':
      for (const members of partsOf(value.members, lengthOf)) {
        call.apply('SetMembersAdded', { db, key, members }, members.length);
      }
      return;
  }
}

/** As `putValueOf`, for the elements of a list. */
export function putList(call: Call, key: string, elements: Iterable<string>): void {
  const { db } = call.client;
  for (const items of partsOf(elements, lengthOf)) {
    call.apply('ListItemsPushed', { db, key, end: 'right', items }, items.length);
  }
}

function* partsOf<T>(elements: Iterable<T>, charactersOf: (element: T) => number): Generator<T[]> {
  let part: T[] = [];
  let characters = 0;
  for (const element of elements) {
    const more = charactersOf(element);
    if (part.length > 0 && (part.length >= MOST_ELEMENTS || characters + more > MOST_CHARACTERS)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(element);
    characters += more;
  }
  if (part.length > 0) yield part;
}

function lengthOf(text: string): number {
  return text.length;
}
