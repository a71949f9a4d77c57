/** The engine's copy of a command's input, for a command that has to wait for its turn. */

export interface CopiedInput {
  readonly copy: unknown;
  /** How many bytes the copy keeps in memory, roughly. */
  readonly bytes: number;
}

/**
 * Copies what a schema gave: plain objects, arrays, Maps, Sets, Dates and buffers, at any depth, cycles included. Later
 * changes by the caller do not reach the copy. Other values, such as functions and instances of the application's classes,
 * cannot be copied without knowing them. They are kept as they are.
 */
export function copyInput(input: unknown): CopiedInput {
  const copier = new Copier();
  return { copy: copier.copy(input), bytes: copier.bytes };
}

/** Bytes of a value besides its text, roughly. */
const VALUE_BYTES = 16;

class Copier {
  bytes = 0;
  readonly #copies = new Map<object, unknown>();

  copy(value: unknown): unknown {
    this.bytes += VALUE_BYTES;
    if (typeof value === 'string') this.bytes += value.length;
    if (typeof value !== 'object' || value === null) return value;
    return this.#copies.get(value) ?? this.#copyObject(value);
  }

  #copyObject(value: object): unknown {
    if (ArrayBuffer.isView(value)) return this.#copyBuffer(value);
    const prototype = Object.getPrototypeOf(value);
    switch (prototype) {
      case null:
      case Object.prototype:
        return this.#copyPlain(value, prototype);
      case Array.prototype:
        return this.#copyArray(value as readonly unknown[]);
      case Map.prototype:
        return this.#copyMap(value as ReadonlyMap<unknown, unknown>);
      case Set.prototype:
        return this.#copySet(value as ReadonlySet<unknown>);
      case Date.prototype:
        return new Date(value as Date);
      case ArrayBuffer.prototype:
        return this.#copyBuffer(value as ArrayBuffer);
      default:
        return value;
    }
  }

  #copyArray(value: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    this.#copies.set(value, copy);
    for (const item of value) copy.push(this.copy(item));
    return copy;
  }

  #copyMap(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const copy = new Map();
    this.#copies.set(value, copy);
    for (const [key, item] of value) copy.set(this.copy(key), this.copy(item));
    return copy;
  }

  #copySet(value: ReadonlySet<unknown>): Set<unknown> {
    const copy = new Set();
    this.#copies.set(value, copy);
    for (const item of value) copy.add(this.copy(item));
    return copy;
  }

  #copyBuffer(value: ArrayBuffer | ArrayBufferView): unknown {
    this.bytes += value.byteLength;
    if (Buffer.isBuffer(value)) return Buffer.from(value);
    return structuredClone(value);
  }

  #copyPlain(value: object, prototype: object | null): object {
    const copy: object = Object.create(prototype);
    this.#copies.set(value, copy);
    // Defined and not assigned: __proto__ may be a key here.
    for (const [key, item] of Object.entries(value)) {
      Object.defineProperty(copy, key, {
        value: this.copy(item),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return copy;
  }
}
