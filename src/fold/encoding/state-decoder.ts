/** Decodes a state from bytes. `state-tags.ts` describes the format. */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { typedArrayOf } from '../binary.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import { setMember } from '../members.ts';
import { MAX_STATE_DEPTH, TYPED_ARRAYS } from '../plain.ts';
import { ByteReader, DamagedBytes } from './byte-reader.ts';
import * as tag from './state-tags.ts';

/**
 * Decodes the result of `encodeState`. Chunks may have any size.
 *
 * @param initial gives the comparators of its top-level OrderedMaps; it is not changed
 * @throws RefoldError `LOG_CORRUPT` when the bytes are not an encoded state; `FORMAT_TOO_NEW`; `MODEL_MISMATCH` when
 * they hold an OrderedMap that `initial` lacks. An error of `chunks` is thrown unchanged
 */
export function decodeState<State extends object>(chunks: Iterable<Uint8Array>, initial: State): State {
  const steps = decodeInSteps(chunks, initial);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Like `decodeState`, but pauses after every few entries of a top-level collection. Returns the state at the end. */
export function* decodeInSteps<State extends object>(
  chunks: Iterable<Uint8Array>,
  initial: State,
): Generator<undefined, State, undefined> {
  const bytes = new ByteReader(chunks);
  try {
    return (yield* new StateDecoder(bytes, initial as PlainObject).decode()) as State;
  } catch (error) {
    if (isRefoldError(error) || (error !== undefined && error === bytes.sourceError)) throw error;
    throw new RefoldError('LOG_CORRUPT', `Cannot decode the state: ${messageOf(error)}, near byte ${bytes.offset}`, {
      hint: 'Use another snapshot, or fold the log from its beginning',
      cause: error,
    });
  } finally {
    bytes.close();
  }
}

type PlainObject = Record<string, unknown>;

/** The number of entries between two pauses. Small entries take well under 1 ms. */
const ENTRIES_PER_STEP = 512;

class StateDecoder {
  readonly #in: ByteReader;
  readonly #initial: PlainObject;
  readonly #shapes: string[][] = [];
  #depth = 0;

  constructor(bytes: ByteReader, initial: PlainObject) {
    this.#in = bytes;
    this.#initial = initial;
  }

  *decode(): Generator<undefined, object, undefined> {
    this.#requireFormat(this.#in.byte());
    const first = this.#in.byte();
    const root: PlainObject = first === tag.NO_PROTOTYPE ? Object.create(null) : {};
    if ((first === tag.NO_PROTOTYPE ? this.#in.byte() : first) !== tag.OBJECT)
      throw new DamagedBytes('the root is not an object');
    const count = this.#in.varint();
    for (let index = 0; index < count; index++) {
      const key = this.#key();
      setMember(root, key, yield* this.#property(key));
    }
    requireDistinct(Object.keys(root).length, count);
    if (!this.#in.isAtEnd) throw new DamagedBytes('there are more bytes than a state');
    return root;
  }

  #requireFormat(format: number): void {
    if (format === tag.STATE_FORMAT) return;
    if (format < tag.STATE_FORMAT) throw new DamagedBytes('they do not begin as a state does');
    throw new RefoldError(
      'FORMAT_TOO_NEW',
      `Cannot decode the state: its format is ${format}, this release knows ${tag.STATE_FORMAT}`,
      {
        hint: 'Use a newer release of refold, or fold the log from its beginning',
      },
    );
  }

  /** Decodes a property of the root. Only here can an OrderedMap appear, and only here are collections large. */
  *#property(key: string): Generator<undefined, unknown, undefined> {
    const first = this.#in.byte();
    switch (first) {
      case tag.ORDERED_MAP:
        return yield* this.#fill(this.#orderedMap(key));
      case tag.MAP:
        return yield* this.#fill(new Map());
      case tag.ARRAY:
        return yield* this.#longArray();
      default:
        return this.#tagged(first);
    }
  }

  *#fill<Table extends Map<unknown, unknown> | OrderedMap<unknown, unknown>>(
    table: Table,
  ): Generator<undefined, Table, undefined> {
    this.#enter();
    const count = this.#in.varint();
    for (let index = 1; index <= count; index++) {
      table.set(this.#value(), this.#value());
      if (index % ENTRIES_PER_STEP === 0) yield;
    }
    this.#depth--;
    requireDistinct(table.size, count);
    return table;
  }

  *#longArray(): Generator<undefined, unknown[], undefined> {
    this.#enter();
    const array: unknown[] = [];
    for (let left = this.#in.varint(); left > 0; left--) {
      array.push(this.#value());
      if (left % ENTRIES_PER_STEP === 0) yield;
    }
    this.#depth--;
    return array;
  }

  #orderedMap(key: string): OrderedMap<unknown, unknown> {
    const initial = Object.hasOwn(this.#initial, key) ? this.#initial[key] : undefined;
    if (!(initial instanceof OrderedMap)) {
      throw new RefoldError(
        'MODEL_MISMATCH',
        `Cannot decode the state: ${key} is an OrderedMap, but not in the model's initial state`,
        {
          at: key,
          hint: 'Create every OrderedMap in initialState: its comparator comes from there',
        },
      );
    }
    return new OrderedMap<unknown, unknown>(initial.compare);
  }

  #value(): unknown {
    return this.#tagged(this.#in.byte());
  }

  #tagged(first: number): unknown {
    if (first >= tag.SMALL_INTEGER) return first - tag.SMALL_INTEGER;
    if (first >= tag.LOW_SHAPE) return this.#shaped(first - tag.LOW_SHAPE, {});
    if (first >= tag.SHORT_STRING) return this.#in.latin1(first - tag.SHORT_STRING);
    switch (first) {
      case tag.NULL:
        return null;
      case tag.UNDEFINED:
        return undefined;
      case tag.FALSE:
        return false;
      case tag.TRUE:
        return true;
      case tag.INTEGER:
        return this.#in.varint();
      case tag.NEGATIVE_INTEGER:
        return -this.#in.varint();
      case tag.FLOAT:
        return this.#in.float();
      case tag.BIGINT:
        return this.#bigint();
      case tag.NEGATIVE_BIGINT:
        return -this.#bigint();
      case tag.LATIN1:
        return this.#in.latin1(this.#in.varint());
      case tag.UTF16:
        return this.#in.utf16(this.#in.varint());
      case tag.DATE:
        return new Date(this.#in.float());
      case tag.ARRAY_BUFFER:
        return this.#bytes(this.#in.varint());
      case tag.DATA_VIEW:
        return new DataView(this.#bytes(this.#in.varint()));
      case tag.TYPED_ARRAY:
        return this.#typedArray();
      default:
        return this.#collection(first);
    }
  }

  #collection(first: number): object {
    switch (first) {
      case tag.ARRAY:
        return this.#array();
      case tag.MAP:
        return this.#map();
      case tag.SET:
        return this.#set();
      case tag.NO_PROTOTYPE:
        return this.#object(this.#in.byte(), Object.create(null) as PlainObject);
      default:
        return this.#object(first, {});
    }
  }

  #object(first: number, into: PlainObject): object {
    if (first >= tag.LOW_SHAPE && first < tag.SMALL_INTEGER) return this.#shaped(first - tag.LOW_SHAPE, into);
    switch (first) {
      case tag.KNOWN_SHAPE:
        return this.#shaped(this.#in.varint(), into);
      case tag.NEW_SHAPE:
        return this.#shaped(this.#newShape(), into);
      case tag.OBJECT:
        return this.#dictionary(into);
      default:
        throw new DamagedBytes(`the tag ${first} has no meaning here`);
    }
  }

  #newShape(): number {
    const count = this.#in.varint();
    if (count > tag.SHAPE_KEYS || this.#shapes.length >= tag.SHAPES) throw new DamagedBytes('a shape is too large');
    const keys = Array.from({ length: count }, () => this.#key());
    requireDistinct(new Set(keys).size, count);
    return this.#shapes.push(keys) - 1;
  }

  #shaped(number: number, into: PlainObject): object {
    const keys = this.#shapes[number];
    if (keys === undefined) throw new DamagedBytes('a shape is not known');
    this.#enter();
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      if (key === '__proto__') setMember(into, key, this.#value());
      else into[key] = this.#value();
    }
    this.#depth--;
    return into;
  }

  #dictionary(into: PlainObject): object {
    this.#enter();
    const count = this.#in.varint();
    for (let index = 0; index < count; index++) setMember(into, this.#key(), this.#value());
    this.#depth--;
    requireDistinct(Object.keys(into).length, count);
    return into;
  }

  #array(): object {
    this.#enter();
    const array: unknown[] = [];
    for (let left = this.#in.varint(); left > 0; left--) array.push(this.#value());
    this.#depth--;
    return array;
  }

  #map(): object {
    this.#enter();
    const map = new Map<unknown, unknown>();
    const count = this.#in.varint();
    for (let index = 0; index < count; index++) map.set(this.#value(), this.#value());
    this.#depth--;
    requireDistinct(map.size, count);
    return map;
  }

  #set(): object {
    this.#enter();
    const set = new Set<unknown>();
    const count = this.#in.varint();
    for (let index = 0; index < count; index++) set.add(this.#value());
    this.#depth--;
    requireDistinct(set.size, count);
    return set;
  }

  #bigint(): bigint {
    const magnitude = this.#in.bytes(this.#in.varint());
    return BigInt(`0x${Buffer.from(magnitude).reverse().toString('hex')}`);
  }

  #bytes(size: number): ArrayBuffer {
    return new Uint8Array(this.#in.bytes(size)).buffer;
  }

  #typedArray(): ArrayBufferView {
    const type = TYPED_ARRAYS[this.#in.byte()];
    if (type === undefined) throw new DamagedBytes('the type of an array is not known');
    return typedArrayOf(type, this.#in.bytes(this.#in.varint()));
  }

  #key(): string {
    const key = this.#value();
    if (typeof key !== 'string') throw new DamagedBytes('a key is not a string');
    return key;
  }

  #enter(): void {
    if (++this.#depth > MAX_STATE_DEPTH) throw new DamagedBytes('they are nested too deeply');
  }
}

/** Duplicate keys are damage, because one would hide the other. */
function requireDistinct(distinct: number, count: number): void {
  if (distinct !== count) throw new DamagedBytes('a key appears twice');
}
