/**
 * What a program of bad habits is: an application as plain JSON, so that one that fails can be printed, made smaller, and
 * run again in another process.
 *
 * Everything that application code may do in an engine is in it: reducers as lists of statements, the initial state, schemas,
 * upcasters, `decide`, clock, listeners, and the calls with their arguments.
 */

/** A way into the state: each part a member's name, an index, or the key of a Map's entry. */
export type Place = readonly (string | number)[];

/** Something that gives a value; `values.ts` tells what. The first member names it. */
export type Expression = readonly [kind: string, ...rest: readonly Operand[]];
interface Operands extends ReadonlyArray<Operand> {}
type Operand = string | number | Place | Operands;

/** Something that a reducer does; `statements.ts` tells what. The first member names it. */
export type Statement = readonly [kind: string, ...rest: readonly Operand[]];

export const TYPES = ['A', 'B', 'C', 'D'] as const;
export type Type = (typeof TYPES)[number];

export interface EventSpec {
  readonly type: Type;
  readonly n: number;
  /** What is odd about the argument; none when absent. */
  readonly odd?: string;
}

export type Step =
  | {
      readonly do: 'append';
      readonly events: readonly EventSpec[];
      readonly commandId?: string;
      readonly expected?: 'right' | 'stale';
      readonly options?: string;
    }
  /** Several appends in one go, the promises awaited afterwards. */
  | { readonly do: 'together'; readonly events: readonly EventSpec[]; readonly ids: boolean }
  | { readonly do: 'execute'; readonly event: EventSpec; readonly commandId?: string }
  | { readonly do: 'snapshot' | 'compact' | 'at' | 'verify' | 'reopen' | 'events' };

export interface Program {
  readonly seed: number;
  /** Nothing in it is a bad habit: it must be accepted as a whole. */
  readonly benign: boolean;
  /** What its reducers look at besides their arguments: see `Purity`. */
  readonly purity: Purity;
  readonly fold: 'atomic' | 'direct';
  readonly strict: boolean;
  readonly initial: string;
  readonly comparator: string;
  readonly reducers: { readonly [T in Type]: readonly Statement[] };
  readonly schema: string;
  readonly decide: string;
  readonly clock: string;
  readonly listener: string;
  /** The log's `outcome()` answers later. */
  readonly slowOutcomes: boolean;
  /** The upcaster of a next version of the model, with which the log is opened in the end. */
  readonly upcast: string;
  readonly steps: readonly Step[];
}

/**
 * `pure`: the arguments alone. `told`: what `strict` must find at the event: a counter, a clock, a constant of the module
 * put into the state, a kept reference that is changed or put in again. `silent`: reading through a reference kept from an
 * earlier event; what is read may be what it should be, so that nothing shows before a replay in another process.
 */
export type Purity = 'pure' | 'told' | 'silent';

/** The module state of one process. Reducers can reach it, as they can in life. */
export interface World {
  counter: number;
  readonly constants: readonly object[];
  readonly kept: Map<string, any>;
  /** Set while the log is written to; a process that only replays has none. */
  store: any;
  /** Calls made from inside application code. */
  readonly inner: InnerCall[];
  /** What should never be, seen from inside. */
  readonly seen: string[];
}

export interface InnerCall {
  readonly call: string;
  readonly from: string;
  readonly answer: Promise<unknown>;
}

export function newWorld(): World {
  return {
    counter: 0,
    constants: [
      { n: 1, part: { x: 1 } },
      Object.freeze({ n: 2, part: { x: 2 } }),
      Object.freeze({ n: 3, part: Object.freeze({ x: 3 }) }),
      new Map([[1, { n: 1 }]]),
    ],
    kept: new Map(),
    store: undefined,
    inner: [],
    seen: [],
  };
}

/** Calls from inside are bounded: what they start may run the same reducer again. */
const INNER_CALLS = 6;

/** Makes a call from inside application code, and remembers what came of it. */
export function callInside(world: World, from: string, call: string): void {
  const { store, inner } = world;
  if (store === undefined || inner.length >= INNER_CALLS) return;
  const event = { type: 'D', data: { n: 9, part: { x: 9 }, list: [9] } };
  const calls: Record<string, () => unknown> = {
    append: () => store.append(event),
    'append-once': () => store.append(event, { commandId: 'inside' }),
    execute: () => store.execute('go', { type: 'D', n: 9 }),
    'execute-once': () => store.execute('go', { type: 'D', n: 9 }, { commandId: 'id-1' }),
    snapshot: () => store.snapshot(),
    compact: () => store.compact(),
    at: () => store.at({ sequence: 0 }),
    events: () => Array.fromAsync(store.events({ limit: 3 })).catch(() => Array.fromAsync(store.events())),
    stateHash: () => store.stateHash(),
    flush: () => store.flush(),
  };
  // A place is taken first: the call may come back here.
  const answer = Promise.withResolvers<unknown>();
  answer.promise.catch(() => {});
  inner.push({ call, from, answer: answer.promise });
  try {
    answer.resolve(calls[call]!());
  } catch (error) {
    world.seen.push(`${call} from inside ${from} threw at once: ${String(error)}`);
    answer.resolve(undefined);
  }
}

/** Calls that application code inside a write may not make. */
export const WRITES: ReadonlySet<string> = new Set([
  'append',
  'append-once',
  'execute',
  'execute-once',
  'snapshot',
  'compact',
]);
