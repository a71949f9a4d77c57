/**
 * Verify: reads every block, folds the whole log again, and compares each snapshot and the live state with the result.
 *
 * Findings are reported, not thrown. After the first damaged block nothing more can be folded, and the report says how far
 * the fold came.
 */
import { grouped, isRefoldError, messageOf, type RefoldError, type SerializedError } from '../../core/errors.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { Model } from '../../core/model.ts';
import { hashStateOf } from '../../fold/encoding/state-codec.ts';
import type { BlockHeader, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { A_SIGNAL, type OptionChecks } from '../calls/call-options.ts';
import { checkStructure } from '../calls/log-care.ts';
import type { Progress } from '../calls/progress.ts';
import { beliefsOf } from '../folding/beliefs.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { beginningOf, freshState } from '../folding/initial-state.ts';
import { type FoldCursor, foldLog, startCursor } from '../folding/refold.ts';
import { loadSnapshot } from '../folding/stored-snapshots.ts';
import { isUndecodable } from '../folding/undecodable.ts';
import { UpcastCheck } from '../folding/upcast-check.ts';
import { loadFirst, whyStale } from '../folding/usable-snapshots.ts';
import { READ_ATTEMPTS } from './history.ts';

export interface SnapshotVerdict {
  readonly sequence: number;
  /** `stale`: taken with another reducer, so its state cannot be compared. */
  readonly verdict: 'equal' | 'different' | 'damaged' | 'stale';
}

export interface VerifyReport {
  readonly ok: boolean;
  /** Events read and folded. */
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly openBlocks: number;
  readonly sealedBlocks: number;
  /** Newest first. */
  readonly snapshots: readonly SnapshotVerdict[];
  /** The hash of the refolded state at `lastSequence`; absent when the fold could not be finished. */
  readonly stateHash?: string;
  /** Names of invariants that do not hold at `lastSequence`. */
  readonly brokenInvariants: readonly string[];
  readonly problems: readonly SerializedError[];
}

/** The options of `store.verify`. */
export interface StoreVerifyOptions {
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const STORE_VERIFY_CHECKS: OptionChecks<StoreVerifyOptions> = { signal: A_SIGNAL };

/** A live state, by its hash. */
export interface LiveHash {
  readonly sequence: number;
  readonly hash: string;
}

export interface VerifyContext<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  /** Gives the live state to compare with, once the log has all of it. A read-only store may be behind the log. */
  readonly live: () => Promise<LiveHash>;
  readonly onProgress: (progress: Progress) => void;
  /** Ends the work at the next block. */
  readonly signal?: AbortSignal | undefined;
}

/** Refolds the log up to its head and reports every disagreement. */
export async function verifyLog<State extends object>(context: VerifyContext<State>): Promise<VerifyReport> {
  throwIfAborted(context.signal);
  const structure = await checkStructure(context.log);
  for (let round = 1; ; round++) {
    const before = await holdingsOf(context.log);
    const report = await verifyOnce(context, await context.live());
    if (report.ok || round === READ_ATTEMPTS || (await holdingsOf(context.log)) === before)
      return withProblems(report, structure);
  }
}

/** Adds further problems, without those that the fold has already found. */
function withProblems(report: VerifyReport, further: readonly SerializedError[]): VerifyReport {
  const known = new Set(report.problems.map(({ message }) => message));
  const problems = [...report.problems, ...further.filter(({ message }) => !known.has(message))];
  return { ...report, ok: problems.length === 0, problems };
}

/** What may be deleted or changed while a log is in use: its history, its snapshots, and what was redacted. */
async function holdingsOf(log: LogStore): Promise<string> {
  const snapshots = (await log.snapshots('')).map(({ sequence }) => sequence);
  return [log.firstSequence(), log.generation?.() ?? 0, ...snapshots].join(' ');
}

async function verifyOnce<State extends object>(context: VerifyContext<State>, live: LiveHash): Promise<VerifyReport> {
  const { log } = context;
  const head = log.head().sequence;
  const problems: SerializedError[] = [];
  const snapshots = (await log.snapshots('')).filter(({ sequence }) => sequence <= head);
  const refolded = await refoldWithVerdicts(context, { snapshots, live, head }, problems);
  const headers: BlockHeader[] = await Array.fromAsync(log.headers());
  const broken = refolded.finished ? brokenInvariantsOf(context.model, refolded.cursor.state) : [];
  const stateHash = refolded.finished ? hashOf(refolded.cursor.state, context.model, problems) : undefined;
  for (const one of broken) problems.push(brokenInvariant(context, one, head));
  return {
    ok: problems.length === 0,
    events: refolded.events,
    firstSequence: log.firstSequence(),
    lastSequence: head,
    openBlocks: headers.filter(({ encoding }) => encoding === 'open').length,
    sealedBlocks: headers.filter(({ encoding }) => encoding === 'sealed').length,
    snapshots: refolded.verdicts.reverse(),
    ...(stateHash === undefined ? {} : { stateHash }),
    brokenInvariants: broken.map(({ name }) => name),
    problems,
  };
}

/** Undefined for a state with an illegal value: the direct fold does not stop a reducer from putting one there. */
function hashOf(state: object, { comparators }: Model, problems: SerializedError[]): string | undefined {
  try {
    return hashStateOf(state, comparators);
  } catch (error) {
    if (!isRefoldError(error)) throw error;
    // The live state and the end of the log may be the same state: it is reported once.
    if (!problems.some(({ message }) => message === error.message)) problems.push(error.toJSON());
    return undefined;
  }
}

interface Refolded<State> {
  readonly cursor: FoldCursor<State>;
  readonly events: number;
  readonly finished: boolean;
  readonly verdicts: SnapshotVerdict[];
}

interface Comparisons {
  /** Newest first. */
  readonly snapshots: readonly SnapshotInfo[];
  readonly live: LiveHash;
  /** Where the fold ends. */
  readonly head: number;
}

/** Folds from snapshot to snapshot. Each snapshot, and the live state, is compared with a state that does not come from it. */
async function refoldWithVerdicts<State extends object>(
  context: VerifyContext<State>,
  { snapshots, live, head }: Comparisons,
  problems: SerializedError[],
): Promise<Refolded<State>> {
  const { model } = context;
  const oldestFirst = snapshots.toReversed();
  const verdicts: SnapshotVerdict[] = [];
  const upcasts = new UpcastCheck(model);
  let cursor = startCursor(freshState(model));
  let from = 0;
  let finished = false;
  try {
    cursor = await startOf(context, oldestFirst, (info, error) => {
      problems.push(error.toJSON());
      verdicts.push({ sequence: info.sequence, verdict: 'damaged' });
    });
    from = cursor.sequence;
    const stops = [...oldestFirst, live].sort((a, b) => a.sequence - b.sequence);
    for (const stop of stops) {
      if (stop.sequence < from) continue;
      await foldTo(context, cursor, { to: stop.sequence, total: head, upcasts });
      if ('owner' in stop) {
        verdicts.push({ sequence: stop.sequence, verdict: await judge(context, stop, cursor, problems) });
      } else {
        const hash = hashOf(cursor.state, model, problems);
        if (hash !== undefined && hash !== live.hash) problems.push(divergence(context, live.sequence));
      }
    }
    await foldTo(context, cursor, { to: head, total: head, upcasts });
    finished = true;
  } catch (error) {
    throwIfAborted(context.signal); // its reason may be an error of any kind
    if (!isRefoldError(error)) throw error;
    problems.push(error.toJSON());
  }
  problems.push(...upcasts.problems(context.log.path));
  return { cursor, events: cursor.sequence - from, finished, verdicts };
}

/** The log's beginning. If it was dropped: the oldest snapshot that can be loaded. */
async function startOf<State extends object>(
  { model, log }: VerifyContext<State>,
  oldestFirst: readonly SnapshotInfo[],
  onUnusable: (info: SnapshotInfo, error: RefoldError) => void,
): Promise<FoldCursor<State>> {
  const first = log.firstSequence();
  const reaching = first === 1 ? [] : oldestFirst.filter(({ sequence }) => sequence + 1 >= first);
  const { loaded, unusable } = await loadFirst(log, reaching, () => beginningOf(model));
  for (const { info, error } of unusable) onUnusable(info, error);
  return loaded?.cursor ?? startCursor(freshState(model));
}

async function foldTo<State extends object>(
  { model, log, onProgress, signal }: VerifyContext<State>,
  cursor: FoldCursor<State>,
  { to, total, upcasts }: { readonly to: number; readonly total: number; readonly upcasts: UpcastCheck },
): Promise<void> {
  await foldLog(model, model.reducers, log, cursor, {
    to,
    onUpcast: upcasts.look,
    signal,
    onProgress: (done) => onProgress({ phase: 'verify', done, total }),
  });
}

async function judge<State extends object>(
  { model, log, fingerprint }: VerifyContext<State>,
  info: SnapshotInfo,
  cursor: FoldCursor<State>,
  problems: SerializedError[],
): Promise<SnapshotVerdict['verdict']> {
  const begin = beginningOf(model);
  const isStale = whyStale(info, fingerprint, await beliefsOf(log, '', fingerprint)) !== undefined;
  try {
    await loadSnapshot(log, info, begin);
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    // A snapshot of another model may have tables that this one cannot decode. A damaged one is damaged for every model.
    if (isStale && error.code !== 'LOG_CORRUPT') return 'stale';
    problems.push(error.toJSON());
    return 'damaged';
  }
  if (isStale) return 'stale';
  if (hashStateOf(cursor.state, model.comparators) === info.stateHash) return 'equal';
  problems.push({
    code: 'LOG_CORRUPT',
    message: `The snapshot at ${grouped(info.sequence)} differs from the state that the log gives`,
    path: log.path,
    sequence: info.sequence,
    hint: 'A reducer is not deterministic, or a function it calls changed without a new model version',
  });
  return 'different';
}

/** An invariant that does not hold, and the reason if it is known. */
interface BrokenInvariant {
  readonly name: string;
  readonly because: string;
}

function brokenInvariantsOf<State extends object>(model: Model<State>, state: State): BrokenInvariant[] {
  const invariants = Object.entries<(state: never) => unknown>(model.invariants ?? {});
  return invariants.flatMap(([name, holds]) => {
    const because = whyBroken(holds, state);
    return because === undefined ? [] : [{ name, because }];
  });
}

/** Undefined if an invariant holds, otherwise the end of the message. If it throws or gives a promise, it does not hold. */
export function whyBroken(holds: (state: never) => unknown, state: object): string | undefined {
  try {
    const answer = holds(state as never);
    if (answer === true) return undefined;
    letGo(answer);
    return isPromiseLike(answer) ? ': it gave a promise' : '';
  } catch (error) {
    return `: it threw: ${messageOf(error)}`;
  }
}

function brokenInvariant(
  { log }: VerifyContext<any>,
  { name, because }: BrokenInvariant,
  sequence: number,
): SerializedError {
  return {
    code: 'INVARIANT_BROKEN',
    message: `The invariant ${name} does not hold at ${grouped(sequence)}${because}`,
    path: log.path,
    type: name,
    sequence,
    hint: `Find the first event after which it fails: refold bisect FILE ${name}`,
  };
}

function divergence({ log }: VerifyContext<any>, sequence: number): SerializedError {
  return {
    code: 'REDUCER_FAILED',
    message: `The live state at ${grouped(sequence)} differs from what the log gives`,
    path: log.path,
    sequence,
    hint: 'A reducer is not deterministic: look for a clock, chance, or a value that is in the state twice',
  };
}
