/** The nodes of a counted tree: leaves and inner nodes, shared between trees, copied before they change, and merged. */

/** Two neighbours that have at most this many keys or children together become one. */
const MERGED = 24;

/** One class for leaves and inner nodes: V8 reads fields of one shape fastest. */
export class Node<K, V> {
  /** A leaf's keys; an inner node's separators: child `i + 1` holds the keys from `keys[i]` on. */
  keys: K[];
  /** A leaf's values. Empty for an inner node. */
  values: V[];
  /** Undefined for a leaf. */
  children: Node<K, V>[] | undefined;
  /** The number of entries below each child. Empty for a leaf. */
  sizes: number[];
  /** The number of entries below. */
  size: number;
  /** Whether another tree may use this node as well: then it is not changed any more. */
  isShared = false;

  constructor(keys: K[], values: V[], children: Node<K, V>[] | undefined, sizes: number[], size: number) {
    this.keys = keys;
    this.values = values;
    this.children = children;
    this.sizes = sizes;
    this.size = size;
  }
}

/** Of all leaves: never changed. */
const NO_SIZES: number[] = [];

export function leaf<K, V>(keys: K[], values: V[]): Node<K, V> {
  return new Node<K, V>(keys, values, undefined, NO_SIZES, keys.length);
}

export function inner<K, V>(keys: K[], children: Node<K, V>[]): Node<K, V> {
  const sizes = children.map((child) => child.size);
  const size = sizes.reduce((sum, each) => sum + each, 0);
  return new Node<K, V>(keys, [], children, sizes, size);
}

/** The node itself, or a copy if another tree uses it. */
export function owned<K, V>(node: Node<K, V>): Node<K, V> {
  if (!node.isShared) return node;
  const { keys, values, children, sizes, size } = node;
  if (children === undefined) return new Node(keys.slice(), values.slice(), undefined, sizes, size);
  for (const child of children) child.isShared = true;
  return new Node<K, V>(keys.slice(), values, children.slice(), sizes.slice(), size);
}

export function ownedChild<K, V>(children: Node<K, V>[], at: number): Node<K, V> {
  const child = children[at]!;
  return child.isShared ? (children[at] = owned(child)) : child;
}

export function dropChild<K, V>(node: Node<K, V>, at: number): void {
  node.children!.splice(at, 1);
  node.sizes.splice(at, 1);
  node.keys.splice(Math.max(at - 1, 0), 1);
}

export function canMerge<K, V>(left: Node<K, V>, right: Node<K, V>): boolean {
  return widthOf(left) + widthOf(right) <= MERGED;
}

function widthOf<K, V>({ keys, children }: Node<K, V>): number {
  return children === undefined ? keys.length : children.length;
}

/** Moves everything from the child after `at` into the child at `at`. */
export function mergeChildren<K, V>(node: Node<K, V>, at: number): void {
  const left = ownedChild(node.children!, at);
  const right = ownedChild(node.children!, at + 1); // owned: its children know then who else uses them
  if (left.children !== undefined) {
    left.keys.push(node.keys[at]!);
    left.children.push(...right.children!);
    left.sizes.push(...right.sizes);
  } else left.values.push(...right.values);
  left.keys.push(...right.keys);
  left.size += right.size;
  node.sizes[at] = left.size;
  node.children!.splice(at + 1, 1);
  node.sizes.splice(at + 1, 1);
  node.keys.splice(at, 1);
}

export function firstOf<K, V>(node: Node<K, V>): [K, V] {
  let first = node;
  while (first.children !== undefined) first = first.children[0]!;
  return [first.keys[0]!, first.values[0]!];
}

export function lastOf<K, V>(node: Node<K, V>): [K, V] {
  let last = node;
  while (last.children !== undefined) last = last.children.at(-1)!;
  return [last.keys.at(-1)!, last.values.at(-1)!];
}
