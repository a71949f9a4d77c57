/**
 * `refold/model`: what runs in a browser as well.
 *
 * A model, its collections, and the state that it folds. A module that only imports this door can be shared by a server and
 * its pages: the server opens a store on the model, and a page folds the same events.
 */
import type { Catalog, RecordedEventOf } from './core/catalog.ts';
import type { DeepReadonly, RecordedEvent } from './core/event.ts';
import type { Model } from './core/model.ts';
import { requireModel } from './core/model-checks.ts';
import { freshState } from './engine/folding/initial-state.ts';
import { listed, strictRules, upcastEvent } from './engine/folding/upcast.ts';
import { foldEvents } from './fold/direct.ts';
import { fromTaggedJson, toTaggedJson } from './fold/state-json.ts';

export type { Catalog, EventOf, RecordedEventOf, RecordedMeta } from './core/catalog.ts';
export { type ErrorCode, isRefoldError, RefoldError } from './core/errors.ts';
export type { Commit, DeepReadonly, EventMeta, Json, RecordedEvent } from './core/event.ts';
export {
  type CatalogOf,
  defineModel,
  type Model,
  type ModelDefinition,
  type Rejection,
  reject,
  type StateOf,
} from './core/model.ts';
export { Deque, type ReadonlyDeque } from './fold/collections/deque.ts';
export {
  ascending,
  type Comparator,
  descending,
  OrderedMap,
  type RangeOptions,
  type ReadonlyOrderedMap,
} from './fold/collections/ordered-map.ts';

/** The state of a model before its first event. @throws RefoldError `INVALID_OPTION` when `initialState` cannot give it */
export function initialStateOf<State extends object>(model: Model<State>): State {
  requireModel('make the initial state', model);
  return freshState(model);
}

/**
 * Folds one event into a state, and gives the state back. The state itself changes.
 *
 * @param event as a store gives it, perhaps after a way through JSON text. One of an older version is upcast, one of a
 * former type becomes what the model makes of it
 * @throws RefoldError `UNKNOWN_EVENT_TYPE`, `MODEL_MISMATCH` for a newer version, `REDUCER_FAILED` when the reducer throws: the
 * state may be half changed then
 */
export function applyEvent<State extends object, C extends Catalog>(
  model: Model<State, C, any, any>,
  state: State,
  event: RecordedEventOf<C>,
): State {
  requireModel('apply the event', model);
  // Every upcaster's result is checked: a page has no log that is older than the checks.
  foldEvents(model.reducers, state, listed(upcastEvent(model, event as RecordedEvent, strictRules(model))));
  return state;
}

/**
 * A state as plain JSON. Values that JSON lacks get a tag, such as `{ "$map": [[key, value]] }`.
 *
 * @returns a value for `JSON.stringify`; it shares nothing with the state
 */
export function stateToJson<State extends object>(
  model: Model<State>,
  state: NoInfer<State> | DeepReadonly<NoInfer<State>>,
): unknown {
  requireModel('write the state as JSON', model);
  return toTaggedJson(state, model.comparators ?? {});
}

/**
 * The state that `stateToJson` has written.
 *
 * @throws RefoldError `INVALID_OPTION` for anything else, and for a comparator that the model does not name
 */
export function stateFromJson<State extends object>(model: Model<State>, json: unknown): State {
  requireModel('read the state from JSON', model);
  return fromTaggedJson(
    json,
    model.comparators ?? {},
    freshState(model) as { readonly [property: string]: unknown },
  ) as State;
}
