/** Events before and after the log records them. They hold plain data only; `guard.ts` defines which data. */

/** Plain JSON, deeply read-only. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON about the event: who caused it and why. The engine does not interpret it. */
export type EventMeta = { readonly [key: string]: Json };

/** An event as the caller passes it to the engine. */
export interface EventInput {
  readonly type: string;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
}

/**
 * An event with the members that the log added.
 *
 * `sequence` is its number in the log, from 1, without gaps. `recordedAt` is in milliseconds since the epoch and never
 * decreases along the log. `version` is the version of `data`; after upcasting it is the model's current version.
 */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: Type;
  readonly version: number;
  readonly data: Data;
  readonly meta?: EventMeta;
  /** The `commandId` of the call that recorded the event, if it had one. */
  readonly commandId?: string;
  /**
   * Counts 1, 2, 3 … the events that one recorded event has become, by the `from` of their types: they share its sequence.
   * Absent for a recorded event that is one event.
   */
  readonly part?: number;
}

/**
 * A recorded event. `meta` and `commandId` are keys only where there is one, always in this order: an event looks the same
 * when it is folded live and when it is read from the log.
 */
export function recordedEvent<Data>(
  sequence: number,
  recordedAt: number,
  type: string,
  version: number,
  data: Data,
  meta: EventMeta | undefined,
  commandId: string | undefined,
): RecordedEvent<string, Data> {
  if (commandId === undefined) {
    if (meta === undefined) return { sequence, recordedAt, type, version, data };
    return { sequence, recordedAt, type, version, data, meta };
  }
  if (meta === undefined) return { sequence, recordedAt, type, version, data, commandId };
  return { sequence, recordedAt, type, version, data, meta, commandId };
}

/** What one `append` or `execute` added to the log. The log holds all of its events or none. */
export interface Commit {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly recordedAt: number;
}

/**
 * A value with every level read-only, Maps and Sets included. Primitives stay as they are, branded ones too.
 *
 * Arrays come before other objects and do not use a mapped type. The compiler resolves an array's item type lazily, so
 * a type that contains itself through an array, such as JSON, does not recurse forever.
 */
export type DeepReadonly<T> = T extends Primitive | ((...args: never[]) => unknown)
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyCollection<T, ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>>
    : T extends ReadonlySet<infer U>
      ? ReadonlySet<DeepReadonly<U>>
      : T extends Date | RegExp | ArrayBufferView
        ? T
        : T extends readonly (infer U)[]
          ? U[] extends T // false for a tuple, which keeps its positions
            ? readonly DeepReadonly<U>[]
            : { readonly [I in keyof T]: DeepReadonly<T[I]> }
          : T extends DequeLike
            ? ReadonlyCollection<T, T>
            : T extends object
              ? { readonly [P in keyof T]: DeepReadonly<T[P]> }
              : T;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** Tells a `Deque` from other objects. Only these have both members. */
interface DequeLike {
  readonly size: number;
  slice(start?: number, end?: number): unknown[];
}

/** The read-only view that a type declares, as `OrderedMap` and `Deque` do; `Otherwise` for any other type. */
type ReadonlyCollection<T, Otherwise> = T extends { readonly readonlyView?: infer View }
  ? unknown extends View
    ? Otherwise
    : NonNullable<View>
  : Otherwise;
