/** Two texts that say the same line by line, read side by side. */

/** What one of them has at a place: undefined where only the other one goes on. */
export type Pair<Left, Right> = readonly [left: Left | undefined, right: Right | undefined];

/**
 * The items of two readers in pairs, in blocks. The pairs of a block are read as they are asked for, without a promise for
 * each: so much is read of both as is at hand. Read a block to its end before the next one.
 */
export async function* sideBySide<Left, Right>(
  left: AsyncIterable<Iterable<Left>>,
  right: AsyncIterable<Iterable<Right>>,
): AsyncGenerator<Iterable<Pair<Left, Right>>, void, void> {
  await using lefts = new Items(left);
  await using rights = new Items(right);
  for (;;) {
    await lefts.advance();
    await rights.advance();
    if (lefts.head === undefined && rights.head === undefined) return;
    yield pairsAtHand(lefts, rights);
  }
}

function* pairsAtHand<Left, Right>(lefts: Items<Left>, rights: Items<Right>): Generator<Pair<Left, Right>, void, void> {
  do yield [lefts.take(), rights.take()];
  while (lefts.isAtHand() && rights.isAtHand());
}

/** The items of blocks, one after another. */
class Items<Item> implements AsyncDisposable {
  /** The next one. Undefined before it is read, and at the end. */
  head: Item | undefined;
  readonly #blocks: AsyncIterator<Iterable<Item>>;
  #block: Iterator<Item> | undefined;

  constructor(blocks: AsyncIterable<Iterable<Item>>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Reads up to the next item, or to the end. */
  async advance(): Promise<void> {
    while (!this.isAtHand()) {
      const { value, done } = await this.#blocks.next();
      if (done === true) return;
      this.#block = value[Symbol.iterator]();
    }
  }

  /** Whether there is a next item that is not in a later block. */
  isAtHand(): boolean {
    this.head ??= this.#block?.next().value;
    return this.head !== undefined;
  }

  take(): Item | undefined {
    const { head } = this;
    this.head = undefined;
    return head;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blocks.return?.();
  }
}
