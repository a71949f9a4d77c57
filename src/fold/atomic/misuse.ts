/**
 * How the draft of a collection answers those who look past its methods.
 *
 * Such a draft behaves as the Map or Set that it stands for, but it is not one: its entries are not where the engine of the
 * language looks for them. Whoever clones or compares values by their inside would get an empty collection, or another
 * answer than on replay. So they get an error that names the draft.
 */

/** Structured cloning refuses a weak reference, where it would copy any other object's members, and here there are none. */
export const Uncloneable: new () => object = class extends WeakRef<object> {
  constructor() {
    super(ANYTHING);
  }
};

const ANYTHING: object = {};

/** Libraries that compare or clone ask a value for its constructor before they look inside. */
export function refuseConstructor(prototype: object, kind: string): void {
  Object.defineProperty(prototype, 'constructor', {
    get(): never {
      throw new TypeError(
        `this is the draft of a ${kind}, which cannot be cloned or compared: pass plain(draft) instead`,
      );
    },
    configurable: true,
  });
}
