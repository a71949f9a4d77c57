/** Large effects in parts, so that none of them is a heavy event. A command gives them one after the other. */

/** How many texts one effect carries at most. */
const BATCH_TEXTS = 1000;
/** The characters after which an effect takes no further text. */
const BATCH_CHARACTERS = 1024 * 1024;

/** The texts in order, in parts. @param step how many of them stay together: 2 for fields with values */
export function* batchesOf(texts: readonly string[], step = 1): Generator<readonly string[], void> {
  if (texts.length <= BATCH_TEXTS && charactersOf(texts) <= BATCH_CHARACTERS) {
    if (texts.length > 0) yield texts;
    return;
  }
  let [start, characters] = [0, 0];
  for (let at = 0; at < texts.length; at += step) {
    const added = charactersOf(texts.slice(at, at + step));
    if (at > start && (at - start >= BATCH_TEXTS || characters + added > BATCH_CHARACTERS)) {
      yield texts.slice(start, at);
      [start, characters] = [at, 0];
    }
    characters += added;
  }
  yield texts.slice(start);
}

function charactersOf(texts: readonly string[]): number {
  let sum = 0;
  for (const { length } of texts) sum += length;
  return sum;
}
