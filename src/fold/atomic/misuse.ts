/**
 * How the draft of a collection answers those who look past its methods.
 *
 * Such a draft behaves as the Map or Set that it stands for, but it is not one: its entries are not where the engine of the
 * language looks for them. Whoever clones or compares values by their inside would get an empty collection, or another
 * answer than on replay. So they get an error that names the draft.
 */
import type { DraftScope } from './scope.ts';

/** The refusal of what a draft of an event that is over is asked to do. */
export function isOver(): TypeError {
  return new TypeError('this is the draft of an event that is over');
}

/** Structured cloning refuses a weak reference, where it would copy any other object's members, and here there are none. */
export const Uncloneable: new () => object = class extends WeakRef<object> {
  constructor() {
    super(ANYTHING);
  }
};

const ANYTHING: object = {};

/**
 * Libraries that compare or clone ask a value for its constructor before they look inside.
 *
 * @param scopeOf gives the scope of a draft, or undefined for anything else that has this prototype
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
