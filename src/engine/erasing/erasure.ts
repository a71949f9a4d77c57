/**
 * Redaction: takes words out of events that are in the log, and out of everything that was made of them.
 *
 *     find and pack → stage → refold beside → (appends wait) → catch up → apply → switch → (appends go on) → snapshots → scrub
 *
 * Until `apply` nothing of the log and of the store has changed, whatever fails. `apply` is one transaction. So after a crash the
 * log is as before, or as after. Followers, replicas and read-only stores notice it by the log's `generation`.
 */
import { messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { diffStates, type StateDifference } from '../../fold/diff.ts';
import type { LogRedaction, LogStore, RedactionRow, ScrubReport } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { performance } from '../../threads/timers.ts';
import { checkOptions } from '../calls/call-options.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { warnOf } from '../calls/warn.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import type { Projection } from '../past/projection.ts';
import type { Projections } from '../past/projections.ts';
import { recover } from '../past/recovery.ts';
import type { Reactors } from '../reacting/reactors.ts';
import { renewReaders } from '../replica/renewal.ts';
import type { Upkeep } from '../upkeep/upkeep.ts';
import type { WritePath } from '../writing/write-path.ts';
import { ChangedRuns } from './changed-runs.ts';
import { Found } from './found.ts';
import { type Lowered, planHolders } from './holders.ts';
import { redactedLog } from './redacted-log.ts';
import { historyUnderSnapshot, LiveBeside, ProjectionsBeside, refoldModel, writeRemade } from './refolding.ts';
import { REDACT_CHECKS, type RedactionReport, type RedactOptions } from './report.ts';
import { checkSelector, hashOfSelector, type RedactionSelector, type Selector } from './selector.ts';

/** What a redaction works on. */
export interface ErasureParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: ReplaceableState<State>;
  readonly writes: WritePath;
  readonly upkeep: Upkeep;
  readonly projections: Projections;
  readonly reactors: Reactors;
  readonly failure: StoreFailure;
  /** Lets followers in this process read again what they have not given yet. */
  readonly renewFollowers: () => void;
}

/** A checked call. */
interface Order extends RedactOptions {
  readonly selector: Selector;
  readonly tell: (progress: Progress) => void;
  /** Throws the signal's reason. */
  readonly check: () => void;
}

/** Everything that was found and made beside the log. */
interface Prepared<State extends object> {
  readonly found: Found;
  readonly redacted: LogStore;
  readonly refolded: Awaited<ReturnType<typeof refoldModel<State>>>;
  readonly projections: ProjectionsBeside;
  readonly snapshots: number;
  readonly hasModelSnapshots: boolean;
  /** Checkpoints of projections that must be lower before their snapshots are deleted. */
  readonly lowered: readonly Lowered[];
}

const CLEAN: ScrubReport = { milliseconds: 0 };
/** Events that are caught up with before appends wait, and after. */
const CLOSE_EVENTS = 500;
const MOST_ROUNDS = 20;
export class Erasure<State extends object> {
  readonly #parts: ErasureParts<State>;
  /** One redaction at a time. */
  readonly #turns = new Mutex();

  constructor(parts: ErasureParts<State>) {
    this.#parts = parts;
  }

  /**
   * @param given a selector, not checked yet
   * @param ready resolves when what was appended before the call is durable; rejects when the store cannot be used
   * @throws RefoldError `INVALID_OPTION`, `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `REDUCER_FAILED`, `HISTORY_GONE`
   */
  async redact(
    given: RedactionSelector<any>,
    options: RedactOptions | undefined,
    ready: () => Promise<void>,
  ): Promise<RedactionReport> {
    const { model, log, settings, upkeep, projections } = this.#parts;
    const checked = checkOptions('redact', REDACT_CHECKS, options);
    const selector = checkSelector(given, model);
    const redaction = log.care?.redaction;
    if (redaction === undefined) throw cannotRedact(log.path);
    const { signal, onProgress } = checked;
    const tell = onProgress === undefined ? settings.onProgress : harmless(onProgress, log);
    const check = (): void => {
      if (signal?.aborted === true) throw signal.reason;
    };
    const order = { ...checked, selector, tell, check };
    const start = performance.now();
    return this.#turns.run(async () => {
      await ready();
      return upkeep.alone(() => projections.alone((running) => this.#redact(redaction, order, running, start)));
    });
  }

  /** Resolves when no redaction is under way. */
  drained(): Promise<void> {
    return this.#turns.drained();
  }

  async #redact(
    redaction: LogRedaction,
    order: Order,
    running: readonly Projection[],
    start: number,
  ): Promise<RedactionReport> {
    const { log } = this.#parts;
    const { dryRun = false } = order;
    order.check();
    this.#requireHistory(order.selector);
    const found = await this.#find(redaction, order, dryRun).catch((error) => this.#giveUp(redaction, dryRun, error));
    const none = { dryRun, events: 0, blocks: 0, snapshots: 0, outcomes: 0 };
    if (found.first === undefined) {
      const { pending, milliseconds: blockedMilliseconds } = dryRun
        ? CLEAN
        : await this.#cleanAgain(redaction, found, order);
      const differences = dryRun ? { differences: [] } : {};
      return { ...none, blockedMilliseconds, pending, milliseconds: performance.now() - start, ...differences };
    }
    const report = { dryRun, events: found.events, blocks: found.blocks, outcomes: found.outcomes };
    let blockedMilliseconds = 0;
    let prepared: Prepared<State>;
    let differences: readonly StateDifference[] | undefined;
    try {
      prepared = await this.#prepare(found, order, running);
      if (dryRun) differences = await this.#compare(prepared, found.head);
      else blockedMilliseconds = await this.#takeEffect(redaction, prepared, order);
    } catch (error) {
      return this.#giveUp(redaction, dryRun, error);
    }
    let pending: string | undefined;
    if (!dryRun) {
      await renewReaders(log.path);
      const cleaned = await this.#cleanUp(redaction, prepared, order);
      pending = cleaned.pending;
      blockedMilliseconds += cleaned.milliseconds;
    }
    const milliseconds = performance.now() - start;
    const { snapshots } = prepared;
    return {
      ...report,
      snapshots,
      milliseconds,
      blockedMilliseconds,
      pending,
      ...(differences !== undefined && { differences }),
    };
  }

  /** Forgets what was staged, and throws. */
  async #giveUp(redaction: LogRedaction, dryRun: boolean, error: unknown): Promise<never> {
    // A log that has failed forgets it when it is opened the next time.
    if (!dryRun) await redaction.discard().catch(() => {});
    throw error;
  }

  /** @throws RefoldError `HISTORY_GONE` when events that were dropped may belong to the selection, and a snapshot hold them */
  #requireHistory(selector: Selector): void {
    const { log } = this.#parts;
    const first = log.firstSequence();
    const { sequence: head } = log.head();
    if (selector.kind !== 'sequences') {
      if (first === 1) return;
      const problem = `the log begins at ${first}, and its snapshots may hold words of events that were dropped`;
      const otherwise = 'or give the { sequences } of events after the oldest snapshot';
      throw historyUnderSnapshot(log.path, problem, { sequence: first }, otherwise);
    }
    const last = selector.sequences.at(-1) ?? 0;
    if (last > head) throw beyondEnd(log.path, last, head);
    const dropped = selector.sequences[0] ?? first;
    if (dropped >= first) return;
    const problem = `the event ${dropped} was dropped, and a snapshot may hold it: the log begins at ${first}`;
    throw historyUnderSnapshot(log.path, problem, { sequence: dropped }, `give sequences from ${first} on`);
  }

  /** Goes through the log, and stages what changes. */
  async #find(redaction: LogRedaction, order: Order, dryRun: boolean): Promise<Found> {
    const { model, log, reactors } = this.#parts;
    const { selector, tell, check } = order;
    const { sequence: head } = log.head();
    const borders = new Set((await log.snapshots('')).map(({ sequence }) => sequence));
    const found = new Found(log, head, await reactors.parked(), (blocks, outcomes) =>
      dryRun ? Promise.resolve() : redaction.stage(blocks, outcomes),
    );
    const onSelected = (event: RecordedEvent): void => found.select(event);
    found.runs = await ChangedRuns.open({ model, log, redaction, selector, head, borders, onSelected });
    const onProgress = async (done: number): Promise<void> => {
      check();
      tell({ phase: 'redact', done, total: head });
      await found.lookUpSome();
    };
    await onProgress(0);
    for await (const { sealed, blocks, events } of found.runs.find(onProgress)) {
      found.change(events, blocks);
      await found.stage(sealed);
    }
    await found.finish();
    return found;
  }

  async #prepare(found: Found, order: Order, running: readonly Projection[]): Promise<Prepared<State>> {
    const { model, log, fingerprint } = this.#parts;
    const { head, first } = found;
    const onFolded = foldedTo(order, head);
    const redacted = redactedLog(log, found.runs, first!);
    const deleted = (await log.snapshots('')).filter(({ sequence }) => sequence >= first!);
    const refolded = await refoldModel({ model, fingerprint, redacted }, { to: head, deleted, onFolded });
    const projections = new ProjectionsBeside(redacted);
    await projections.rebuild(running, head, onFolded);
    const holders = await planHolders(log, first!, projections.bases);
    const snapshots = deleted.length + holders.snapshots;
    const hasModelSnapshots = deleted.length > 0;
    const { lowered } = holders;
    return { found, redacted, refolded, projections, snapshots, hasModelSnapshots, lowered };
  }

  async #compare({ refolded }: Prepared<State>, head: number): Promise<readonly StateDifference[]> {
    const { model, log, fingerprint } = this.#parts;
    const { cursor } = await recover(model, log, fingerprint, { to: head });
    return diffStates(cursor.state, refolded.cursor.state);
  }

  /** @returns how long appends waited, in ms */
  async #takeEffect(redaction: LogRedaction, prepared: Prepared<State>, order: Order): Promise<number> {
    const { model, log, fingerprint, live, writes, upkeep, failure, settings } = this.#parts;
    const { found, redacted, refolded, projections } = prepared;
    const { cursor } = refolded;
    let blocked = 0;
    const since = (): (() => number) => {
      const start = performance.now();
      return () => performance.now() - start;
    };
    const opening = since();
    const parts = { model, fingerprint, redacted };
    const beside = new LiveBeside(parts, live.prepare(cursor.state), cursor.sequence);
    blocked += opening();
    const catchUp = async (): Promise<void> => {
      const to = log.head().sequence;
      const onFolded = foldedTo(order, to);
      await beside.advance(to, onFolded);
      await projections.advance(to, onFolded);
    };
    for (let round = 0; round < MOST_ROUNDS && writes.sequence - beside.sequence > CLOSE_EVENTS; round++)
      await catchUp();
    for (const { after } of prepared.lowered) await log.putCheckpoint(after);
    const resumeSnapshots = await upkeep.holdSnapshots();
    let redactedFrom: number | undefined;
    try {
      const holding = since();
      const release = await writes.hold();
      try {
        await catchUp();
        order.check();
        const fence = { expectedSequence: log.head().sequence, epoch: log.epoch };
        const row = rowOf(order, found, settings.clock());
        await failure.watching(log.path, () => redaction.apply(row, fence));
        redactedFrom = row.firstSequence;
        live.adopt(beside.live);
        this.#parts.renewFollowers();
        await projections.replace();
      } finally {
        release();
        blocked += holding();
      }
    } catch (error) {
      for (const { before } of prepared.lowered) await log.putCheckpoint(before).catch(() => {});
      throw error;
    } finally {
      await resumeSnapshots(redactedFrom);
    }
    return blocked;
  }

  /** What is left to do once the redaction has taken effect. A failure of it is only a warning. */
  async #cleanUp(redaction: LogRedaction, prepared: Prepared<State>, order: Order): Promise<ScrubReport> {
    const { log, fingerprint, upkeep } = this.#parts;
    await this.#harmlessly(() => writeRemade(log, fingerprint, prepared.refolded.remade));
    await this.#harmlessly(() => prepared.projections.save());
    if (prepared.hasModelSnapshots) await this.#harmlessly(() => upkeep.takeAgain());
    return this.#clean(redaction, prepared.found, order);
  }

  /** An earlier call may have left something. */
  async #cleanAgain(redaction: LogRedaction, found: Found, order: Order): Promise<ScrubReport> {
    const redactions = await redaction.redactions();
    return redactions.length === 0 ? CLEAN : this.#clean(redaction, found, order);
  }

  async #clean(redaction: LogRedaction, { parked }: Found, { tell }: Order): Promise<ScrubReport> {
    if (parked.size > 0) await this.#harmlessly(() => this.#parts.reactors.forgetMessages(parked));
    try {
      return await redaction.scrub((done) => tell({ phase: 'scrub', done, total: 1 }));
    } catch (error) {
      this.#parts.failure.notice(error, this.#parts.log.path);
      return { pending: `the files could not be cleaned: ${messageOf(error)}`, milliseconds: 0 };
    }
  }

  async #harmlessly(work: () => Promise<void>): Promise<void> {
    const { log, failure } = this.#parts;
    try {
      await work();
    } catch (error) {
      failure.notice(error, log.path);
      warnOf(log, 'RefoldHousekeepingWarning', error);
    }
  }
}

function foldedTo({ tell, check }: Order, total: number): (done: number) => void {
  return (done) => {
    check();
    tell({ phase: 'replay', done, total });
  };
}

function rowOf({ selector, by }: Order, { events, first, last }: Found, recordedAt: number): RedactionRow {
  const range = { firstSequence: first!, lastSequence: last };
  return { recordedAt, ...(by !== undefined && { by }), selector: hashOfSelector(selector), events, ...range };
}

function cannotRedact(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact ${path}: this log cannot change what its events say`, {
    path,
    type: 'log',
    hint: 'Move the log to a file, or keep what must be forgotten elsewhere',
  });
}

function beyondEnd(path: string, sequence: number, head: number): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact ${sequence}: the log ends at ${head}`, {
    path,
    sequence,
    type: 'sequences',
    hint: `Give sequences from 1 to ${head}`,
  });
}
