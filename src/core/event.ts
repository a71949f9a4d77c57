/** What an event is before and after the log has it. Plain data only; `guard.ts` says which. */

/** Plain JSON, deeply read-only. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON beside the facts: who, why, on whose behalf. Opaque to the engine. */
export type EventMeta = { readonly [key: string]: Json };

/** A fact that happened, as the caller hands it in. */
export interface EventInput {
  readonly type: string;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
}

/**
 * An event plus what the log added.
 *
 * `sequence` is its place in the log, from 1, without gaps. `recordedAt` is in milliseconds since the epoch and never
 * decreases along the log. `version` is the version of `data`: the model's current one, once upcast.
 */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: Type;
  readonly version: number;
  readonly data: Data;
  readonly meta?: EventMeta;
}

/** What one `append` or `execute` added to the log: all of it or none. */
export interface Commit {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly recordedAt: number;
}

/**
 * A value with every level read-only, Maps and Sets included. Primitives stay what they are, branded ones too.
 *
 * Arrays come before other objects, and not as a mapped type: the compiler puts off what is between brackets, so that a type
 * that holds itself through an array, such as JSON, comes to an end.
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
          ? U[] extends T // not so for a tuple, whose places are kept
            ? readonly DeepReadonly<U>[]
            : { readonly [I in keyof T]: DeepReadonly<T[I]> }
          : T extends object
            ? { readonly [P in keyof T]: DeepReadonly<T[P]> }
            : T;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** A Map type that knows its own read-only view (as `OrderedMap` does) gives that; a plain Map gives `Otherwise`. */
type ReadonlyCollection<T, Otherwise> = T extends { readonly readonlyView?: infer View }
  ? unknown extends View
    ? Otherwise
    : NonNullable<View>
  : Otherwise;
