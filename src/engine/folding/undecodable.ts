/**
 * Snapshots that exist but cannot be used: damaged ones, and those that this model cannot decode.
 *
 * An open does not fail because of them if the log can be replayed. They are passed over and reported. They are remembered
 * while the log is open, so that no history is dropped because of them.
 */
import { type ErrorCode, grouped, isRefoldError, messageOf, type RefoldError } from '../../core/errors.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';

/** A snapshot that was not used. */
export interface PassedOver {
  readonly sequence: number;
  readonly reason: string;
  /** True if the only reason is that the model has changed since. */
  readonly isStale?: boolean;
}

/** Errors of decoding. Any other error is a failure of the log, and would happen with the next snapshot too. */
const UNDECODABLE: ReadonlySet<ErrorCode> = new Set([
  'LOG_CORRUPT',
  'MODEL_MISMATCH',
  'REDUCER_FAILED',
  'FORMAT_TOO_NEW',
]);

/** The snapshots of each log that were found unusable, and whether that was reported. */
const found = new WeakMap<LogStore, Map<string, { told: boolean } & PassedOver>>();

/** Whether a snapshot is passed over because of this error. Any other error is thrown. */
export function isUndecodable(error: unknown): error is RefoldError {
  return isRefoldError(error) && UNDECODABLE.has(error.code);
}

/** Remembers why a snapshot was passed over. */
export function notePassedOver(log: LogStore, info: SnapshotInfo, error: RefoldError): PassedOver {
  const kind = error.code === 'LOG_CORRUPT' ? 'it is damaged' : 'it cannot be decoded';
  const passedOver = { sequence: info.sequence, reason: `${kind} (${withoutPlace(messageOf(error))})` };
  let known = found.get(log);
  if (known === undefined) found.set(log, (known = new Map()));
  const key = keyOf(info);
  if (!known.has(key)) known.set(key, { ...passedOver, told: false });
  return passedOver;
}

/** True for a snapshot that was passed over since the log was opened. */
export function wasPassedOver(log: LogStore, info: SnapshotInfo): boolean {
  return whyPassedOver(log, info) !== undefined;
}

/** Why a snapshot was passed over since the log was opened; undefined if it was not. */
export function whyPassedOver(log: LogStore, info: SnapshotInfo): string | undefined {
  return found.get(log)?.get(keyOf(info))?.reason;
}

/**
 * Warns which snapshots of an owner were passed over, once for each.
 *
 * @param owner as people know it: `the model`, or `the projection totals`
 */
export function tellPassedOver(log: LogStore, passedOver: readonly PassedOver[], owner: string): void {
  const news = [...(found.get(log)?.values() ?? [])].filter(
    (known) =>
      !known.told && passedOver.some(({ sequence, reason }) => sequence === known.sequence && reason === known.reason),
  );
  if (news.length === 0) return;
  for (const known of news) known.told = true;
  const clauses = groupReasons(news).join('; ');
  warnOf(log, 'RefoldRecoveryWarning', `Snapshots of ${owner} in ${log.path} could not be used: ${clauses}`);
}

/** One clause for each reason, newest first: `the snapshot at 7 was passed over: …`, `3 snapshots from 5 to 9 were …`. */
export function groupReasons(passedOver: readonly PassedOver[]): string[] {
  const groups = Map.groupBy(passedOver, ({ reason }) => reason.replace(/ near byte \d+/g, ''));
  return groups.values().map(describeGroup).toArray();
}

function describeGroup(group: readonly PassedOver[]): string {
  const { sequence, reason } = group[0]!;
  if (group.length === 1) return `the snapshot at ${grouped(sequence)} was passed over: ${reason}`;
  const sequences = group.map((each) => each.sequence);
  return `${grouped(group.length)} snapshots from ${grouped(Math.min(...sequences))} to ${grouped(Math.max(...sequences))} were passed over: ${reason}`;
}

/** Removes the sequence from a message: it is reported beside the reason, and equal reasons can then be grouped. */
function withoutPlace(message: string): string {
  return message.replace(/^Cannot \w+ the snapshot at( sequence)? [\d,]+( of .*?)?: /, '');
}

function keyOf({ owner, sequence, stateHash }: SnapshotInfo): string {
  return JSON.stringify([owner, sequence, stateHash]);
}
