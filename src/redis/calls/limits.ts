/** What a collection may hold, and what one effect may carry. A command asks before its first effect. */
import { MAX_ENTRIES } from '../model/dense.ts';
import { CommandError } from './errors.ts';

/** @throws CommandError when the collection has no room for so many more entries */
export function requireRoom(size: number, added: number): void {
  if (size + added > MAX_ENTRIES) throw new CommandError(`ERR a key holds at most ${MAX_ENTRIES} entries`);
}

/** The characters of one commit, at most. The engine takes 256 Mi. */
export const LARGEST_COMMIT: number = 252 * 1024 * 1024;

/** How many texts one effect carries at most. */
const BATCH_TEXTS = 1000;
/** The characters after which an effect takes no further text. */
const BATCH_CHARACTERS = 1024 * 1024;

/** The key once for each effect that `batchesOf` makes of the texts, at most. Each of them names the key. */
export function keyOfEachBatch(key: string, texts: readonly string[]): readonly string[] {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const batches = Math.ceil(texts.length / BATCH_TEXTS) + 2 * Math.ceil(characters / BATCH_CHARACTERS);
  return new Array<string>(batches).fill(key);
}

/**
 * The texts in order, in parts, so that no effect is a heavy event. A command gives the effects one after the other.
 *
 * @param step how many texts stay together: 2 for fields with values
 */
export function* batchesOf(texts: readonly string[], step = 1): Generator<readonly string[], void> {
  let [start, characters] = [0, 0];
  for (let at = 0; at < texts.length; at += step) {
    let added = 0;
    for (let each = at; each < at + step; each++) added += texts[each]!.length;
    if (at > start && (at - start >= BATCH_TEXTS || characters + added > BATCH_CHARACTERS)) {
      yield texts.slice(start, at);
      [start, characters] = [at, 0];
    }
    characters += added;
  }
  if (start === 0 && texts.length > 0) yield texts;
  else if (start < texts.length) yield texts.slice(start);
}
