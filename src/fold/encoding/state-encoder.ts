/** Encodes a state to bytes. `state-tags.ts` describes the format. */
import { isInstance, isRefoldError, messageOf } from '../../core/errors.ts';
import { bytesOf } from '../binary.ts';
import { CapturedMap } from '../capture.ts';
import type { OrderedMap } from '../collections/ordered-map.ts';
import {
  IllegalValue,
  illegalValue,
  kindOf,
  type PathPart,
  refuseDepth,
  TYPED_ARRAYS,
  typedArrayTypeOf,
} from '../plain.ts';
import { stateRefused } from '../reduce.ts';
import { ByteWriter } from './byte-writer.ts';
import { Shapes } from './shapes.ts';
import * as tag from './state-tags.ts';

/** In bytes: about 0.2 ms of work, for callers that pause between chunks. */
const CHUNK_BYTES = 4 * 1024;

/**
 * Encodes a state, chunk by chunk. The state must not change until the caller has taken the last chunk.
 *
 * The encoder yields chunks while it walks through the members of top-level properties, so that it needs little memory
 * besides the state. It does not reuse the chunks: the caller may keep them.
 *
 * @param chunkBytes size of each chunk but the last
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is not plain data; `at` names the place
 */
export function* encodeState(state: object, chunkBytes: number = CHUNK_BYTES): Generator<Uint8Array, void, undefined> {
  try {
    yield* new StateEncoder(chunkBytes).encode(state);
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

class StateEncoder {
  readonly #out: ByteWriter;
  readonly #shapes = new Shapes();
  readonly #path: PathPart[] = [];

  constructor(chunkBytes: number) {
    this.#out = new ByteWriter(chunkBytes);
  }

  *encode(state: object): Generator<Uint8Array, void, undefined> {
    if (typeof state !== 'object' || state === null || kindOf(state) !== 'object')
      throw illegalValue(state, this.#path);
    this.#out.byte(tag.STATE_FORMAT);
    if (Object.getPrototypeOf(state) === null) this.#out.byte(tag.NO_PROTOTYPE);
    const keys = Object.keys(state);
    this.#head(tag.OBJECT, keys.length);
    for (const key of keys) {
      this.#value(key);
      this.#path.push(key);
      yield* this.#property((state as PlainObject)[key]);
      this.#path.pop();
    }
    yield* this.#out.finish();
  }

  /** Encodes a property of the root. For a collection it yields chunks between the members. */
  *#property(value: unknown): Generator<Uint8Array, void, undefined> {
    const kind = topLevelKind(value);
    if (kind === 'map' || kind === 'ordered-map') {
      const map = value as Map<unknown, unknown> | OrderedMap<unknown, unknown> | CapturedMap;
      this.#head(kind === 'map' ? tag.MAP : tag.ORDERED_MAP, map.size);
      for (const [key, item] of map) {
        this.#entry(key, item);
        if (this.#out.hasFull) yield* this.#out.takeFull();
      }
    } else if (kind === 'array') {
      const array = value as unknown[];
      this.#head(tag.ARRAY, array.length);
      for (let index = 0; index < array.length; index++) {
        this.#member(index, array[index]);
        if (this.#out.hasFull) yield* this.#out.takeFull();
      }
    } else this.#value(value);
    if (this.#out.hasFull) yield* this.#out.takeFull();
  }

  #value(value: unknown): void {
    this.#out.reserve();
    switch (typeof value) {
      case 'number':
        this.#number(value);
        break;
      case 'string':
        this.#string(value);
        break;
      case 'boolean':
        this.#out.byte(value ? tag.TRUE : tag.FALSE);
        break;
      case 'undefined':
        this.#out.byte(tag.UNDEFINED);
        break;
      case 'object':
        if (value === null) this.#out.byte(tag.NULL);
        else this.#object(value);
        break;
      case 'bigint':
        this.#bigint(value);
        break;
      default:
        throw illegalValue(value, this.#path);
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#out.byte(tag.FLOAT);
      this.#out.float(value);
    } else if (value < 0) this.#head(tag.NEGATIVE_INTEGER, -value);
    else if (value < tag.SMALL_INTEGER_LIMIT) this.#out.byte(tag.SMALL_INTEGER | value);
    else this.#head(tag.INTEGER, value);
  }

  #string(value: string): void {
    const { length } = value;
    if (length < tag.SHORT_STRING_LIMIT && this.#out.shortLatin1(tag.SHORT_STRING | length, value)) return;
    const unitBytes = isLatin1(value) ? 1 : 2;
    this.#head(unitBytes === 1 ? tag.LATIN1 : tag.UTF16, length);
    this.#out.text(value, unitBytes);
  }

  #bigint(value: bigint): void {
    const hex = (value < 0n ? -value : value).toString(16);
    const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
    this.#head(value < 0n ? tag.NEGATIVE_BIGINT : tag.BIGINT, magnitude.length);
    this.#out.bytes(magnitude);
  }

  #object(value: object): void {
    refuseDepth(this.#path);
    switch (kindOf(value)) {
      case 'object':
        this.#plainObject(value as PlainObject);
        break;
      case 'array':
        this.#array(value as unknown[]);
        break;
      case 'map':
        this.#map(value as Map<unknown, unknown>);
        break;
      case 'set':
        this.#set(value as Set<unknown>);
        break;
      case 'date':
        this.#out.byte(tag.DATE);
        this.#out.float(Date.prototype.getTime.call(value as Date));
        break;
      case 'bytes':
        this.#binary(value as ArrayBuffer | ArrayBufferView);
        break;
      default:
        throw illegalValue(value, this.#path);
    }
  }

  #plainObject(object: PlainObject): void {
    if (Object.getPrototypeOf(object) === null) this.#out.byte(tag.NO_PROTOTYPE);
    const keys = Object.keys(object);
    const shape = this.#shapes.find(keys, this.#path.length);
    if (shape !== undefined) this.#knownShape(shape.number);
    else if (this.#shapes.add(keys)) {
      this.#head(tag.NEW_SHAPE, keys.length);
      for (const key of keys) this.#value(key);
    } else {
      this.#dictionary(object, keys);
      return;
    }
    const values = Object.values(object);
    for (let index = 0; index < values.length; index++) this.#member(keys[index], values[index]);
  }

  #knownShape(number: number): void {
    if (number < tag.LOW_SHAPE_LIMIT) this.#out.byte(tag.LOW_SHAPE | number);
    else this.#head(tag.KNOWN_SHAPE, number);
  }

  #dictionary(object: PlainObject, keys: readonly string[]): void {
    this.#head(tag.OBJECT, keys.length);
    for (const key of keys) {
      this.#value(key);
      this.#member(key, object[key]);
    }
  }

  #array(array: readonly unknown[]): void {
    this.#head(tag.ARRAY, array.length);
    for (let index = 0; index < array.length; index++) this.#member(index, array[index]);
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#head(tag.MAP, map.size);
    for (const [key, value] of map) this.#entry(key, value);
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#head(tag.SET, set.size);
    let index = 0;
    for (const value of set) this.#member(index++, value);
  }

  #binary(value: ArrayBuffer | ArrayBufferView): void {
    const bytes = bytesOf(value);
    const type = ArrayBuffer.isView(value) ? typedArrayTypeOf(value) : undefined;
    if (!ArrayBuffer.isView(value)) this.#head(tag.ARRAY_BUFFER, bytes.length);
    else if (type === undefined) this.#head(tag.DATA_VIEW, bytes.length);
    else {
      this.#out.byte(tag.TYPED_ARRAY);
      this.#head(TYPED_ARRAYS.indexOf(type), bytes.length);
    }
    this.#out.bytes(bytes);
  }

  #entry(key: unknown, value: unknown): void {
    this.#path.push(key);
    this.#value(key);
    this.#value(value);
    this.#path.pop();
  }

  #member(part: PathPart, value: unknown): void {
    this.#path.push(part);
    this.#value(value);
    this.#path.pop();
  }

  /** Writes a tag, or another byte, and a varint. */
  #head(byte: number, count: number): void {
    this.#out.reserve();
    this.#out.byte(byte);
    this.#out.varint(count);
  }
}

function topLevelKind(value: unknown): ReturnType<typeof kindOf> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return value instanceof CapturedMap ? 'map' : kindOf(value);
}

/** Whether no UTF-16 unit is above 255. */
function isLatin1(text: string): boolean {
  return /^[\0-\xff]*$/.test(text);
}
