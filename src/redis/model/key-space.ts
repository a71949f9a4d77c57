/**
 * The state: sixteen databases of keys, values and expiry times.
 *
 * Reducers change it through these functions only, so that the sizes stay right. Databases are reached through an index,
 * so SWAPDB swaps two numbers.
 */
import { Deque } from '../../index.ts';
import { type Dense, dense, denseDelete, denseGet, denseSet, MAX_ENTRIES, type ReadonlyDense } from './dense.ts';
import type { Hash, List, Members, Value } from './values.ts';

/** How many databases there are. */
export const DATABASES = 16;

export interface Database {
  readonly keys: Dense<Value>;
  /** When keys expire, in ms since the epoch. */
  readonly expires: Dense<number>;
  /** The estimated bytes of memory that keys and values take. */
  size: number;
}

export interface KeySpace {
  readonly databases: Database[];
  /** For each number that a client may SELECT, which database it is. */
  readonly index: number[];
}

export function emptyDatabase(): Database {
  return { keys: dense(), expires: dense(), size: 0 };
}

export function emptyKeySpace(): KeySpace {
  return {
    databases: Array.from({ length: DATABASES }, emptyDatabase),
    index: Array.from({ length: DATABASES }, (_, number) => number),
  };
}

/** The database that a client's number means now. */
export function databaseOf(space: KeySpace, number: number): Database {
  return space.databases[space.index[number]!]!;
}

/** The estimated memory of all databases, in bytes. */
export function sizeOfSpace(space: KeySpace): number {
  return space.databases.reduce((sum, { size }) => sum + size, 0);
}

/** How many keys all databases have. */
export function keyCountOf(space: KeySpace): number {
  return space.databases.reduce((sum, { keys }) => sum + keys.keys.length, 0);
}

/** Whether any key expires at some time. */
export function hasExpiringKeys(space: KeySpace): boolean {
  return space.databases.some(({ expires }) => expires.keys.length > 0);
}

export function valueAtKey(database: { readonly keys: ReadonlyDense<Value> }, key: string): Value | undefined {
  return denseGet(database.keys, key);
}

/** When the key expires, in ms since the epoch; undefined if never. */
export function expiryOf(database: { readonly expires: ReadonlyDense<number> }, key: string): number | undefined {
  return denseGet(database.expires, key);
}

/** Stores a value under a key, which keeps its expiry time. Ignored when the database is full: commands check it first. */
export function putValue(database: Database, key: string, value: Value): void {
  const { slots, keys, values } = database.keys;
  const slot = slots.get(key);
  if (slot !== undefined) {
    database.size += sizeOfValue(value) - sizeOfValue(values[slot]!);
    values[slot] = value;
  } else if (keys.length < MAX_ENTRIES) {
    database.size += sizeOfKey(key) + sizeOfValue(value);
    denseSet(database.keys, key, value);
  }
}

/** Deletes a key and its expiry time. Returns its value. */
export function removeKey(database: Database, key: string): Value | undefined {
  const value = denseGet(database.keys, key);
  if (value === undefined) return undefined;
  database.size -= sizeOfKey(key) + sizeOfValue(value);
  denseDelete(database.keys, key);
  removeExpiry(database, key);
  return value;
}

/** @param at in ms since the epoch */
export function setExpiry(database: Database, key: string, at: number): void {
  if (denseGet(database.keys, key) === undefined) return;
  if (denseSet(database.expires, key, at)) database.size += EXPIRY_SIZE;
}

export function removeExpiry(database: Database, key: string): void {
  if (database.expires.keys.length > 0 && denseDelete(database.expires, key)) database.size -= EXPIRY_SIZE;
}

/** A collection with its size. */
export type Collection = Exclude<Value, string | { readonly kind: 'bytes' }>;

/**
 * The collection of this kind under the key, or a new one from `create`. Undefined when the key holds something else, or
 * for a missing key without `create`: then the effect changes nothing.
 */
export function collectionAt<C extends Collection>(
  database: Database,
  key: string,
  kind: C['kind'],
  create?: () => C,
): C | undefined {
  const value = denseGet(database.keys, key);
  if (value === undefined) {
    if (create === undefined) return undefined;
    putValue(database, key, create());
    return denseGet(database.keys, key) as C | undefined;
  }
  return typeof value !== 'string' && value.kind === kind ? (value as C) : undefined;
}

/** Notes that a collection of this database has grown by so many bytes; negative when it has shrunk. */
export function resize(database: Database, collection: Collection, bytes: number): void {
  collection.size += bytes;
  database.size += bytes;
}

export function newList(): List {
  return { kind: 'list', items: new Deque<string>(), size: LIST_SIZE };
}

export function newHash(): Hash {
  return { kind: 'hash', fields: dense(), size: DICTIONARY_SIZE };
}

export function newSet(): Members {
  return { kind: 'set', members: dense(), size: DICTIONARY_SIZE };
}

// Estimates for V8 on 64 bits with compressed pointers off. No benchmark checks them: they bound memory, and need not be exact.

const KEY_SIZE = 80;
const EXPIRY_SIZE = 72;
const STRING_SIZE = 24;
const LIST_SIZE = 200;
const DICTIONARY_SIZE = 400;
/** The estimated bytes of an entry of a dictionary, beside its texts. */
export const ENTRY_SIZE = 50;

/** The estimated bytes of a string of so many characters. */
export function sizeOfText(text: string): number {
  return STRING_SIZE + text.length;
}

/** The estimated bytes of a key with its value and its expiry time. */
export function sizeOfEntry(key: string, value: Value, expires: boolean): number {
  return sizeOfKey(key) + sizeOfValue(value) + (expires ? EXPIRY_SIZE : 0);
}

function sizeOfKey(key: string): number {
  return KEY_SIZE + key.length;
}

/** The estimated bytes of a value. */
export function sizeOfValue(value: Value): number {
  if (typeof value === 'string') return sizeOfText(value);
  return value.kind === 'bytes' ? STRING_SIZE + value.data.length : value.size;
}
