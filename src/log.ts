/**
 * `refold/log`: what it takes to write another log.
 *
 * The contract (`LogStore`, `LogCare`, `LogSource`), the block codec and the chain, sealing, the rules by which
 * outcomes are forgotten, following, snapshot chunks, the usual refusals, and the suite that checks it all
 * (`logContract`). The guide shows a whole log in a hundred lines.
 */
export type { SerializedError } from './core/errors.ts';
export type { EventMeta, Json, RecordedEvent } from './core/event.ts';
export {
  type DecodedBlock,
  decodeBlock,
  decodeCommit,
  decodeMatches,
  decodeTags,
  encodeCommit,
  encodeOpenBlock,
  type LogPart,
  type MatchingEvents,
  openBlockPieces,
  type StoredEvent,
} from './log/blocks/block.ts';
export {
  type ChainedBlock,
  chainAfter,
  checksumOf,
  corruptBlock,
  EMPTY_CHAIN,
  type StoredBlock,
  verifyBlock,
  verifyBlocks,
} from './log/blocks/chain.ts';
export { nextBlock, tagListOfCommits } from './log/blocks/next-block.ts';
export { type RedactedEvent, redactRun } from './log/blocks/redacting.ts';
export {
  headerOf,
  nextRun,
  openBytesOf,
  retagBlock,
  type SealCandidate,
  type SealedRun,
  type Stretch,
  sealInRuns,
  sealRun,
  sealStretches,
} from './log/blocks/sealing.ts';
export {
  cutChunks,
  type PackedChunk,
  packChunk,
  SNAPSHOT_CHUNK_BYTES,
  unpackChunk,
} from './log/blocks/snapshot-chunks.ts';
export { mayHold, tagListOf } from './log/blocks/tag-list.ts';
export { type ContractCase, type LogContractSetup, type LogUnderTest, logContract } from './log/contract/contract.ts';
export { type FilledBlock, filledBlocks } from './log/copying/filled-blocks.ts';
export type { CopyMark, FillOptions, LastRows, LogContents, LogFilling } from './log/copying/log-copying.ts';
export { decodeMark, encodeMark, placeTaken, UNFINISHED_KEY } from './log/copying/unfinished.ts';
export { Bell, type FollowedLog, followLog, type Poll } from './log/following.ts';
export type { CutEnd, CutRows, LogBackupOptions, LogCopy, LogCut } from './log/log-backup.ts';
export type { LogCare, LogFile, LogSize, LogWriter, SealOptions, SealReport } from './log/log-care.ts';
export {
  blocksChanged,
  epochConflict,
  eventsMissing,
  historyGone,
  noTurns,
  notKeeper,
  openedReadOnly,
  outcomeDamaged,
  requireDurability,
  sequenceConflict,
  snapshotDamaged,
  storeClosed,
  storeFailed,
  turnsRefused,
} from './log/log-errors.ts';
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
export {
  LONGEST_TURN_MS,
  type LogKeeping,
  TURN_TAIL_BYTES,
  type TurnAppend,
  type TurnEnding,
  type TurnFound,
  type TurnRequest,
  type Writers,
} from './log/log-turn.ts';
export {
  checksumOfOutcome,
  FORGOTTEN_PER_NEW_OUTCOME,
  OUTCOME_AGE_MS,
  OUTCOMES_KEPT,
  type OutcomeBounds,
  rememberOutcomes,
} from './log/outcomes.ts';
