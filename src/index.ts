/** refold's front door: everything an application imports. */

export type {
  AppendableOf,
  Catalog,
  DataOf,
  DecidedEventOf,
  EventDefinition,
  EventOf,
  EventType,
  Former,
  MetaOf,
  RecordedEventOf,
  RecordedMeta,
  Redactor,
  RetiredOf,
  Tagger,
  TypeOf,
  Upcaster,
  VersionedEvent,
  WithMeta,
} from './core/catalog.ts';
export type { Comparators } from './core/comparators.ts';
export {
  type ErrorCode,
  type ErrorCoordinates,
  type ErrorDetails,
  isRefoldError,
  RefoldError,
  type SerializedError,
  type ValidationIssue,
} from './core/errors.ts';
export type { Commit, DeepReadonly, EventMeta, Json, RecordedEvent } from './core/event.ts';
export {
  type CatalogOf,
  type CommandDecisions,
  type CommandDefinition,
  type CommandInputs,
  type CommandsOf,
  type Decide,
  type DecideContext,
  type Decision,
  type DecisionWithResult,
  defineModel,
  type FingerprintKind,
  type InputOf,
  type Invariant,
  type Model,
  type ModelDefinition,
  type ReducedEventOf,
  type Reducer,
  type Reducers,
  type Rejection,
  type ResultOf,
  reject,
  type StateOf,
} from './core/model.ts';
export type { LogOptions } from './engine/calls/log-options.ts';
export type { History, HistoryBudget, RememberOptions, SaveRule, StoreOptions } from './engine/calls/options.ts';
export type { Progress } from './engine/calls/progress.ts';
export type { StoreWarning, WarningName } from './engine/calls/warn.ts';
export {
  checkUpgrade,
  type ProjectionFit,
  type SnapshotFit,
  type UpgradeOptions,
  type UpgradeReport,
} from './engine/check-upgrade.ts';
export { type Closable, closeOnSignal } from './engine/close-on-signal.ts';
export type { RedactionReport, RedactOptions } from './engine/erasing/report.ts';
export type { RedactionSelector } from './engine/erasing/selector.ts';
export {
  type BlocksReport,
  type CompactLogOptions,
  EventLog,
  type LogImportReport,
  type OpenEventLogOptions,
  openLog,
  type VerifyOptions,
} from './engine/event-log.ts';
export type { PassedOver } from './engine/folding/undecodable.ts';
export type { EventBatch } from './engine/following/selection.ts';
export {
  type ClampedEvent,
  type ClampReport,
  type ImportOptions,
  type ImportReport,
  importEvents,
  type PastEvent,
} from './engine/importing/import-events.ts';
export type { ImportedEvent } from './engine/importing/imported-event.ts';
export type { LogInfo, ReactorInfo, RecoveryEstimate, RedactionInfo } from './engine/log-info.ts';
export type { CountBucket, EventCounts, TypeCounts } from './engine/looking/counts.ts';
export type { CursorOptions, MoveCost, MoveOptions, PastCursor } from './engine/looking/cursor.ts';
export type { Keyframe, PastRange } from './engine/looking/keyframes.ts';
export { bisect, rehearse, why } from './engine/looking/one-question.ts';
export { openPast, Past } from './engine/looking/past.ts';
export type {
  BisectLogOptions,
  BisectOptions,
  BlocksOptions,
  BuiltState,
  CountOptions,
  PastCallOptions,
  PastCost,
  PastOptions,
  RehearseLogOptions,
  RehearseOptions,
  WalkOptions,
  WhyLogOptions,
  WhyOptions,
} from './engine/looking/past-options.ts';
export type { PastPosition } from './engine/looking/position.ts';
export type { BisectEstimate, BisectMode, BisectReport } from './engine/looking/questions/bisect.ts';
export { type Condition, parseCondition } from './engine/looking/questions/condition.ts';
export type { Asked, BisectTarget } from './engine/looking/questions/question.ts';
export type {
  DifferentTable,
  FirstDifference,
  RehearsalReport,
  RehearsedModel,
} from './engine/looking/questions/rehearsal-report.ts';
export type { PlaceChange, WhyReport } from './engine/looking/questions/why.ts';
export type { Damage, OnDamage } from './engine/looking/sound-blocks.ts';
export type { WalkedBlock } from './engine/looking/walk.ts';
export type { WalkEachOptions, Walked } from './engine/looking/walk-each.ts';
export type { DurationHistogram } from './engine/metrics/histogram.ts';
export type { FollowerMetrics, NamedLag, StoreMetrics } from './engine/metrics/metrics.ts';
export { openStore } from './engine/open-store.ts';
export { type OpenStoresOptions, openStores, type Stores } from './engine/open-stores.ts';
export type { CommitRange } from './engine/past/commits.ts';
export type { Divergence } from './engine/past/divergence.ts';
export type { Bound, EventRange } from './engine/past/events.ts';
export type { FollowOptions, Watched, WatchOptions } from './engine/past/follow-log.ts';
export type { AtOptions, PastState, Position } from './engine/past/history.ts';
export type { Projection } from './engine/past/projection.ts';
export { defineProjection, type ProjectionDefinition } from './engine/past/projection-definition.ts';
export type { RecoveryReport } from './engine/past/recovery.ts';
export { type ReplayOptions, type ReplayReport, replay } from './engine/past/replay.ts';
export { type StateAtOptions, stateAt } from './engine/past/state-at.ts';
export type { SnapshotVerdict, StoreVerifyOptions, VerifyReport } from './engine/past/verify.ts';
export {
  defineReactor,
  type Effect,
  type ReactorCheckpoint,
  type ReactorContext,
  type ReactorDefinition,
  type ReactorStart,
  type RetryPolicy,
} from './engine/reacting/definition.ts';
export type { ParkedEvent } from './engine/reacting/progress.ts';
export type { Reactor } from './engine/reacting/reactor.ts';
export type { ReadingStore } from './engine/reading-store.ts';
export type { WaitOptions } from './engine/replica/waiters.ts';
export type { StoreRole } from './engine/roles/role-listeners.ts';
export type { SnapshotReport } from './engine/snapshots/snapshotter.ts';
export type { Store, StoreOf } from './engine/store.ts';
export type { StoreStats } from './engine/store-stats.ts';
export type { BackupOptions, BackupReport } from './engine/upkeep/backup.ts';
export type { CompactionReport, CompactOptions } from './engine/upkeep/compaction.ts';
export { type CopyOptions, type CopyReport, type CopyTarget, copyLog } from './engine/upkeep/copy-log.ts';
export { type RepairOptions, type RepairReport, repairLog } from './engine/upkeep/repair.ts';
export { type RestoreOptions, type RestoreReport, restoreLog } from './engine/upkeep/restore.ts';
export type { RetagOptions, RetagReport } from './engine/upkeep/retag.ts';
export type { UpkeepStats } from './engine/upkeep/upkeep.ts';
export type { AcceptedCommand, CommandOutcome, RejectedCommand } from './engine/writing/outcomes/outcome.ts';
export type { Listener } from './engine/writing/publisher.ts';
export type { Transacted, Transaction } from './engine/writing/transaction.ts';
export type { AppendOptions, ExecuteOptions, TransactOptions } from './engine/writing/write-options.ts';
export { Deque, type ReadonlyDeque } from './fold/collections/deque.ts';
export {
  ascending,
  type Comparator,
  descending,
  OrderedMap,
  type RangeOptions,
  type ReadonlyOrderedMap,
} from './fold/collections/ordered-map.ts';
export { diffStates, type StateDifference } from './fold/diff.ts';
export { hashState } from './fold/encoding/state-codec.ts';
export type { StateChange } from './fold/live-state.ts';
export { plain } from './fold/own-copy.ts';
export { formatPath, type Path, type PathPart, parsePath, valueAt } from './fold/path.ts';
export { toTaggedJson } from './fold/state-json.ts';
export type { CopyMark, FillOptions, LastRows, LogContents, LogFilling } from './log/copying/log-copying.ts';
export type { CutEnd, CutRows, LogBackupOptions, LogCopy, LogCut } from './log/log-backup.ts';
export type { LogCare, LogFile, LogSize, LogWriter, SealOptions, SealReport } from './log/log-care.ts';
export type {
  LogRedaction,
  RecordedRedaction,
  RedactionFence,
  RedactionRow,
  ScrubReport,
} from './log/log-redaction.ts';
export type { LogSource, LogThread, OpenLogOptions } from './log/log-source.ts';
export type {
  AppendRequest,
  Block,
  BlockEncoding,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  CommitTags,
  Durability,
  EventTags,
  LogHead,
  LogOpening,
  LogStore,
  LogWarning,
  QueuedCommit,
  ReactorRow,
  SealedBlock,
  SnapshotInfo,
  StoredOutcome,
  TagKind,
  TagList,
  TagQuery,
} from './log/log-store.ts';
export { MemoryContents, type MemoryLogOptions, openMemoryLog } from './log/memory.ts';
export type { OutcomeBounds } from './log/outcomes.ts';
