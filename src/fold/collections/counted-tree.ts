/**
 * A B+ tree whose nodes know how many entries are below them. It stands under `OrderedMap`.
 *
 *     inner   separators [ 40 | 70 ]   children   0    1    2      size 9
 *                                      sizes      2    3    4
 *     leaves                                   10 20  40 50 60  70 80 85 90
 *
 * The counts answer which entry is at an index, and how many entries are before a key, in O(log n). A node holds those
 * of its children itself: in a large tree, each look at a child waits for memory. An iteration needs no stack: it finds
 * the next leaf by its index.
 *
 * Two trees may share nodes. `fork` marks the root as shared, in O(1). A write copies each shared node on its path, and
 * marks the children of the copy as shared.
 *
 * A comparator is code of the application. When it throws, the tree holds the same entries as before. When it answers
 * NaN, the search goes on to the right: keys that cannot be compared stay in the order in which they came, also when a
 * snapshot adds them again.
 */
import {
  canMerge,
  dropChild,
  firstOf,
  inner,
  lastOf,
  leaf,
  mergeChildren,
  type Node,
  owned,
  ownedChild,
} from './tree-node.ts';

/** A node is split when it would have more keys or children than this. */
const MOST = 32;

type Compare<K> = (a: K, b: K) => number;

export class CountedTree<K, V> {
  readonly #compare: Compare<K>;
  #root: Node<K, V>;
  /** What the last insertion did: whether it added an entry, and where the split-off node begins. */
  #hasAdded = false;
  #separator: K | undefined;

  constructor(compare: Compare<K>, root: Node<K, V> = leaf([], [])) {
    this.#compare = compare;
    this.#root = root;
  }

  get size(): number {
    return this.#root.size;
  }

  /** Another tree with the same entries, in O(1). */
  fork(): CountedTree<K, V> {
    this.#root.isShared = true;
    return new CountedTree(this.#compare, this.#root);
  }

  has(key: K): boolean {
    return this.#indexIn(this.#leafOf(key), key) >= 0;
  }

  get(key: K): V | undefined {
    const leaf = this.#leafOf(key);
    const index = this.#indexIn(leaf, key);
    return index < 0 ? undefined : leaf.values[index];
  }

  /** The entry at a key, with the stored key. */
  pairAt(key: K): [K, V] | undefined {
    const leaf = this.#leafOf(key);
    const index = this.#indexIn(leaf, key);
    return index < 0 ? undefined : [leaf.keys[index]!, leaf.values[index]!];
  }

  /** Adds an entry, or replaces the key and the value of an existing one. */
  set(key: K, value: V): void {
    const root = (this.#root = owned(this.#root));
    const right = this.#insert(root, key, value);
    if (right !== undefined) this.#root = inner([this.#separator!], [root, right]);
  }

  /** Deletes an entry. Returns whether there was one. */
  delete(key: K): boolean {
    const root = (this.#root = owned(this.#root));
    if (!this.#remove(root, key)) return false;
    while (this.#root.children?.length === 1) this.#root = this.#root.children[0]!;
    if (this.size === 0) this.clear();
    return true;
  }

  clear(): void {
    this.#root = leaf([], []);
  }

  /**
   * The number of entries before the place of a key, which need not be present.
   *
   * @param isAfter whether an entry at the key counts as well
   */
  rank(key: K, isAfter = false): number {
    let rank = 0;
    let node = this.#root;
    while (node.children !== undefined) {
      const at = this.#childIn(node, key);
      for (let index = 0; index < at; index++) rank += node.sizes[index]!;
      node = node.children[at]!;
    }
    const index = this.#placeIn(node, key);
    return rank + index + (isAfter && this.#isAt(node, index, key) ? 1 : 0);
  }

  /** The entry at an index, from 0; undefined beyond the ends. */
  at(index: number): [K, V] | undefined {
    if (!(index >= 0 && index < this.size)) return undefined;
    const { keys, values, offset } = this.leafAt(index);
    return [keys[offset]!, values[offset]!];
  }

  /** The first entry after a key, which need not be present. */
  nextAfter(key: K): [K, V] | undefined {
    let node = this.#root;
    let beyond: Node<K, V> | undefined;
    while (node.children !== undefined) {
      const at = this.#childIn(node, key);
      if (at + 1 < node.children.length) beyond = node.children[at + 1]!;
      node = node.children[at]!;
    }
    let index = this.#placeIn(node, key);
    if (this.#isAt(node, index, key)) index++;
    if (index < node.keys.length) return [node.keys[index]!, node.values[index]!];
    return beyond === undefined ? undefined : firstOf(beyond);
  }

  /** The last entry before a key, which need not be present. */
  nextBefore(key: K): [K, V] | undefined {
    let node = this.#root;
    let beyond: Node<K, V> | undefined;
    while (node.children !== undefined) {
      const at = this.#childIn(node, key);
      if (at > 0) beyond = node.children[at - 1]!;
      node = node.children[at]!;
    }
    const index = this.#placeIn(node, key) - 1;
    if (index >= 0) return [node.keys[index]!, node.values[index]!];
    return beyond === undefined ? undefined : lastOf(beyond);
  }

  /**
   * The leaf that holds the entry at an index, and the place of the entry in it. The leaf is only to be read, and only
   * until the tree changes.
   *
   * @param index from 0, less than `size`
   */
  leafAt(index: number): { readonly keys: readonly K[]; readonly values: readonly V[]; readonly offset: number } {
    let node = this.#root;
    let offset = index;
    while (node.children !== undefined) {
      let at = 0;
      for (let size = node.sizes[0]!; offset >= size; size = node.sizes[++at]!) offset -= size;
      node = node.children[at]!;
    }
    return { keys: node.keys, values: node.values, offset };
  }

  #leafOf(key: K): Node<K, V> {
    let node = this.#root;
    while (node.children !== undefined) node = node.children[this.#childIn(node, key)]!;
    return node;
  }

  /** The child in which a key belongs: as many separators are at or before the key. */
  #childIn({ keys }: Node<K, V>, key: K): number {
    const compare = this.#compare;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(keys[middle]!, key) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The number of keys of a leaf that are before a key. */
  #placeIn({ keys }: Node<K, V>, key: K): number {
    const compare = this.#compare;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(keys[middle]!, key) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isAt({ keys }: Node<K, V>, index: number, key: K): boolean {
    return index < keys.length && this.#compare(keys[index]!, key) === 0;
  }

  /** The index of a key in a leaf. Negative if it is not there: minus one, minus the index at which it belongs. */
  #indexIn({ keys }: Node<K, V>, key: K): number {
    const compare = this.#compare;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(keys[middle]!, key);
      if (order === 0) return middle;
      if (order > 0) high = middle;
      else low = middle + 1;
    }
    return -1 - low;
  }

  /** Returns the node that was split off at the right, if any. Then `#separator` is where it begins. */
  #insert(node: Node<K, V>, key: K, value: V): Node<K, V> | undefined {
    if (node.children === undefined) return this.#insertIntoLeaf(node, key, value);
    const at = this.#childIn(node, key);
    const child = ownedChild(node.children, at);
    const right = this.#insert(child, key, value);
    if (this.#hasAdded) node.size++;
    node.sizes[at] = child.size;
    if (right === undefined) return undefined;
    node.keys.splice(at, 0, this.#separator!);
    node.children.splice(at + 1, 0, right);
    node.sizes.splice(at + 1, 0, right.size);
    return node.children.length > MOST ? this.#splitInner(node, at + 1) : undefined;
  }

  #insertIntoLeaf(node: Node<K, V>, key: K, value: V): Node<K, V> | undefined {
    const found = this.#indexIn(node, key);
    this.#hasAdded = found < 0;
    if (found >= 0) {
      node.keys[found] = key;
      node.values[found] = value;
      return undefined;
    }
    const index = -1 - found;
    if (node.keys.length < MOST) {
      insertAt(node.keys, index, key);
      insertAt(node.values, index, value);
      node.size++;
      return undefined;
    }
    return this.#splitLeaf(node, index, key, value);
  }

  /** An entry at an end begins a new leaf, so that keys that come in their order fill the leaves. */
  #splitLeaf(node: Node<K, V>, index: number, key: K, value: V): Node<K, V> {
    let right: Node<K, V>;
    if (index === MOST) right = leaf([key], [value]);
    else if (index === 0) {
      right = leaf(node.keys, node.values);
      node.keys = [key];
      node.values = [value];
    } else {
      insertAt(node.keys, index, key);
      insertAt(node.values, index, value);
      right = leaf(node.keys.splice(MOST / 2), node.values.splice(MOST / 2));
    }
    node.size = node.keys.length;
    this.#separator = right.keys[0]!;
    return right;
  }

  /** @param added the index of the child that was one too many */
  #splitInner(node: Node<K, V>, added: number): Node<K, V> {
    const at = added === MOST ? MOST : MOST / 2;
    const children = node.children!.splice(at);
    node.sizes.length = at;
    const keys = node.keys.splice(at);
    this.#separator = node.keys.pop()!;
    const right = inner(keys, children);
    node.size -= right.size;
    return right;
  }

  /** Returns whether the key was there. Nothing changes before all comparisons are made. */
  #remove(node: Node<K, V>, key: K): boolean {
    if (node.children === undefined) {
      const index = this.#indexIn(node, key);
      if (index < 0) return false;
      node.keys.splice(index, 1);
      node.values.splice(index, 1);
      node.size--;
      return true;
    }
    const at = this.#childIn(node, key);
    const child = ownedChild(node.children, at);
    if (!this.#remove(child, key)) return false;
    node.size--;
    node.sizes[at] = child.size;
    if (child.size === 0) dropChild(node, at);
    else if (at > 0 && canMerge(node.children[at - 1]!, child)) mergeChildren(node, at - 1);
    else if (at + 1 < node.children.length && canMerge(child, node.children[at + 1]!)) mergeChildren(node, at);
    return true;
  }
}

/** `splice` costs more for a few items, because it also makes an array of what it removes. */
function insertAt<T>(items: T[], index: number, item: T): void {
  let at = items.length;
  items.push(item);
  for (; at > index; at--) items[at] = items[at - 1]!;
  items[index] = item;
}
