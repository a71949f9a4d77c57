/**
 * The catalog of a model: its event types, how each is defined, and the types of events that follow from that.
 *
 * Schemas are zod's. This file imports only zod's types.
 */
import type { z } from 'zod';
import type { DeepReadonly, EventMeta, RecordedEvent } from './event.ts';

/**
 * A schema alone means version 1. An object without `version` means the same. With `version` n, `upcast` has a function for
 * each of 1 … n-1. Each turns the data of its version into data of the next version.
 */
export type EventDefinition = z.ZodType | VersionedEvent;

export interface VersionedEvent<Schema extends z.ZodType = z.ZodType> {
  /** Default 1. */
  readonly version?: number;
  readonly schema: Schema;
  readonly upcast?: { readonly [fromVersion: number]: Upcaster };
  /**
   * Turns recorded events of other types into events of this type, by the name of the other type. For an event that was
   * split, merged or renamed. Several types may name the same other type, which then gives events of each. See `Former`.
   */
  readonly from?: { readonly [type: string]: Former };
  /**
   * True: the log may hold such events, but an append of one is refused. It needs no reducer; without one, the state ignores
   * it. Default false.
   */
  readonly retired?: boolean;
  /**
   * Names what an event is about, for `store.events({ tag })`. Default: the events of this type have no tags.
   *
   * A change of it changes no state and no snapshot. `refold retag` brings the tags of older events up to date.
   */
  readonly tags?: Tagger;
  /**
   * Takes what must be forgotten out of an event, for `store.redact`. Default: events of this type cannot be redacted.
   *
   * A change of it changes no state and no snapshot.
   */
  readonly redact?: Redactor;
}

/**
 * Gives an event's data without what must be forgotten: `(data) => ({ ...data, email: '' })`. The event keeps its meta.
 *
 * With a second parameter it also decides about the meta: `(data, meta) => ({ data, meta })`. It then gives both, and an event
 * whose `meta` it leaves out has no meta any more. The number of parameters that the function declares (its `length`) tells the
 * two forms apart. So a second parameter may not have a default, and may not be a rest parameter.
 *
 * Pure and synchronous. Data and meta are frozen copies in the model's version. The data that it gives must fit the schema of the
 * type. Data that was redacted before must stay as it is.
 */
export type Redactor = (data: any, meta: any) => unknown;

/**
 * Gives the tags of an event from its data: at most 16 texts of 1 to 200 characters. Duplicates count once. Pure and
 * synchronous. The data is the schema's output, as a frozen copy.
 */
export type Tagger = (data: any) => readonly string[];

/** Turns old event data into data of the next version. Pure. */
export type Upcaster = (data: any) => unknown;

/**
 * Turns the data of a recorded event of another type into data of this type, in its present version. It gives the data, an array
 * with the data of several events, or an empty array: then there is no event of this type. Pure. `meta` is that of the recorded
 * event, which all events that it becomes have. Both are frozen. An array always means a list of events.
 *
 * If the other type is in the model, as a retired one, its data is first upcast to its present version.
 */
export type Former = (data: any, meta?: EventMeta) => unknown;

/** Event types by name: past-tense PascalCase. */
export type Catalog = { readonly [type: string]: EventDefinition };

type SchemaOf<Definition> =
  Definition extends VersionedEvent<infer Schema> ? Schema : Definition extends z.ZodType ? Definition : never;

/** Types only: the key under which a catalog's type has the schema of meta. */
declare const META: unique symbol;

/** The type of a catalog whose events have a meta of a schema; of any catalog when there is no schema. */
export type WithMeta<C extends Catalog, M> = [M] extends [z.ZodType] ? C & { readonly [META]: M } : C;

/** An event with the meta that a caller may give it: required if the schema of meta requires it. */
type GivenMeta<C, Event> = C extends { readonly [META]: infer M extends z.ZodType }
  ? Event & (undefined extends z.input<M> ? { readonly meta?: z.input<M> } : { readonly meta: z.input<M> })
  : Event & { readonly meta?: EventMeta | undefined };

/** The same where the meta may be left out, because the call adds it. */
type PerhapsMeta<C, Event> = C extends { readonly [META]: infer M extends z.ZodType }
  ? Event & { readonly meta?: z.input<M> | undefined }
  : Event & { readonly meta?: EventMeta | undefined };

/** A recorded event with the meta that the log has of it. */
export type RecordedMeta<C, Event> = C extends { readonly [META]: infer M extends z.ZodType }
  ? Event &
      (undefined extends z.output<M>
        ? { readonly meta?: DeepReadonly<z.output<M>> }
        : { readonly meta: DeepReadonly<z.output<M>> })
  : Event;

/** What `execute` takes as the meta of a command's events. */
export type MetaOf<C> = C extends { readonly [META]: infer M extends z.ZodType } ? z.input<M> : EventMeta;

/** The names of a catalog's event types. */
export type TypeOf<C extends Catalog> = keyof C & string;

/** The names of the event types that may be appended: those that are not retired. */
export type AppendableOf<C extends Catalog> = {
  [Type in TypeOf<C>]: C[Type] extends { readonly retired: true } ? never : Type;
}[TypeOf<C>];

/** The names of the event types that are only read. */
export type RetiredOf<C extends Catalog> = {
  [Type in TypeOf<C>]: C[Type] extends { readonly retired: true } ? Type : never;
}[TypeOf<C>];

/** The data that the log records for an event type: the schema's output. */
export type DataOf<C extends Catalog, Type extends keyof C> = z.output<SchemaOf<C[Type]>>;

/** The events that a caller may append, discriminated by `type`. Their data is the schemas' input. */
export type EventOf<C extends Catalog> = {
  [Type in AppendableOf<C>]: GivenMeta<C, GivenEvent<C, Type>>;
}[AppendableOf<C>];

interface GivenEvent<C extends Catalog, Type extends TypeOf<C>> {
  readonly type: Type;
  readonly data: z.input<SchemaOf<C[Type]>>;
}

/** The events that a command decides on: those without meta get the one that `execute` was given. */
export type DecidedEventOf<C extends Catalog> = {
  [Type in AppendableOf<C>]: PerhapsMeta<C, GivenEvent<C, Type>>;
}[AppendableOf<C>];

/**
 * The events that a reader gets, discriminated by `type`. They have any type of the catalog, or only the types in
 * `Type`.
 */
export type RecordedEventOf<C extends Catalog, Type extends TypeOf<C> = TypeOf<C>> = {
  [Each in Type]: RecordedMeta<C, RecordedEvent<Each, DeepReadonly<DataOf<C, Each>>>>;
}[Type];

/** An event type of a model, normalised: its current version, schema and upcasters. */
export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodType;
  readonly upcast: { readonly [fromVersion: number]: Upcaster };
  /** Turns events of other types into this one, by their type; absent without such types. */
  readonly from?: ReadonlyMap<string, Former> | undefined;
  /** Whether it may only be read. */
  readonly retired?: boolean | undefined;
  readonly tags?: Tagger | undefined;
  readonly redact?: Redactor | undefined;
}
