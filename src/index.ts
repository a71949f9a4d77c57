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
export type { History, HistoryBudget, SaveRule, StoreOptions } from './engine/calls/options.ts';
export type { Progress } from './engine/calls/progress.ts';
export { type Closable, closeOnSignal } from './engine/close-on-signal.ts';
export {
  type BlocksReport,
  type CompactLogOptions,
  EventLog,
  type ImportedEvent,
  type LogInfo,
  openLog,
  type VerifyOptions,
} from './engine/event-log.ts';
export { openStore } from './engine/open-store.ts';
export type { Divergence } from './engine/past/divergence.ts';
export type { EventRange, FollowOptions, PastState, Position } from './engine/past/history.ts';
export type { Projection } from './engine/past/projection.ts';
export { defineProjection, type ProjectionDefinition } from './engine/past/projection-definition.ts';
export type { RecoveryReport } from './engine/past/recovery.ts';
export { type ReplayOptions, type ReplayReport, replay } from './engine/past/replay.ts';
export { type StateAtOptions, stateAt } from './engine/past/state-at.ts';
export type { SnapshotVerdict, VerifyReport } from './engine/past/verify.ts';
export type { SnapshotReport } from './engine/snapshots/snapshotter.ts';
export type { Store, StoreOf, StoreStats } from './engine/store.ts';
export type { CompactionReport, CompactOptions } from './engine/upkeep/compaction.ts';
export { type RepairOptions, type RepairReport, repairLog } from './engine/upkeep/repair.ts';
export type { CommandOutcome } from './engine/writing/commands.ts';
export type { Listener } from './engine/writing/publisher.ts';
export type { AppendOptions, ExecuteOptions } from './engine/writing/write-options.ts';
export { hashState } from './fold/encoding/state-codec.ts';
export { ascending, type Comparator, descending, OrderedMap, type ReadonlyOrderedMap } from './fold/ordered-map.ts';
export { plain } from './fold/own-copy.ts';
export { formatPath, type Path, type PathPart, parsePath, valueAt } from './fold/path.ts';
export type {
  AppendRequest,
  Block,
  BlockHeader,
  Durability,
  LogHead,
  LogStore,
  SnapshotInfo,
} from './log/log-store.ts';
export { MemoryContents, type MemoryLogOptions, openMemoryLog } from './log/memory.ts';
