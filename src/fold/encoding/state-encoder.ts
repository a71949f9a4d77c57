/** Encodes a state to bytes. `state-tags.ts` describes the format. */
import type { Comparators } from '../../core/comparators.ts';
import { isInstance, isRefoldError, messageOf } from '../../core/errors.ts';
import { type CapturedMaps, mapsOf } from '../capture.ts';
import type { Deque } from '../collections/deque.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import { IllegalValue, illegalValue, kindOf, type PathPart, refuseDepth, requireNamed } from '../plain.ts';
import { stateRefused } from '../reduce.ts';
import { LeafWriter } from './leaf-writer.ts';
import { Shapes } from './shapes.ts';
import * as tag from './state-tags.ts';

/** In bytes: about 0.2 ms of work, for callers that pause between chunks. */
const CHUNK_BYTES = 4 * 1024;

/**
 * Encodes a state, chunk by chunk. The state must not change until the caller has taken the last chunk.
 *
 * The encoder yields a chunk as soon as it is full, wherever in the state it is then. So it needs little memory besides
 * the state, and the caller may pause between any two chunks. The caller may keep the chunks: they are not reused.
 *
 * @param chunkBytes size of each chunk but the last
 * @param comparators those of the model. Default: those of all models of this process
 * @returns the format of a snapshot with this state
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is not plain data; `at` names the place
 */
export function* encodeState(
  state: object,
  chunkBytes: number = CHUNK_BYTES,
  comparators?: Comparators,
): Generator<Uint8Array, number, undefined> {
  try {
    const encoder = new StateEncoder(chunkBytes, comparators);
    yield* encoder.encode(state);
    return encoder.format;
  } catch (error) {
    if (isRefoldError(error)) throw error;
    throw stateRefused(isInstance(error, IllegalValue) ? error : unreadable(error));
  }
}

/** For instance a proxy that throws. The direct fold does not stop a reducer from putting it into the state. */
function unreadable(error: unknown): IllegalValue {
  return new IllegalValue(`something that cannot be read: ${messageOf(error)}`, []);
}

type PlainObject = Record<string, unknown>;

/**
 * What is left of a value when a chunk became full inside it. It yields the full chunks and encodes the rest.
 *
 * Encoding a value is an ordinary call as long as no chunk is full. Only then each container on the way up returns its
 * rest, which continues with the next member. A generator for each value would be several times slower.
 */
type Rest = Generator<Uint8Array, void, undefined> | undefined;

/** Why the members of a container stopped: a chunk is full after one of them, or inside it. Undefined at their end. */
type Stop = typeof DUE | Rest;

const DUE: unique symbol = Symbol('due');

class StateEncoder {
  /** The format of a snapshot with what was encoded so far. */
  format: number = tag.STATE_FORMAT;
  readonly #out: LeafWriter;
  readonly #comparators: Comparators | undefined;
  /** What its Maps held, for a state that was captured and whose Maps change meanwhile. */
  #captured: CapturedMaps | undefined;
  readonly #shapes = new Shapes();
  readonly #path: PathPart[] = [];
  /** The index of the member at which an object or an array stopped last. */
  #stoppedAt = 0;
  /** More than 0 inside the key of an entry. Keys are small: they are encoded without a pause. */
  #keys = 0;

  constructor(chunkBytes: number, comparators: Comparators | undefined) {
    this.#out = new LeafWriter(chunkBytes);
    this.#comparators = comparators;
  }

  *encode(state: object): Generator<Uint8Array, void, undefined> {
    if (typeof state !== 'object' || state === null || kindOf(state) !== 'object')
      throw illegalValue(state, this.#path);
    this.#captured = mapsOf(state);
    this.#out.byte(tag.STATE_FORMAT);
    if (Object.getPrototypeOf(state) === null) this.#out.byte(tag.NO_PROTOTYPE);
    const keys = Object.keys(state);
    this.#out.head(tag.OBJECT, keys.length);
    for (const key of keys) {
      this.#value(key);
      this.#path.push(key);
      const rest = this.#property((state as PlainObject)[key]);
      if (rest !== undefined) yield* rest;
      this.#path.pop();
      if (this.#out.hasFull) yield* this.#out.takeFull();
    }
    yield* this.#out.finish();
  }

  /** A property of the root. Only here an OrderedMap can stand whose comparator has no name. */
  #property(value: unknown): Rest {
    if (value instanceof OrderedMap && kindOf(value) === 'ordered-map') return this.#orderedTable(value);
    return this.#value(value);
  }

  #value(value: unknown): Rest {
    this.#out.reserve();
    switch (typeof value) {
      case 'number':
        this.#out.number(value);
        break;
      case 'string':
        this.#out.string(value);
        break;
      case 'boolean':
        this.#out.byte(value ? tag.TRUE : tag.FALSE);
        break;
      case 'undefined':
        this.#out.byte(tag.UNDEFINED);
        break;
      case 'object':
        if (value !== null) return this.#object(value);
        this.#out.byte(tag.NULL);
        break;
      case 'bigint':
        this.#out.bigint(value);
        break;
      default:
        throw illegalValue(value, this.#path);
    }
    return undefined;
  }

  #object(value: object): Rest {
    refuseDepth(this.#path);
    switch (kindOf(value)) {
      case 'object':
        return this.#plainObject(value as PlainObject);
      case 'array':
        return this.#array(value as unknown[]);
      case 'map':
        return this.#map(value as Map<unknown, unknown>);
      case 'ordered-map':
        return this.#namedTable(value as OrderedMap<unknown, unknown>);
      case 'set':
        return this.#list(tag.SET, value as Set<unknown>);
      case 'deque':
        this.format = tag.COLLECTIONS_FORMAT;
        return this.#list(tag.DEQUE, value as Deque<unknown>);
      case 'date':
        this.#out.byte(tag.DATE);
        this.#out.float(Date.prototype.getTime.call(value as Date));
        return undefined;
      case 'bytes':
        this.#out.binary(value as ArrayBuffer | ArrayBufferView);
        return undefined;
      default:
        throw illegalValue(value, this.#path);
    }
  }

  #plainObject(object: PlainObject): Rest {
    if (Object.getPrototypeOf(object) === null) this.#out.byte(tag.NO_PROTOTYPE);
    const keys = Object.keys(object);
    const shape = this.#shapes.find(keys, this.#path.length);
    if (shape !== undefined) this.#knownShape(shape.number);
    else if (this.#shapes.add(keys)) {
      this.#out.head(tag.NEW_SHAPE, keys.length);
      for (const key of keys) this.#value(key);
    } else {
      this.#out.head(tag.OBJECT, keys.length);
      return this.#pairs(Object.entries(object).values());
    }
    return this.#members(keys, Object.values(object));
  }

  #knownShape(number: number): void {
    if (number < tag.LOW_SHAPE_LIMIT) this.#out.byte(tag.LOW_SHAPE | number);
    else this.#out.head(tag.KNOWN_SHAPE, number);
  }

  #array(array: readonly unknown[]): Rest {
    this.#out.head(tag.ARRAY, array.length);
    return this.#members(undefined, array);
  }

  #namedTable(map: OrderedMap<unknown, unknown>): Rest {
    this.format = tag.COLLECTIONS_FORMAT;
    const name = requireNamed(map, this.#path, this.#comparators);
    this.#out.byte(tag.NAMED_ORDERED_MAP);
    this.#value(name);
    this.#out.reserve();
    this.#out.varint(map.size);
    return this.#pairs(map.entries());
  }

  #orderedTable(map: OrderedMap<unknown, unknown>): Rest {
    this.#out.head(tag.ORDERED_MAP, map.size);
    return this.#pairs(map.entries());
  }

  #map(map: ReadonlyMap<unknown, unknown>): Rest {
    this.#out.head(tag.MAP, this.#captured?.sizeOf(map) ?? map.size);
    return this.#pairs(this.#captured?.entriesOf(map) ?? map.entries());
  }

  #list(byte: number, items: Iterable<unknown> & { readonly size: number }): Rest {
    this.#out.head(byte, items.size);
    return this.#items(items[Symbol.iterator]());
  }

  /** The members of an object or an array. */
  #members(keys: readonly string[] | undefined, values: readonly unknown[]): Rest {
    const stop = this.#runMembers(keys, values, 0);
    if (stop === undefined) return undefined;
    let at = this.#stoppedAt;
    const again = (): Stop => {
      const next = this.#runMembers(keys, values, at + 1);
      at = this.#stoppedAt;
      return next;
    };
    return this.#restAfter(stop, again);
  }

  #runMembers(keys: readonly string[] | undefined, values: readonly unknown[], from: number): Stop {
    for (let index = from; index < values.length; index++) {
      this.#path.push(keys === undefined ? index : keys[index]);
      const rest = this.#value(values[index]);
      if (rest !== undefined || this.#isDue()) {
        this.#stoppedAt = index;
        return rest ?? DUE;
      }
      this.#path.pop();
    }
    return undefined;
  }

  #items(items: Iterator<unknown>): Rest {
    let index = 0;
    const again = (): Stop => {
      for (let step = items.next(); step.done !== true; step = items.next()) {
        this.#path.push(index++);
        const rest = this.#value(step.value);
        if (rest !== undefined || this.#isDue()) return rest ?? DUE;
        this.#path.pop();
      }
      return undefined;
    };
    const stop = again();
    return stop && this.#restAfter(stop, again);
  }

  #pairs(pairs: Iterator<[unknown, unknown]>): Rest {
    const stop = this.#runPairs(pairs);
    return stop && this.#restAfter(stop, () => this.#runPairs(pairs));
  }

  #runPairs(pairs: Iterator<[unknown, unknown]>): Stop {
    for (let step = pairs.next(); step.done !== true; step = pairs.next()) {
      const [key, value] = step.value;
      this.#path.push(key);
      this.#keys++;
      this.#value(key);
      this.#keys--;
      const rest = this.#value(value);
      if (rest !== undefined || this.#isDue()) return rest ?? DUE;
      this.#path.pop();
    }
    return undefined;
  }

  /**
   * What is left of a container whose members stopped.
   *
   * @param again encodes the members after that one, until they stop again or end
   */
  *#restAfter(first: NonNullable<Stop>, again: () => Stop): NonNullable<Rest> {
    for (let stop: Stop = first; stop !== undefined; stop = again()) {
      if (stop !== DUE) yield* stop;
      this.#path.pop(); // the member at which it stopped
      if (this.#out.hasFull) yield* this.#out.takeFull();
    }
  }

  /** Whether a chunk is full, and this is a place to pause. */
  #isDue(): boolean {
    return this.#out.hasFull && this.#keys === 0;
  }
}
