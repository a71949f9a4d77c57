/** The role of a store, and who is told when it changes. */
import { letGo } from '../../core/let-go.ts';
import { warnOf } from '../calls/warn.ts';

/** `writer`: the store takes commands. `replica`: it follows what another process writes, or only reads. */
export type StoreRole = 'writer' | 'replica';

export class RoleListeners {
  readonly #owner: object;
  readonly #listeners = new Set<(role: StoreRole) => unknown>();

  /** @param owner whose warning it is when a listener fails */
  constructor(owner: object) {
    this.#owner = owner;
  }

  /** Returns the function that ends it. */
  add(listener: (role: StoreRole) => unknown): () => void {
    // Wrapped: the same function added twice is told twice.
    const own = (role: StoreRole): unknown => listener(role);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells all of them. A listener may throw anything. */
  tell(role: StoreRole): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) this.#tellOne(listener, role);
  }

  clear(): void {
    this.#listeners.clear();
  }

  #tellOne(listener: (role: StoreRole) => unknown, role: StoreRole): void {
    const warn = (error: unknown): void => warnOf(this.#owner, 'RefoldListenerWarning', error);
    try {
      letGo(listener(role), warn);
    } catch (error) {
      warn(error);
    }
  }
}
