/**
 * Redaction: takes words out of events that are in the log, and out of everything that was made of them.
 *
 *     find and pack → stage → refold beside → (appends wait) → catch up → apply → switch → (appends go on) → snapshots → scrub
 *
 * Until `apply` nothing of the log and of the store has changed, whatever fails. `apply` is one transaction. So after a crash the
 * log is as before, or as after. Followers, replicas and read-only stores notice it by the log's `generation`.
 */
import { grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { diffStates, type StateDifference } from '../../fold/diff.ts';
import type { LogRedaction } from '../../log/log-redaction.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Mutex } from '../../threads/mutex.ts';
import { performance } from '../../threads/timers.ts';
import { mayKeep } from '../calls/log-care.ts';
import { harmless } from '../calls/progress.ts';
import { READ_ATTEMPTS } from '../past/history.ts';
import type { Projection } from '../past/projection.ts';
import { recover } from '../past/recovery.ts';
import { renewReaders } from '../replica/renewal.ts';
import { ChangedRuns } from './changed-runs.ts';
import { Cleaning } from './cleaning.ts';
import { Found } from './found.ts';
import { planHolders } from './holders.ts';
import { type ErasureParts, foldedTo, type Order, type Prepared } from './parts.ts';
import { redactedLog } from './redacted-log.ts';
import { historyUnderSnapshot, ProjectionsBeside, refoldModel } from './refolding.ts';
import type { RedactionReport, RedactOptions } from './report.ts';
import { checkSelector, type RedactionSelector, type Selector } from './selector.ts';
import { takeEffect } from './taking-effect.ts';

/** What a report says of a call that changed nothing. */
const NO_EFFECT = { snapshots: 0, blockedMilliseconds: 0, pending: undefined };

export class Erasure<State extends object> {
  readonly #parts: ErasureParts<State>;
  /** One redaction at a time. */
  readonly #turns = new Mutex();

  readonly #cleaning: Cleaning;

  constructor(parts: ErasureParts<State>) {
    this.#parts = parts;
    this.#cleaning = new Cleaning(parts);
  }

  /**
   * @param given a selector, not checked yet
   * @param options checked
   * @param ready resolves when what was appended before the call is durable; rejects when the store cannot be used
   * @throws RefoldError `INVALID_OPTION`, `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `REDUCER_FAILED`, `HISTORY_GONE`
   */
  async redact(
    given: RedactionSelector<any>,
    options: RedactOptions,
    ready: () => Promise<void>,
  ): Promise<RedactionReport> {
    const { model, log, settings, upkeep, projections } = this.#parts;
    const selector = checkSelector(given, model);
    const redaction = log.care?.redaction;
    if (redaction === undefined) throw cannotRedact(log.path);
    const { signal, onProgress } = options;
    const tell = onProgress === undefined ? settings.onProgress : harmless(onProgress, log);
    const check = (): void => {
      throwIfAborted(signal);
    };
    const order = { ...options, selector, tell, check };
    const start = performance.now();
    return this.#turns.run(async () => {
      await ready();
      const alone = (): Promise<RedactionReport> =>
        upkeep.alone(() => projections.alone((running) => this.#redact(redaction, order, running, start)));
      return this.#isReader ? despiteSealing(alone) : alone();
    });
  }

  /** Cleans the files if an earlier redaction could not: after the open, or as the new keeper. Never rejects. */
  async cleanUpLater(): Promise<void> {
    const { log } = this.#parts;
    const redaction = log.care?.redaction;
    if (redaction === undefined || this.#isReader || !mayKeep(log)) return;
    await this.#turns.run(() => this.#cleaning.afterOpen(redaction));
  }

  /** A log that is open for writing may be given to a store that is not. */
  get #isReader(): boolean {
    const { log, settings } = this.#parts;
    return settings.readOnly || log.readOnly;
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
    const counts = { dryRun, events: found.events, blocks: found.blocks, outcomes: found.outcomes };
    const took = (): { milliseconds: number } => ({ milliseconds: performance.now() - start });
    if (found.first === undefined) {
      if (dryRun) return { ...counts, ...NO_EFFECT, ...took(), differences: [] };
      const { pending, milliseconds } = await this.#cleaning.again(redaction, found, order);
      return { ...counts, ...NO_EFFECT, blockedMilliseconds: milliseconds, pending, ...took() };
    }
    let blockedMilliseconds = 0;
    let prepared: Prepared<State>;
    try {
      prepared = await this.#prepare(found, order, running);
      if (dryRun) {
        const differences = await this.#compare(prepared, found.head);
        return { ...counts, ...NO_EFFECT, snapshots: prepared.snapshots, ...took(), differences };
      }
      blockedMilliseconds = await takeEffect(this.#parts, this.#cleaning, redaction, prepared, order);
    } catch (error) {
      return this.#giveUp(redaction, dryRun, error);
    }
    await renewReaders(log.path);
    const { pending, milliseconds } = await this.#cleaning.afterwards(redaction, prepared, order);
    blockedMilliseconds += milliseconds;
    return { ...counts, snapshots: prepared.snapshots, ...took(), blockedMilliseconds, pending };
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
      const problem = `the log begins at ${grouped(first)}, and its snapshots may hold words of events that were dropped`;
      const otherwise = 'or give the { sequences } of events after the oldest snapshot';
      throw historyUnderSnapshot(log.path, problem, { sequence: first }, otherwise);
    }
    const last = selector.sequences.at(-1) ?? 0;
    if (last > head) throw beyondEnd(log.path, last, head);
    const dropped = selector.sequences[0] ?? first;
    if (dropped >= first) return;
    const problem = `the event ${grouped(dropped)} was dropped, and a snapshot may hold it: the log begins at ${grouped(first)}`;
    throw historyUnderSnapshot(log.path, problem, { sequence: dropped }, `give sequences from ${grouped(first)} on`);
  }

  /** Goes through the log, and stages what changes. */
  async #find(redaction: LogRedaction, order: Order, dryRun: boolean): Promise<Found> {
    const { model, log, reactors } = this.#parts;
    const { selector, tell, check } = order;
    const { sequence: head } = log.head();
    const borders = new Set((await log.snapshots('')).map(({ sequence }) => sequence));
    const runs = await ChangedRuns.open({ model, log, redaction, selector, head, borders });
    const found = new Found(runs, log, head, await reactors.parked(), (blocks, outcomes) =>
      dryRun ? Promise.resolve() : redaction.stage(blocks, outcomes),
    );
    const onSelected = (event: RecordedEvent): void => found.select(event);
    const onProgress = async (done: number): Promise<void> => {
      check();
      tell({ phase: 'redact', done, total: head });
      await found.lookUpSome();
    };
    await onProgress(0);
    for await (const { sealed, blocks, events } of runs.find({ onSelected, onProgress })) {
      found.change(events, blocks);
      await found.stage(sealed);
    }
    if (redaction.outcomes !== undefined) await found.lookThrough(() => redaction.outcomes!());
    await found.stageAll();
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
}

/** The writer may seal blocks while another process plans. Then the plan begins again. */
async function despiteSealing<T>(plan: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await plan();
    } catch (error) {
      if (round === READ_ATTEMPTS || !isRefoldError(error, 'SEQUENCE_CONFLICT')) throw error;
    }
  }
}

function cannotRedact(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact ${path}: this log cannot change what its events say`, {
    path,
    type: 'log',
    hint: 'Move the log to a file, or keep what must be forgotten elsewhere',
  });
}

function beyondEnd(path: string, sequence: number, head: number): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact ${grouped(sequence)}: the log ends at ${grouped(head)}`, {
    path,
    sequence,
    type: 'sequences',
    hint: `Give sequences from 1 to ${grouped(head)}`,
  });
}
