/**
 * A program with bad habits: an application as plain JSON, so that a failing one can be printed, minimised, and
 * run again in another process.
 *
 * It contains everything that application code can do in an engine: reducers as lists of statements, the initial state,
 * schemas, upcasters, `decide`, clock, listeners, and the calls with their arguments.
 */

/** A path into the state. Each part is a member's name, an index, or the key of a Map's entry. */
export type Place = readonly (string | number)[];

/** An expression that gives a value (see `values.ts`). The first member names it. */
export type Expression = readonly [kind: string, ...rest: readonly Operand[]];
interface Operands extends ReadonlyArray<Operand> {}
type Operand = string | number | Place | Operands;

/** A statement of a reducer (see `statements.ts`). The first member names it. */
export type Statement = readonly [kind: string, ...rest: readonly Operand[]];

export const TYPES = ['A', 'B', 'C', 'D'] as const;
export type Type = (typeof TYPES)[number];

export interface EventSpec {
  readonly type: Type;
  readonly n: number;
  /** What is unusual about the argument. Default: nothing. */
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
  /** Several appends in one turn. The promises are awaited afterwards. */
  | { readonly do: 'together'; readonly events: readonly EventSpec[]; readonly ids: boolean }
  | { readonly do: 'execute'; readonly event: EventSpec; readonly commandId?: string }
  | { readonly do: 'snapshot' | 'compact' | 'at' | 'verify' | 'reopen' | 'events' };

export interface Program {
  readonly seed: number;
  /** Whether it has no bad habit: then it must be accepted completely. */
  readonly benign: boolean;
  /** What its reducers use besides their arguments: see `Purity`. */
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
  /** Whether the log's `outcome()` answers later. */
  readonly slowOutcomes: boolean;
  /** The upcaster of the next version of the model, which opens the log at the end. */
  readonly upcast: string;
  readonly steps: readonly Step[];
}

/**
 * `pure`: only the arguments. `told`: habits that `strict` must find at the event: a counter, a clock, a constant of
 * the module put into the state, a kept reference that is changed or put in again. `silent`: reading through a
 * reference kept from an earlier event. The value that is read may be correct, so that only a replay in another process
 * shows a difference.
 */
export type Purity = 'pure' | 'told' | 'silent';

/** The module state of one process. Reducers can reach it, as in real applications. */
export interface World {
  counter: number;
  readonly constants: readonly object[];
  readonly kept: Map<string, any>;
  /** Set while the log is being written. Undefined in a process that only replays. */
  store: any;
  /** The calls from inside application code. */
  readonly inner: InnerCall[];
  /** Impossible events that application code has seen. */
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

/** Calls from inside are limited, because they may run the same reducer again. */
const INNER_CALLS = 6;

/** Makes a call from inside application code, and remembers its result. */
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
  // The entry is added first, because the call may lead back here.
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

/** Calls that application code must not make inside a write. */
export const WRITES: ReadonlySet<string> = new Set([
  'append',
  'append-once',
  'execute',
  'execute-once',
  'snapshot',
  'compact',
]);
