/** What a habit is: a model that does something unwise, and a script of appends that version 0.1.0 accepted. */
import { z } from 'zod';
import {
  ascending,
  type Catalog,
  defineModel,
  descending,
  type Model,
  OrderedMap,
  type Store,
} from '../../../src/index.ts';

/** What a reducer can reach besides its arguments. The store exists only while the log is written. */
export interface Outside {
  store?: Store | undefined;
  /** The number of clock reads left before the clock throws. */
  readings?: number;
}

export interface Habit {
  readonly name: string;
  /** The model of the process that writes the log. Each call makes a new one with separate module state. */
  readonly writer: (outside: Outside) => Model;
  /** The model of the processes that open the log later. */
  readonly reader: () => Model;
  readonly clock?: ((outside: Outside) => () => number) | undefined;
  readonly fold?: 'direct' | undefined;
  readonly write: (store: Store, outside: Outside) => Promise<void>;
  /** Called with a store that has opened the log again. Returns JSON. */
  readonly after?: ((store: Store) => Promise<unknown>) | undefined;
}

type Reducer = (state: any, data: any, event: any) => unknown;

/** The description of a habit. Every member has a default. */
export interface Telling {
  readonly initialState?: () => object;
  readonly reducers: { readonly [type: string]: Reducer };
  readonly events?: Catalog;
  readonly commands?: Model['commands'];
}

interface Circumstances extends Pick<Habit, 'clock' | 'fold' | 'after'> {
  /** The event types to append, in order. Default: each type once. */
  readonly script?: readonly string[];
  /** Replaces the script. */
  readonly write?: Habit['write'];
  /** Further parts of the writer's model. Only the reader's model has upcasters. */
  readonly reader?: () => Telling;
}

const schema = z.object({ n: z.int(), part: z.object({ x: z.int() }) });

/**
 * A habit of reducers.
 *
 * @param tell called once for each model, so that its variables are the module state of one process
 */
export function habit(name: string, tell: (outside: Outside) => Telling, circumstances: Circumstances = {}): Habit {
  const { script, write, reader, ...rest } = circumstances;
  return {
    name,
    writer: (outside) => modelOf(name, tell(outside)),
    reader: () => modelOf(name, (reader ?? (() => tell({})))()),
    write: write ?? ((store) => follow(store, script ?? Object.keys(store.model.reducers))),
    ...rest,
  };
}

/** The data and meta of the event at a step of a script. */
export function eventAt(step: number, type: string): { type: string; data: unknown; meta: { by: { who: string } } } {
  return { type, data: { n: step, part: { x: step } }, meta: { by: { who: `w${step}` } } };
}

async function follow(store: Store, script: readonly string[]): Promise<void> {
  for (const [index, type] of script.entries()) await store.append(eventAt(index + 1, type));
}

function modelOf(name: string, { initialState, reducers, events, commands }: Telling): Model {
  return defineModel({
    name,
    // Snapshots must stay valid when the source text of a reducer changes.
    version: 1,
    initialState: initialState ?? usualState,
    events: events ?? Object.fromEntries(Object.keys(reducers).map((type) => [type, schema])),
    reducers,
    ...(commands === undefined ? {} : { commands }),
  } as never);
}

export function usualState(): object {
  return {
    a: new Map(),
    b: new Map(),
    up: new OrderedMap<number, unknown>(ascending),
    down: new OrderedMap<number, unknown>(descending),
    x: {},
    y: {},
    list: [],
    set: new Set(),
    n: 0,
  };
}
