/** The application that a program describes: its model, its clock, its listeners, the arguments of its calls. */
import { z } from 'zod';
import { ascending, defineModel, descending, type Model, OrderedMap, reject } from '../../../src/index.ts';
import { callInside, type EventSpec, type Program, TYPES, type World } from './program.ts';
import { COMPARATORS, runReducer, THROWN } from './statements.ts';

/** The model of one process. Two models with two worlds share only the program. */
export function modelOf(program: Program, world: World, version: 1 | 2 = 1): Model {
  const base = schemaOf(program.schema, world);
  const events = Object.fromEntries(
    TYPES.map((type) => {
      const schema = type === 'A' ? base : plainSchema;
      if (version === 1 || type !== 'B') return [type, schema];
      return [type, { version: 2, schema, upcast: { 1: upcasterOf(program.upcast, world) } }];
    }),
  );
  const reducers = Object.fromEntries(
    TYPES.map((type) => [
      type,
      (state: any, data: any, event: any) => runReducer(program.reducers[type], { world, state, data, event }),
    ]),
  );
  return defineModel({
    name: 'habits',
    version,
    events,
    reducers,
    initialState: initialOf(program, world),
    commands: { go: { input: z.any(), decide: decideOf(program.decide, world) } },
  } as never);
}

const plainSchema = z.object({ n: z.int(), part: z.object({ x: z.int() }), list: z.array(z.any()) });

const SCHEMAS: { readonly [name: string]: (world: World) => z.ZodType } = {
  plain: () => plainSchema,
  any: () => z.any(),
  refined: () => plainSchema.refine(({ n }) => n !== 13),
  'appends-in-refine': (world) =>
    plainSchema.refine(() => {
      callInside(world, 'a schema', 'append');
      return true;
    }),
  'snapshots-in-transform': (world) =>
    plainSchema.transform((data) => {
      callInside(world, 'a schema', 'snapshot');
      return data;
    }),
  'reads-in-transform': (world) =>
    plainSchema.transform((data) => {
      callInside(world, 'a schema', 'stateHash');
      return { ...data, more: { n: 1 } };
    }),
  'gives-a-date': () => plainSchema.transform((data) => ({ ...data, at: new Date(5) })),
  'gives-a-map': () => plainSchema.transform((data) => ({ ...data, map: new Map() })),
  'gives-a-constant': (world) => plainSchema.transform((data) => ({ ...data, part: world.constants[0] as never })),
  'gives-undefined': () => plainSchema.transform(() => undefined),
  throws: () =>
    plainSchema.transform((data) => {
      if (data.n % 2 === 0) throw THROWN.bare!();
      return data;
    }),
  asynchronous: () => plainSchema.refine(async () => true),
};

export const SCHEMA_NAMES: readonly string[] = Object.keys(SCHEMAS);

function schemaOf(name: string, world: World): z.ZodType {
  return SCHEMAS[name]!(world);
}

const UPCASTERS: { readonly [name: string]: (world: World) => (data: any) => unknown } = {
  same: () => (data) => data,
  changes: () => (data) => Object.assign(data, { n: data.n + 1 }),
  'adds-a-constant': (world) => (data) => ({ ...data, part: world.constants[2] }),
  'gives-a-constant': () => {
    const constant = { n: 1, part: { x: 1 }, list: [{ n: 1 }] };
    return () => constant;
  },
  'gives-a-frozen-constant': () => {
    const constant = Object.freeze({ n: 1, part: Object.freeze({ x: 1 }), list: Object.freeze([]) });
    return () => constant;
  },
  'gives-one-part-twice': () => (data) => ({ ...data, list: [data.part, data.part] }),
  'gives-a-date': () => (data) => ({ ...data, part: new Date(data.n) }),
  'gives-a-map': () => (data) => ({ ...data, part: new Map([[1, data.n]]) }),
  'gives-nan': () => (data) => ({ ...data, part: { x: Number.NaN } }),
  'gives-undefined': () => () => undefined,
  'gives-a-promise': () => async (data) => data,
  'gives-a-promise-that-rejects': () => async () => {
    throw new Error('a promise without a handler');
  },
  'gives-a-function': () => (data) => ({ ...data, part: () => 1 }),
  'gives-a-proxy': () => (data) => new Proxy(data, {}),
  throws: () => () => {
    throw THROWN.bare!();
  },
  appends: (world) => (data) => {
    callInside(world, 'an upcaster', 'append');
    return data;
  },
};

export const UPCASTER_NAMES: readonly string[] = Object.keys(UPCASTERS);

function upcasterOf(name: string, world: World): (data: any) => unknown {
  return UPCASTERS[name]!(world);
}

function usualState(compare: (a: any, b: any) => number): Record<string, any> {
  return {
    t: new Map(),
    u: new Map<unknown, unknown>([[1, { n: 1, part: { x: 1 } }]]),
    up: new OrderedMap<number, unknown>(compare, [[2, { n: 2 }]]),
    down: new OrderedMap<number, unknown>(descending),
    x: { a: { n: 1, part: { x: 0 } }, b: [3, 1, 2], map: new Map([['k', { n: 1 }]]) },
    y: {},
    list: [{ n: 1 }, { n: 2 }],
    set: new Set<unknown>([1, { n: 1 }]),
    when: new Date(1_000),
    bytes: Uint8Array.of(1, 2, 3),
    big: Array.from({ length: 140 }, (_, n) => ({ n })),
    n: 0,
  };
}

type Make = (usual: () => Record<string, any>) => () => unknown;

const INITIAL: { readonly [name: string]: Make } = {
  fresh: (usual) => usual,
  'the-same-each-time': (usual) => {
    const state = usual();
    return () => state;
  },
  'spread-from-one': (usual) => {
    const state = usual();
    return () => ({ ...state });
  },
  'with-one-table': (usual) => {
    const { t, up } = usual();
    return () => ({ ...usual(), t, up });
  },
  frozen: (usual) => () => Object.freeze(usual()),
  'with-frozen-parts': (usual) => () => {
    const state = usual();
    for (const value of Object.values(state)) if (!ArrayBuffer.isView(value)) Object.freeze(value);
    return state;
  },
  'the-same-and-frozen': (usual) => {
    const state = Object.freeze(usual());
    return () => state;
  },
  'with-a-shared-part': (usual) => () => {
    const state = usual();
    return { ...state, y: state.x, list: [state.x.a, state.x.a] };
  },
  'with-a-shared-table': (usual) => () => {
    const state = usual();
    return { ...state, u: state.t };
  },
  'with-a-shared-ordered-map': (usual) => () => {
    const state = usual();
    return { ...state, down: state.up };
  },
  'with-a-table-below': (usual) => () => {
    const state = usual();
    return { ...state, y: { t: state.t } };
  },
  bare: (usual) => () => Object.assign(Object.create(null), usual()),
  'with-a-symbol-member': (usual) => () => ({ ...usual(), [Symbol('member')]: 1 }),
  'with-a-hidden-member': (usual) => () => Object.defineProperty(usual(), 'hidden', { value: { n: 1 } }),
  'with-a-getter': (usual) => () =>
    Object.defineProperty(usual(), 'g', { get: () => ({ n: 1 }), enumerable: true, configurable: true }),
  'with-holes': (usual) => () => ({ ...usual(), list: Object.assign(new Array(3), { 1: { n: 1 } }) }),
  'with-members-of-an-array': (usual) => () => ({ ...usual(), list: Object.assign([{ n: 1 }], { total: 1 }) }),
  'with-an-instance': (usual) => () => ({ ...usual(), y: { at: new (class extends Date {})(1) } }),
  'with-a-function': (usual) => () => ({ ...usual(), y: { run: () => 1 } }),
  'with-a-frozen-wrapper': (usual) => () => ({ ...usual(), y: Object.freeze({ run: () => 1 }) }),
  'with-a-nested-ordered-map': (usual) => () => ({ ...usual(), y: { up: new OrderedMap<number, number>(ascending) } }),
  'with-a-cycle': (usual) => () => {
    const state = usual();
    state.y.self = state;
    return state;
  },
  'behind-a-proxy': (usual) => () => new Proxy(usual(), {}),
  'a-promise': (usual) => async () => usual(),
  'an-array': () => () => [1],
  'a-map': () => () => new Map(),
  nothing: () => () => undefined,
  throws: () => () => {
    throw THROWN.bare!();
  },
};

export const INITIAL_NAMES: readonly string[] = Object.keys(INITIAL);
export const COMPARATOR_NAMES: readonly string[] = ['ascending', 'appends', 'throws', 'halves', 'boolean', 'nothing'];

function initialOf({ initial, comparator }: Program, world: World): () => unknown {
  return INITIAL[initial]!(() => usualState(comparatorOf(comparator, world)));
}

function comparatorOf(name: string, world: World): (a: any, b: any) => number {
  if (name === 'appends') {
    return (a, b) => {
      if (a === 4 || b === 4) callInside(world, 'a comparator', 'append');
      return ascending(a, b);
    };
  }
  if (name === 'throws') {
    return (a, b) => {
      if (a === 3 && b !== 3) throw THROWN.null!();
      return ascending(a, b);
    };
  }
  if (name === 'nothing') return (() => undefined) as never;
  return COMPARATORS[name]!;
}

const shared = { type: 'D', data: { n: 4, part: { x: 4 }, list: [] } };

const DECIDE: { readonly [name: string]: (world: World, input: any, state: any) => unknown } = {
  event: (_, { type, n }) => eventOf({ type, n }),
  several: (_, { type, n }) => [eventOf({ type, n }), eventOf({ type: 'D', n: n + 1 })],
  'the-same-twice': (_, { type, n }) => {
    const event = eventOf({ type, n });
    return [event, event];
  },
  'a-constant': () => Object.freeze([shared, shared]),
  nothing: () => [],
  rejects: () => reject('NO', 'not today'),
  appends: (world, { type, n }) => {
    callInside(world, 'decide', 'append');
    return eventOf({ type, n });
  },
  'executes-itself': (world, { type, n }) => {
    callInside(world, 'decide', 'execute-once');
    return eventOf({ type, n });
  },
  snapshots: (world, { type, n }) => {
    callInside(world, 'decide', 'snapshot');
    return eventOf({ type, n });
  },
  reads: (world, { type, n }) => {
    callInside(world, 'decide', 'flush');
    callInside(world, 'decide', 'at');
    return eventOf({ type, n });
  },
  'the-state': (_, { type }, state) => ({ type, data: { n: 1, part: { x: 1 }, list: [state.x] } }),
  throws: () => {
    throw THROWN.proxy!();
  },
  'a-promise': async (_, { type, n }) => eventOf({ type, n }),
  undefined: () => undefined,
  holes: (_, { type, n }) => Object.assign(new Array(2), { 1: eventOf({ type, n }) }),
};

export const DECIDE_NAMES: readonly string[] = Object.keys(DECIDE);

function decideOf(name: string, world: World): (state: any, input: any) => unknown {
  return (state, input) => DECIDE[name]!(world, input, state);
}

/** The usual argument of a call. */
export function eventOf({ type, n }: Pick<EventSpec, 'type' | 'n'>): { type: string; data: any; meta?: any } {
  return { type, data: { n, part: { x: n }, list: [n, { n }] }, meta: { by: { who: `w${n}` } } };
}
