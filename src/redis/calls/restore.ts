/** The effects that put a finished value under a key. */
import { scoreText } from '../model/effects/restored.ts';
import type { Value } from '../model/values.ts';
import type { Call } from './call.ts';
import { textOf } from './lookup.ts';

/** Elements that one effect holds at most, and their characters. */
const MOST_ELEMENTS = 1_000;
const MOST_CHARACTERS = 1024 * 1024;

/**
 * Puts a value under a key of a database. Nothing may be there before, and the key does not expire. The caller has checked
 * that the database has room.
 */
export function putWhole(call: Call, db: number, key: string, value: Value): void {
  if (typeof value === 'string' || value.kind === 'bytes') {
    call.apply('StringSet', { db, key, value: textOf(value) });
    return;
  }
  switch (value.kind) {
    case 'list':
      putList(call, db, key, value.items.values());
      return;
    case 'hash': {
      const { keys, values } = value.fields;
      const pairs = keys.map((field, at) => [field, values[at]!]);
      for (const part of partsOf(pairs, (pair) => pair[0]!.length + pair[1]!.length)) {
        call.apply('HashRestored', { db, key, fields: part.flat() }, part.length);
      }
      return;
    }
    case 'set':
      for (const members of partsOf(value.members.keys, lengthOf)) {
        call.apply('SetRestored', { db, key, members }, members.length);
      }
      return;
    case 'zset':
      for (const part of partsOf(value.order.keys(), ({ member }) => member.length)) {
        const members = part.map(({ member }) => member);
        const scores = part.map(({ score }) => scoreText(score));
        call.apply('SortedSetRestored', { db, key, members, scores }, members.length);
      }
      return;
    case 'stream':
      throw new Error('Streams are restored by their own effects');
  }
}

/** As `putWhole`, for the elements of a list. */
export function putList(call: Call, db: number, key: string, elements: Iterable<string>): void {
  for (const items of partsOf(elements, lengthOf)) call.apply('ListRestored', { db, key, items }, items.length);
}

/** Cuts elements into parts that one effect may hold. */
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
