/**
 * `refold/testing`: what an application needs to test its model.
 *
 * `specification` tells stories: given events, when a command, then events or a rejection. `checkModel` checks that the
 * engine keeps its promises for any script of commits. `openTemporaryStore` gives a real store that removes its files.
 * Nothing here depends on a test runner: a failure is an `AssertionError`.
 */
import { AssertionError, deepStrictEqual } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Catalog, EventOf } from './core/catalog.ts';
import { type EventInput, type EventMeta, type RecordedEvent, recordedEvent } from './core/event.ts';
import type { CommandDecisions, CommandInputs, InputOf, Model } from './core/model.ts';
import { requireModel } from './core/model-checks.ts';
import { isParts } from './core/parts.ts';
import { checkOptions, checkValue, type OptionCheck, type OptionChecks } from './engine/calls/call-options.ts';
import { STORE_CHECKS, type StoreOptions } from './engine/calls/options.ts';
import { freshState } from './engine/folding/initial-state.ts';
import { listed, strictRules, upcastEvent } from './engine/folding/upcast.ts';
import { whyUnfit } from './engine/folding/upcast-check.ts';
import { openStore } from './engine/open-store.ts';
import { whyBroken } from './engine/past/verify.ts';
import type { Store } from './engine/store.ts';
import { decideCommand, type Verdict } from './engine/writing/commands.ts';
import { Intake } from './engine/writing/intake/intake.ts';
import { diffStates } from './fold/diff.ts';
import { decodeState, encodeState, hashState } from './fold/encoding/state-codec.ts';
import { foldDirect, openAtomicState, openDirectState } from './fold/live-state.ts';

/** `now` for commands and `recordedAt` for given events, unless a story says otherwise: 2020-01-01, in ms. */
const STORY_TIME = 1_577_836_800_000;

/**
 * What a story ends with: the events, whatever the result; the events and the result; the code of the rejection; or its code
 * and its data.
 */
export type Expectation<C extends Catalog> =
  | readonly EventOf<C>[]
  | { readonly events: readonly EventOf<C>[]; readonly result: unknown }
  | { readonly rejected: string; readonly data?: unknown };

export interface Story<C extends Catalog, K extends CommandInputs> {
  /** Runs a command on the state that the given events make. */
  when<Name extends keyof K & string>(
    name: Name,
    input: InputOf<K, Name>,
    context?: { readonly now?: number },
  ): Ending<C>;
}

export interface Ending<C extends Catalog> {
  /** Throws an `AssertionError` unless the command came to exactly this. Not a promise: do not await it. */
  then(expected: Expectation<C>): void;
}

/**
 * Begins stories about a model: `const given = specification(model)`, then
 * `given([event, …]).when('command', input).then([event, …])`, `.then({ events: [event, …], result })` or
 * `.then({ rejected: 'CODE', data })`.
 */
export function specification<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
): (events: readonly EventOf<C>[]) => Story<C, K> {
  requireModel('tell stories', model);
  return (events) => ({
    when: (name, input, context) => {
      const { now = STORY_TIME } = checkOptions('tell a story', STORY_CHECKS, context);
      const recorded = record(model, [events as readonly EventInput[]], STORY_TIME).flat();
      const state = freshState(model);
      foldDirect(model.reducers, state, recorded);
      const desk = { model, intake: new Intake(model), live: openDirectState(state, model.comparators) };
      const verdict = decideCommand(desk, name, input, recorded.length, now);
      // biome-ignore lint/suspicious/noThenProperty: given, when, then is the field's own wording
      return { then: (expected) => compareEnding(model, name, verdict, expected) };
    },
  });
}

const STORY_CHECKS: OptionChecks<{ readonly now?: number }> = {
  now: ['a number of milliseconds since the epoch', Number.isFinite],
};

/** Copied: what is told is what was given, whatever becomes of the array. */
const COMMIT: OptionCheck = [
  'an array of events',
  Array.isArray,
  (events) => (Array.isArray(events) ? Array.from(events) : events),
];

function compareEnding(model: Model, command: string, verdict: Verdict, expected: Expectation<any>): void {
  const isExpectation = (value: unknown): boolean =>
    Array.isArray(value) || (isParts(value) && ('rejected' in value || Array.isArray(value.events)));
  checkValue('compare', 'then', ['an array of events, { events, result } or { rejected }', isExpectation], expected);
  const actual = endingOf(model, verdict, expected);
  const wanted = wantedOf(model, expected);
  deepStrictEqual(
    actual,
    wanted,
    new AssertionError({
      message: `${command} came to something else`,
      actual,
      expected: wanted,
      operator: 'deepStrictEqual',
    }),
  );
}

function endingOf(model: Model, verdict: Verdict, expected: Expectation<any>): unknown {
  if ('rejected' in verdict) {
    const { code, data } = verdict.rejected;
    return 'data' in expected ? { rejected: code, data } : { rejected: code };
  }
  const events = plain(model, verdict.accepted);
  return 'events' in expected ? { events, result: verdict.result } : events;
}

function wantedOf(model: Model, expected: Expectation<any>): unknown {
  if ('rejected' in expected) return { ...expected };
  if ('events' in expected) {
    return { events: plain(model, expected.events as readonly EventInput[]), result: expected.result };
  }
  return plain(model, expected as readonly EventInput[]);
}

/** As they would be recorded: through schema and guard, without place and time. */
function plain(model: Model, events: readonly EventInput[]): unknown[] {
  if (events.length === 0) return [];
  return new Intake(model)
    .admit(events, { firstSequence: 1, recordedAt: 0, meta: placeholder(model) })
    .map(({ type, data }) => ({
      type,
      data,
    }));
}

/** A story is about data: a model that requires meta does not require it in stories. */
function placeholder(model: Model): EventMeta | undefined {
  return model.meta === undefined ? undefined : {};
}

/**
 * Checks that the engine keeps its promises for a model and a script of commits, in memory:
 * atomic fold ≡ direct fold, snapshot + tail ≡ full replay at every cut, state survives a serialise–restore round trip,
 * and every invariant of the model holds after every commit. Made for property tests: let fast-check invent commits.
 *
 * An event with a `version` is one that the log has held for long: its version is older, or the model makes others of its
 * type. It is upcast as on replay, and what that gives must fit the present schema, and be the same each time.
 *
 * @param commits each inner array is one commit; a commit that the model refuses is an error of the script
 * @throws AssertionError naming the promise, the cut and the first path that differs
 */
export function checkModel<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  commits: readonly (readonly (EventOf<C> | OldEvent)[])[],
): void {
  requireModel('check the model', model);
  const recorded = record(model, commits as readonly (readonly EventInput[])[], STORY_TIME);
  const { comparators } = model;
  const atomic = openAtomicState(freshState(model), undefined, comparators);
  const direct = freshState(model);
  const cuts: Uint8Array[][] = [];
  for (const [index, commit] of recorded.entries()) {
    cuts.push([...encodeState(direct, undefined, comparators)]);
    atomic.fold(model.reducers, structuredClone(commit));
    foldDirect(model.reducers, direct, structuredClone(commit));
    requireEqual('the atomic fold equals the direct fold', index + 1, atomic.value, direct);
    requireInvariants(model, index + 1, atomic.value);
  }
  for (const [cut, chunks] of cuts.entries()) {
    const restored = decodeState(chunks, freshState(model), comparators);
    foldDirect(model.reducers, restored, structuredClone(recorded.slice(cut).flat()));
    requireEqual('snapshot + tail equals the full replay', cut, restored, direct);
  }
  requireEqual(
    'state survives a round trip',
    recorded.length,
    decodeState(encodeState(direct, undefined, comparators), freshState(model), comparators),
    direct,
  );
}

function requireEqual(promise: string, cut: number, actual: object, expected: object): void {
  if (hashState(actual) === hashState(expected)) return;
  const [first] = diffStates(actual, expected, 1);
  const where = first === undefined ? 'in the order of keys or entries' : `at ${first.path}`;
  throw new AssertionError({
    message: `Not so for commit ${cut}: ${promise}; they differ ${where}`,
    actual: first?.before,
    expected: first?.after,
  });
}

function requireInvariants(model: Model, cut: number, state: object): void {
  for (const [name, holds] of Object.entries<(state: never) => boolean>(model.invariants ?? {})) {
    const because = whyBroken(holds, state);
    if (because === undefined) continue;
    throw new AssertionError({
      message: `After commit ${cut} the invariant ${name} does not hold${because}`,
      actual: false,
      expected: true,
    });
  }
}

/** An event as the log has held it for long. */
export interface OldEvent {
  readonly type: string;
  /** The version of `data`. */
  readonly version: number;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
}

/** What an old event is for the model. @throws AssertionError when an upcaster gives something that the schema does not */
function upcastOld(model: Model, { type, version, data, meta }: OldEvent, place: Place): readonly RecordedEvent[] {
  const { firstSequence: sequence, recordedAt } = place;
  const recorded = (): RecordedEvent =>
    structuredClone(recordedEvent(sequence, recordedAt, type, version, data, meta, undefined));
  const rules = strictRules(model, (present) => {
    const why = whyUnfit(model, present);
    if (why === undefined) return;
    const what = present.type === type ? type : `${type}, which becomes ${present.type},`;
    const message = `Not so for the event ${sequence}: ${what} is upcast to data that fits the schema; ${why}`;
    throw new AssertionError({ message, actual: present.data });
  });
  const events = listed(upcastEvent(model, recorded(), rules));
  const again = listed(upcastEvent(model, recorded(), rules));
  const message = `Not so for the event ${sequence}: the upcasters of ${type} give the same each time`;
  if (!isDeepStrictEqual(events, again)) throw new AssertionError({ message, actual: again, expected: events });
  return events;
}

type Place = { readonly firstSequence: number; readonly recordedAt: number };

function isOldEvent(event: unknown): event is OldEvent {
  try {
    return isParts(event) && typeof event.version === 'number';
  } catch {
    return false; // a getter, which the intake refuses
  }
}

/** Commits as the log would record them; a millisecond apart. */
function record(model: Model, commits: readonly (readonly EventInput[])[], start: number): RecordedEvent[][] {
  const intake = new Intake(model);
  let firstSequence = 1;
  const copies = checkValue('record events', 'commits', COMMIT, commits) as readonly unknown[];
  return copies
    .map((commit) => checkValue('record events', 'commit', COMMIT, commit) as readonly EventInput[])
    .filter((commit) => commit.length > 0)
    .map((commit, index) => {
      const recordedAt = start + index;
      const meta = placeholder(model);
      const events: RecordedEvent[] = [];
      if (!commit.some(isOldEvent)) {
        events.push(...intake.admit(commit, { firstSequence, recordedAt, meta }));
        firstSequence += events.length;
        return events;
      }
      for (const event of commit) {
        const place = { firstSequence, recordedAt };
        events.push(
          ...(isOldEvent(event) ? upcastOld(model, event, place) : intake.admit([event], { ...place, meta })),
        );
        firstSequence += 1;
      }
      return events;
    });
}

/** A store on a file in a temporary folder. The folder is deleted when the store is disposed of or `remove` is called. */
export interface TemporaryStore<
  State extends object,
  C extends Catalog,
  K extends CommandInputs,
  D extends CommandDecisions = any,
> extends AsyncDisposable {
  readonly store: Store<State, C, K, D>;
  readonly path: string;
  /** Closes the store and opens it again, as after a restart. */
  reopen(options?: Omit<StoreOptions, 'path' | 'log'>): Promise<Store<State, C, K, D>>;
  /** Closes the store and removes its folder. */
  remove(): Promise<void>;
}

/** A temporary store chooses its path and its log. */
const { path: _path, log: _log, ...checks } = STORE_CHECKS;
const TEMPORARY_CHECKS: OptionChecks<Omit<StoreOptions, 'path' | 'log'>> = checks;

/**
 * Opens a store on a new temporary file: `await using temporary = await openTemporaryStore(model)`. It folds strictly, so that
 * a reducer that is not a function of its arguments fails the test; `strict: false` turns that off.
 */
export async function openTemporaryStore<
  State extends object,
  C extends Catalog,
  K extends CommandInputs,
  D extends CommandDecisions,
>(
  model: Model<State, C, K, D>,
  options: Omit<StoreOptions, 'path' | 'log'> = {},
): Promise<TemporaryStore<State, C, K, D>> {
  requireModel('open a temporary store', model);
  const checked = { strict: true, ...checkOptions('open a temporary store', TEMPORARY_CHECKS, options) };
  const folder = await mkdtemp(join(tmpdir(), 'refold-'));
  const path = join(folder, 'store.db');
  let store: Store<State, C, K, D>;
  try {
    store = await openStore(model, { ...checked, path });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const remove = async (): Promise<void> => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    path,
    get store() {
      return store;
    },
    reopen: async (changed) => {
      const merged = { ...checked, ...checkOptions('open the store again', TEMPORARY_CHECKS, changed), path };
      await store.close();
      store = await openStore(model, merged);
      return store;
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}
