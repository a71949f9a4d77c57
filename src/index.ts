/** refold's front door: everything an application imports. */
export {
  type ErrorCode,
  type ErrorCoordinates,
  type ErrorDetails,
  isRefoldError,
  RefoldError,
  type SerializedError,
  type ValidationIssue,
} from './core/errors.ts';
export type { Commit, DeepReadonly, EventInput, EventMeta, Json, RecordedEvent } from './core/event.ts';
export {
  type Catalog,
  type CatalogOf,
  type CommandDefinition,
  type CommandInputs,
  type DataOf,
  type Decide,
  type DecideContext,
  defineModel,
  type EventDefinition,
  type EventOf,
  type Invariant,
  type Model,
  type ModelDefinition,
  type RecordedEventOf,
  type Reducer,
  type Reducers,
  type Rejection,
  reject,
  type StateOf,
  type Upcaster,
  type VersionedEvent,
} from './core/model.ts';
export { ascending, type Comparator, descending, OrderedMap, type ReadonlyOrderedMap } from './fold/ordered-map.ts';
