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

/** What a reducer can reach besides its arguments. The store is there only while the log is written. */
export interface Outside {
  store?: Store | undefined;
  /** How often the clock may still be read before it throws. */
  readings?: number;
}

export interface Habit {
  readonly name: string;
  /** The model of the process that writes the log. A fresh one with module state of its own, as in another process. */
  readonly writer: (outside: Outside) => Model;
  /** The model of the processes that open it later. */
  readonly reader: () => Model;
  readonly clock?: ((outside: Outside) => () => number) | undefined;
  readonly fold?: 'direct' | undefined;
  readonly write: (store: Store, outside: Outside) => Promise<void>;
  /** Asked of a store that has opened the log again; JSON. */
  readonly after?: ((store: Store) => Promise<unknown>) | undefined;
}

type Reducer = (state: any, data: any, event: any) => unknown;

/** How a habit is told: whatever is not given is the usual. */
export interface Telling {
  readonly initialState?: () => object;
  readonly reducers: { readonly [type: string]: Reducer };
  readonly events?: Catalog;
  readonly commands?: Model['commands'];
}

interface Circumstances extends Pick<Habit, 'clock' | 'fold' | 'after'> {
  /** The types to append, one after the other; default each once. */
  readonly script?: readonly string[];
  /** Takes the place of the script. */
  readonly write?: Habit['write'];
  /** What the writer's model has besides: upcasters belong to the reader alone. */
  readonly reader?: () => Telling;
}

const schema = z.object({ n: z.int(), part: z.object({ x: z.int() }) });

/**
 * A habit of reducers.
 *
 * @param tell called for each model anew, so that what it declares is the module state of one process
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
    // The text of a reducer must not decide whether its snapshots are believed.
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
