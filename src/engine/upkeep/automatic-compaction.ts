/**
 * Automatic compaction, in the background: it seals old text, drops history that is no longer wanted, and returns free pages.
 *
 * A pure function decides what is due (`planUpkeep`). This file keeps its facts, at the cost of a few additions per block.
 * The facts are estimates. They are made exact when work begins, so a wrong estimate costs only a look at the log.
 */
import type { BlockHeader, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { reclaimLog, sizeOf, storedBytesOf } from '../calls/log-care.ts';
import type { Settings } from '../calls/options.ts';
import { COMPACTION_TRACE, traced } from '../calls/traces.ts';
import { collectHeaders, dropHistory, sealThrough } from './compaction.ts';
import {
  planReclaim,
  planSealing,
  planUpkeep,
  sealAtBytes,
  sumBytes,
  totalOpenBytes,
  type UpkeepFacts,
  youngestOf,
} from './compaction-policy.ts';
import type { UpkeepTask } from './tasks.ts';

export interface CompactionSource {
  readonly log: LogStore;
  readonly settings: Pick<Settings, 'history' | 'clock'>;
  /** Snapshots that the model can use, newest first. */
  readonly usableSnapshots: () => Promise<readonly SnapshotInfo[]>;
  /** Takes snapshots, and knows the sequence of the newest one, which is read after every commit. */
  readonly snapshots: { readonly lastSequence: number; take(): Promise<unknown> };
  /** Saves the running projections: events that they have not folded must stay. */
  readonly saveProjections: () => Promise<unknown>;
}

/** Bytes as of a sequence. */
interface Count {
  readonly through: number;
  readonly bytes: number;
}

/** What the last look at the history found. */
interface Look extends Count {
  readonly at: number;
  readonly snapshotSequence: number;
  readonly oldestAt: number;
  readonly waitsForSnapshot: boolean;
  readonly waitsForProjection: boolean;
}

/** Before the first look. */
const NO_LOOK = { at: 0, snapshotSequence: -1, oldestAt: 0, waitsForSnapshot: false, waitsForProjection: false };

/** This key remembers how far the log is sealed, so that an open does not have to search. */
export const SEALED_KEY = 'sealedThrough';
/** The average size of an event is mostly that of the last so many bytes. */
const AVERAGED_BYTES = 4 * 1024 * 1024;

export class AutomaticCompaction implements UpkeepTask {
  readonly #source: CompactionSource;
  readonly #storedBytes: (textBytes: number) => number;
  readonly #stopping = new AbortController();
  /** Everything up to here is sealed, or too large to seal; unknown until it is first needed. */
  #sealedThrough: number | undefined;
  /** Text in open blocks after `#sealedThrough`. */
  #open: Count;
  #look: Look;
  #stateBytes = 0;
  #recent = { bytes: 0, events: 0 };
  #recentThrough: number;
  /** One round or one requested compaction at a time, so that nothing else changes what it works on. */
  readonly #turns = new Mutex();

  constructor(source: CompactionSource) {
    this.#source = source;
    const { log } = source;
    this.#storedBytes = storedBytesOf(log);
    this.#recentThrough = log.head().sequence;
    this.#open = { through: log.firstSequence() - 1, bytes: 0 };
    this.#look = { ...this.#open, ...NO_LOOK };
  }

  /** Called after every durable block, with the size of its text. */
  appended(bytes: number): void {
    const { sequence } = this.#source.log.head();
    const recent = this.#recent;
    recent.bytes += this.#storedBytes(bytes);
    recent.events += sequence - this.#recentThrough;
    this.#recentThrough = sequence;
    if (recent.bytes <= AVERAGED_BYTES) return;
    recent.bytes /= 2;
    recent.events /= 2;
  }

  isDue(): boolean {
    if (this.#turns.isBusy || this.#stopping.signal.aborted) return false;
    return planUpkeep(this.#facts()).length > 0;
  }

  run(): Promise<void> {
    const { path } = this.#source.log;
    return this.alone(() =>
      traced(
        COMPACTION_TRACE,
        () => ({ path, automatic: true }),
        () => this.#round(),
      ),
    );
  }

  /** Does work while no round is running. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(work);
  }

  /** The running round ends after its current step, and no other begins. */
  stop(): void {
    this.#stopping.abort();
  }

  async #round(): Promise<void> {
    const { log, snapshots } = this.#source;
    this.#sealedThrough ??= await this.#recall();
    this.#noteOpen(await collectHeaders(log, this.#sealedThrough + 1));
    this.#stateBytes = (await log.snapshots(''))[0]?.bytes ?? 0;
    for (const step of planUpkeep(this.#facts())) {
      if (this.#stopping.signal.aborted) return;
      if (step === 'snapshot') await snapshots.take();
      if (step === 'seal') await this.#seal();
      if (step === 'drop') await this.#drop();
    }
    if (planReclaim(sizeOf(log)) && !this.#stopping.signal.aborted) await reclaimLog(log);
  }

  async #recall(): Promise<number> {
    const { log } = this.#source;
    const remembered = Number(await log.getMeta(SEALED_KEY));
    const isSequence = Number.isSafeInteger(remembered) && remembered >= 0 && remembered <= log.head().sequence;
    return Math.max(isSequence ? remembered : 0, log.firstSequence() - 1);
  }

  /** @param headers all those after what is sealed */
  #noteOpen(headers: readonly BlockHeader[]): void {
    const through = headers.at(-1)?.lastSequence ?? this.#sealedThrough!;
    this.#open = { through, bytes: totalOpenBytes(headers, this.#storedBytes) };
  }

  async #seal(): Promise<void> {
    const { log, settings } = this.#source;
    const from = this.#sealedThrough! + 1;
    const headers = await collectHeaders(log, from);
    const { history } = settings;
    const sealAt = sealAtBytes({ history, waitsForProjection: this.#look.waitsForProjection });
    const through = planSealing(headers, sealAt, this.#storedBytes);
    if (through === 0) return;
    const report = await sealThrough({ log, onProgress: quietly }, { from, through, signal: this.#stopping.signal });
    if (this.#stopping.signal.aborted) return;
    const last = report.made.at(-1);
    // The last block may be small: the next round looks at it again, and may join others to it.
    const sealedThrough = last?.lastSequence === through ? last.firstSequence - 1 : through;
    this.#sealedThrough = sealedThrough;
    this.#noteOpen(headers.filter(({ lastSequence }) => lastSequence > through));
    this.#look = { ...this.#look, bytes: this.#look.bytes - report.bytesBefore + report.bytesAfter };
    await log.putMeta(SEALED_KEY, String(sealedThrough));
  }

  async #drop(): Promise<void> {
    const { log, settings, usableSnapshots, snapshots, saveProjections } = this.#source;
    const { history, clock } = settings;
    const at = clock();
    const newest = snapshots.lastSequence;
    await saveProjections();
    const headers = await collectHeaders(log);
    const context = { log, history, usableSnapshots, now: at, onProgress: quietly };
    const { dropThrough, waitsForSnapshot, waitsForProjection } = await dropHistory(context, headers);
    const left = headers.filter(({ lastSequence }) => lastSequence > dropThrough);
    this.#look = {
      through: headers.at(-1)?.lastSequence ?? 0,
      bytes: sumBytes(left),
      at,
      snapshotSequence: newest,
      oldestAt: youngestOf(left, 0),
      waitsForSnapshot,
      waitsForProjection,
    };
    this.#sealedThrough = Math.max(this.#sealedThrough!, dropThrough);
    this.#noteOpen(left.filter(({ firstSequence }) => firstSequence > this.#sealedThrough!));
  }

  #facts(): UpkeepFacts {
    const { log, settings, snapshots } = this.#source;
    const { history, clock } = settings;
    const { sequence } = log.head();
    const look = this.#look;
    const newest = snapshots.lastSequence;
    // Only `maxAge` needs the time.
    const now = typeof history === 'object' && history.maxAge !== undefined ? clock() : look.at;
    return {
      history,
      // If the log cannot seal, sealing is never due.
      openBytes: log.care === undefined ? 0 : this.#open.bytes + this.#textSince(this.#open.through),
      tailBytes: this.#textSince(newest),
      stateBytes: this.#stateBytes,
      events: sequence - log.firstSequence() + 1,
      bytes: look.bytes + this.#textSince(look.through),
      oldestAt: look.oldestAt,
      now,
      newSnapshot: newest !== look.snapshotSequence,
      newBytes: this.#textSince(look.through),
      sinceMs: now - look.at,
      waitsForSnapshot: look.waitsForSnapshot,
      waitsForProjection: look.waitsForProjection,
    };
  }

  /** Estimated from the average size of an event in recent commits. */
  #textSince(sequence: number): number {
    const { bytes, events } = this.#recent;
    return events === 0 ? 0 : (this.#source.log.head().sequence - sequence) * (bytes / events);
  }
}

/** Background work does not report progress. */
function quietly(): void {}
