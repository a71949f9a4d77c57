/**
 * The shapes that an encoder has seen. A shape is a list of keys. Shapes are numbered in the order of their first use.
 *
 * States hold many objects of few shapes, so most objects take one byte plus their values.
 */
import { SHAPE_KEYS, SHAPES } from './state-tags.ts';

interface Node {
  readonly next: Map<string, Node>;
  shape: Shape | undefined;
}

export interface Shape {
  readonly number: number;
  readonly keys: readonly string[];
}

export class Shapes {
  readonly #root: Node = { next: new Map(), shape: undefined };
  #count = 0;
  /** The last shape at each depth. The next object there usually has the same shape. */
  readonly #recent: (Shape | undefined)[] = [];

  /** The known shape of an object with these keys, at this depth of the state. */
  find(keys: readonly string[], depth: number): Shape | undefined {
    const recent = this.#recent[depth];
    if (recent !== undefined && sameKeys(recent.keys, keys)) return recent;
    const found = keys.length > SHAPE_KEYS ? undefined : this.#walk(keys, false)?.shape;
    this.#recent[depth] = found;
    return found;
  }

  /** Gives the keys a number. False when there are too many keys or too many shapes. */
  add(keys: readonly string[]): boolean {
    if (keys.length > SHAPE_KEYS || this.#count >= SHAPES) return false;
    this.#walk(keys, true)!.shape = { number: this.#count++, keys };
    return true;
  }

  #walk(keys: readonly string[], grow: boolean): Node | undefined {
    let node = this.#root;
    for (const key of keys) {
      let next = node.next.get(key);
      if (next === undefined) {
        if (!grow) return undefined;
        next = { next: new Map(), shape: undefined };
        node.next.set(key, next);
      }
      node = next;
    }
    return node;
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
