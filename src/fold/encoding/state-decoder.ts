/** Decodes a state from bytes. `state-tags.ts` describes the format. */
import type { Comparators } from '../../core/comparators.ts';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { shortened } from '../../core/nearest.ts';
import { comparatorOf } from '../collections/comparators.ts';
import { Deque } from '../collections/deque.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import { setMember } from '../members.ts';
import { MAX_STATE_DEPTH } from '../plain.ts';
import { DamagedBytes } from './byte-reader.ts';
import {
  FILL_ARRAY,
  FILL_DEQUE,
  FILL_DICTIONARY,
  FILL_SET,
  FILL_TABLE,
  type Filling,
  type PlainObject,
  requireDistinct,
} from './filling.ts';
import { LeafReader, NOT_A_LEAF } from './leaf-reader.ts';
import * as tag from './state-tags.ts';

/**
 * Decodes the result of `encodeState`. Chunks may have any size.
 *
 * @param initial gives the comparators of its top-level OrderedMaps; it is not changed
 * @param comparators those of the model, for OrderedMaps below the top level
 * @throws RefoldError `LOG_CORRUPT` when the bytes are not an encoded state; `FORMAT_TOO_NEW`; `MODEL_MISMATCH` when
 * they hold an OrderedMap that `initial` lacks, or one whose comparator the model does not name. An error of `chunks`
 * is thrown unchanged
 */
export function decodeState<State extends object>(
  chunks: Iterable<Uint8Array>,
  initial: State,
  comparators?: Comparators,
): State {
  const steps = decodeInSteps(chunks, initial, comparators);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Like `decodeState`, but pauses after every few members of any collection. Returns the state at the end. */
export function* decodeInSteps<State extends object>(
  chunks: Iterable<Uint8Array>,
  initial: State,
  comparators: Comparators = {},
): Generator<undefined, State, undefined> {
  const bytes = new LeafReader(chunks);
  try {
    return (yield* new StateDecoder(bytes, initial as PlainObject, comparators).decode()) as State;
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

/** The number of members between two pauses. Small members take well under 1 ms. */
const MEMBERS_PER_STEP = 512;

/** What is left of a value when a pause was due inside it. It returns the value. */
type Rest = Generator<undefined, unknown, undefined>;

/** Where the filling of a collection stopped. */
interface Stop {
  /** How many members are left, the one included that is not complete. */
  readonly left: number;
  /** The key of the member that is not complete. */
  readonly key: unknown;
  /** What is left of the value of that member. */
  readonly rest: Rest | undefined;
}

/**
 * Decoding a value is an ordinary call as long as no pause is due. Only then each container on the way up leaves a
 * rest in `#rest`, which continues with its next member. A generator for each value would be several times slower.
 */
class StateDecoder {
  readonly #in: LeafReader;
  readonly #initial: PlainObject;
  readonly #comparators: Comparators;
  readonly #shapes: string[][] = [];
  #depth = 0;
  /** Members until the next pause. */
  #left = MEMBERS_PER_STEP;
  /** More than 0 inside the key of an entry. Keys are small: they are decoded without a pause. */
  #keys = 0;
  /** Set when the value that was decoded last is not complete. */
  #rest: Rest | undefined;
  /** The key of the entry whose value is not complete. */
  #stoppedKey: unknown;

  constructor(bytes: LeafReader, initial: PlainObject, comparators: Comparators) {
    this.#in = bytes;
    this.#initial = initial;
    this.#comparators = comparators;
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
      const value = this.#property(key);
      const rest = this.#takeRest();
      setMember(root, key, rest === undefined ? value : yield* rest);
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

  /** A property of the root. Only here an OrderedMap takes its comparator from the initial state. */
  #property(key: string): unknown {
    const first = this.#in.byte();
    return first === tag.ORDERED_MAP ? this.#fill(this.#initialTable(key), FILL_TABLE, true) : this.#tagged(first);
  }

  #initialTable(key: string): OrderedMap<unknown, unknown> {
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

  #namedTable(): OrderedMap<unknown, unknown> {
    const name = this.#key();
    const compare = comparatorOf(name, this.#comparators);
    if (compare !== undefined) return new OrderedMap<unknown, unknown>(compare);
    throw new RefoldError(
      'MODEL_MISMATCH',
      `Cannot decode the state: it has an OrderedMap in the order of ${shortened(name)}, which the model does not name`,
      { hint: `Name it in the model: comparators: { ${name} }` },
    );
  }

  #value(): unknown {
    return this.#tagged(this.#in.byte());
  }

  #tagged(first: number): unknown {
    if (first >= tag.SMALL_INTEGER) return first - tag.SMALL_INTEGER;
    if (first >= tag.LOW_SHAPE) return this.#shaped(first - tag.LOW_SHAPE, {});
    if (first >= tag.SHORT_STRING) return this.#in.latin1(first - tag.SHORT_STRING);
    const leaf = this.#in.leaf(first);
    return leaf === NOT_A_LEAF ? this.#collection(first) : leaf;
  }

  #collection(first: number): unknown {
    switch (first) {
      case tag.ARRAY:
        return this.#fill([], FILL_ARRAY, false);
      case tag.DEQUE:
        return this.#fill(new Deque<unknown>(), FILL_DEQUE, false);
      case tag.SET:
        return this.#fill(new Set<unknown>(), FILL_SET, false);
      case tag.MAP:
        return this.#fill(new Map<unknown, unknown>(), FILL_TABLE, true);
      case tag.NAMED_ORDERED_MAP:
        return this.#fill(this.#namedTable(), FILL_TABLE, true);
      case tag.NO_PROTOTYPE:
        return this.#object(this.#in.byte(), Object.create(null) as PlainObject);
      default:
        return this.#object(first, {});
    }
  }

  #object(first: number, into: PlainObject): unknown {
    if (first >= tag.LOW_SHAPE && first < tag.SMALL_INTEGER) return this.#shaped(first - tag.LOW_SHAPE, into);
    switch (first) {
      case tag.KNOWN_SHAPE:
        return this.#shaped(this.#in.varint(), into);
      case tag.NEW_SHAPE:
        return this.#shaped(this.#newShape(), into);
      case tag.OBJECT:
        return this.#fill(into, FILL_DICTIONARY, true);
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

  #shaped(number: number, into: PlainObject): unknown {
    const keys = this.#shapes[number];
    if (keys === undefined) throw new DamagedBytes('a shape is not known');
    this.#enter();
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const value = this.#value();
      if (this.#rest !== undefined || this.#isDue())
        return this.#leave(this.#restOfShaped(into, keys, index, value, this.#rest));
      if (key === '__proto__') setMember(into, key, value);
      else into[key] = value;
    }
    this.#depth--;
    return into;
  }

  *#restOfShaped(into: PlainObject, keys: readonly string[], begun: number, first: unknown, inside?: Rest): Rest {
    let value = first;
    let rest = inside;
    for (let index = begun; ; ) {
      if (rest !== undefined) value = yield* rest;
      else if (this.#left <= 0) yield this.#pause();
      setMember(into, keys[index]!, value);
      if (++index >= keys.length) break;
      value = this.#value();
      rest = this.#takeRest();
    }
    this.#depth--;
    return into;
  }

  /** Fills a collection with as many members as the next bytes say, or entries of a key and a value. */
  #fill<Into extends object>(into: Into, filling: Filling<Into>, hasKeys: boolean): unknown {
    this.#enter();
    const count = this.#in.varint();
    const left = this.#run(into, filling, hasKeys, count);
    return left === 0
      ? this.#filled(into, filling, count)
      : this.#leave(this.#restOf(into, filling, hasKeys, count, this.#stopAt(left)));
  }

  /**
   * Adds members until a pause is due.
   *
   * @param count how many there are
   * @returns how many of them are left then, the one included that is not complete
   */
  #run<Into>(into: Into, { add }: Filling<Into>, hasKeys: boolean, count: number): number {
    for (let left = count; left > 0; left--) {
      const key = hasKeys ? this.#entryKey() : undefined;
      const value = this.#value();
      if (this.#rest !== undefined) {
        this.#stoppedKey = key;
        return left;
      }
      add(into, key, value);
      if (this.#isDue()) return left - 1;
    }
    return 0;
  }
  *#restOf<Into extends object>(
    into: Into,
    filling: Filling<Into>,
    hasKeys: boolean,
    count: number,
    first: Stop,
  ): Rest {
    for (let stop = first; ; ) {
      const { key, rest } = stop;
      if (rest !== undefined) filling.add(into, key, yield* rest);
      if (this.#left <= 0) yield this.#pause();
      const left = rest === undefined ? stop.left : stop.left - 1;
      if (left === 0) return this.#filled(into, filling, count);
      stop = this.#stopAt(this.#run(into, filling, hasKeys, left));
    }
  }

  #stopAt(left: number): Stop {
    return { left, key: this.#stoppedKey, rest: this.#takeRest() };
  }

  #filled<Into extends object>(into: Into, { sizeOf }: Filling<Into>, count: number): Into {
    this.#depth--;
    if (sizeOf !== undefined) requireDistinct(sizeOf(into), count);
    return into;
  }

  /** Counts a member. Whether a pause is due after it. */
  #isDue(): boolean {
    return --this.#left <= 0 && this.#keys === 0;
  }

  #pause(): undefined {
    this.#left = MEMBERS_PER_STEP;
  }

  #leave(rest: Rest): undefined {
    this.#rest = rest;
  }

  #takeRest(): Rest | undefined {
    const rest = this.#rest;
    this.#rest = undefined;
    return rest;
  }

  #entryKey(): unknown {
    this.#keys++;
    const key = this.#value();
    this.#keys--;
    return key;
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
