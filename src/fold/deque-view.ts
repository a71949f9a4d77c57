/** The Deque of a view: it reads the Deque of the state, and refuses every write. */
import { Deque } from './collections/deque.ts';
import type { Viewing } from './view.ts';

const { at } = Deque.prototype;
const sizeOf = Object.getOwnPropertyDescriptor(Deque.prototype, 'size')!.get!;

/** A subclass, so that a reader may ask `instanceof`. The other methods that read go through `size` and `at`. */
export class DequeView extends Deque<unknown> {
  readonly #source: Deque<unknown>;
  readonly #viewing: Viewing;

  constructor(source: Deque<unknown>, viewing: Viewing) {
    super();
    this.#source = source;
    this.#viewing = viewing;
  }

  override get size(): number {
    this.#viewing.require();
    return sizeOf.call(this.#source) as number;
  }

  override at(index: number): unknown {
    this.#viewing.require();
    return this.#viewing.handOut(at.call(this.#source, index));
  }

  override set(): never {
    return this.#viewing.refuseWrite();
  }

  override push(): never {
    return this.#viewing.refuseWrite();
  }

  override pop(): never {
    return this.#viewing.refuseWrite();
  }

  override unshift(): never {
    return this.#viewing.refuseWrite();
  }

  override shift(): never {
    return this.#viewing.refuseWrite();
  }

  override insert(): never {
    return this.#viewing.refuseWrite();
  }

  override delete(): never {
    return this.#viewing.refuseWrite();
  }

  override truncate(): never {
    return this.#viewing.refuseWrite();
  }

  override clear(): never {
    return this.#viewing.refuseWrite();
  }
}
