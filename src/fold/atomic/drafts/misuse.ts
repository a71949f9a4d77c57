/**
 * How the draft of a collection reacts to code that bypasses its methods.
 *
 * Such a draft behaves like a Map or Set, but its entries are not in the internal slots of one. Code that clones or
 * compares values through these slots would see an empty collection, or get another result than on replay. So it gets
 * an error that names the draft.
 */
import type { DraftScope } from '../scope.ts';

/** The error for a change of a draft after the end of its event. */
export function isOver(): TypeError {
  return new TypeError('this draft belongs to an earlier event');
}

/** Structured cloning refuses a WeakRef. It would silently clone any other object without members. */
export const Uncloneable: new () => object = class extends WeakRef<object> {
  constructor() {
    super(ANYTHING);
  }
};

const ANYTHING: object = {};

/**
 * Makes reading `constructor` throw. Libraries that compare or clone read a value's constructor before its content.
 *
 * @param scopeOf returns the scope of a draft, or undefined for any other object with this prototype
 */
export function refuseConstructor<D extends object>(
  prototype: D,
  kind: string,
  scopeOf: (draft: D) => DraftScope | undefined,
): void {
  Object.defineProperty(prototype, 'constructor', {
    get(this: D): never {
      const what = `this is the draft of a ${kind}, which cannot be cloned or compared: pass plain(draft) instead`;
      const error = new TypeError(what);
      scopeOf(this)?.refuse(error);
      throw error;
    },
    configurable: true,
  });
}
