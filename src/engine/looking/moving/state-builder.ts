/**
 * Builds a state for a cursor: from the log as `at` does, or from a state that was kept in memory for far places.
 */
import { isRefoldError } from '../../../core/errors.ts';
import type { Model } from '../../../core/model.ts';
import { openNotingState } from '../../../fold/live-state.ts';
import type { LogStore } from '../../../log/log-store.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import type { ModelFingerprint } from '../../folding/fingerprint.ts';
import { type FoldCursor, foldLog, type RestOfBlock } from '../../folding/refold.ts';
import { recoverDespiteDrops } from '../../past/history.ts';
import { usableAt } from '../keyframes.ts';
import { HeldState, type Standing } from './standing.ts';
import { nextWarmPlace, packState, unpackState, WarmStates } from './warm-states.ts';

/** What a cursor moves through. */
export interface CursorParts<State extends object> {
  readonly model: Model<State>;
  /** Throws when the handle is closed. */
  readonly log: () => LogStore;
  readonly fingerprint: ModelFingerprint;
  readonly checkpointBytes: number | undefined;
}

/** Counts what a move does. */
export interface Tally {
  checkpoint?: number;
  keyframe?: number;
  isRebuilt: boolean;
  events: number;
}

/** Where a state in the log begins: a snapshot, or the beginning. */
interface LogStart {
  readonly sequence: number;
  readonly bytes: number;
}

/** A state, and events behind it that were decoded with the last ones. */
interface Built<State> {
  readonly cursor: FoldCursor<State>;
  readonly rest: RestOfBlock | undefined;
}

const BEGINNING_OF_LOG: LogStart = { sequence: 0, bytes: 0 };

/** Who hears of what a builder notices. */
export interface BuilderHearing {
  /** The log was redacted. */
  readonly onRedacted: () => void;
  /** Events behind a state that was built: they are decoded already. */
  readonly onRest: (rest: RestOfBlock) => void;
}

export class StateBuilder<State extends object> {
  readonly #parts: CursorParts<State>;
  readonly #hearing: BuilderHearing;
  readonly #warm = new WarmStates();
  /** The snapshots of the log, newest first, as they were when the log ended there. */
  #starts: { readonly head: number; readonly snapshots: readonly LogStart[] } | undefined;
  #first: number;
  #generation: number | undefined;
  /** Whether no state could be kept: the next one would fail as well. */
  #isFull = false;

  constructor(parts: CursorParts<State>, hearing: BuilderHearing) {
    this.#parts = parts;
    this.#hearing = hearing;
    this.#first = parts.log().firstSequence();
    this.#generation = parts.log().generation?.();
  }

  get warmBytes(): number {
    return this.#warm.bytes;
  }

  /** Drops what was kept when the log was redacted, or history was dropped. Gives whether it was. */
  noticeLoss(): boolean {
    const log = this.#parts.log();
    const [first, generation] = [log.firstSequence(), log.generation?.()];
    const isRedacted = generation !== this.#generation;
    if (first === this.#first && !isRedacted) return false;
    [this.#first, this.#generation] = [first, generation];
    this.#forget();
    if (isRedacted) this.#hearing.onRedacted();
    return true;
  }

  /** From where a state at a sequence would be built. */
  async startFor(target: number): Promise<LogStart> {
    const snapshots = await this.#snapshots();
    const stored = snapshots.find(({ sequence }) => sequence <= target) ?? BEGINNING_OF_LOG;
    const warm = this.#warm.before(target);
    return warm !== undefined && warm.sequence > stored.sequence ? warm : stored;
  }

  /** About how large the state at a sequence is as bytes of a snapshot. */
  async bytesNear(sequence: number): Promise<number> {
    const { bytes } = await this.startFor(sequence);
    return bytes > 0 ? bytes : ((await this.#snapshots()).at(-1)?.bytes ?? 0);
  }

  /** The state at a sequence, without the event there. @throws RefoldError as `store.at` does */
  async build(to: number, tally: Tally, signal: AbortSignal | undefined): Promise<Standing<State>> {
    const { cursor, rest } = await this.#stateAt(to, tally, signal);
    if (rest !== undefined) this.#hearing.onRest(rest);
    const { sequence, recordedAt, state } = cursor;
    const held = new HeldState(openNotingState(state, this.#parts.model.comparators));
    return { sequence, recordedAt, state: held, events: [], commit: undefined, changes: [] };
  }

  /** Keeps one more state. False when nothing more is worth it, or fits. */
  async warm(budget: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#isFull) return false;
    const place = await this.#nextPlace(budget);
    if (place === undefined) return false;
    try {
      const { cursor } = await this.#stateAt(place, { isRebuilt: false, events: 0 }, signal);
      const one = await packState(this.#parts.model, cursor, budget - this.#warm.bytes, signal);
      // What was read may be from before the loss: the next call builds it again.
      if (this.noticeLoss()) return true;
      if (one !== undefined) this.#warm.keep(one);
      this.#isFull = one === undefined;
    } catch (error) {
      throwIfAborted(signal);
      if (!isRefoldError(error)) throw error;
      this.#isFull = true; // moves to that place say why
    }
    return !this.#isFull;
  }

  async #nextPlace(budget: number): Promise<number | undefined> {
    const snapshots = await this.#snapshots();
    const bytes = snapshots[0]?.bytes ?? 0;
    if (bytes > budget) return undefined;
    const stored = snapshots.map(({ sequence }) => sequence);
    const starts = [...(this.#first === 1 ? [0] : []), ...stored, ...this.#warm.sequences].sort((a, b) => a - b);
    const { sequence: last } = this.#parts.log().head();
    return nextWarmPlace({ starts, last, bytes: this.#warm.bytes, kept: this.#warm.sequences.length, budget });
  }

  async #stateAt(to: number, tally: Tally, signal: AbortSignal | undefined): Promise<Built<State>> {
    return (await this.#fromMemory(to, tally, signal)) ?? this.#fromLog(to, tally, signal);
  }

  async #fromMemory(to: number, tally: Tally, signal: AbortSignal | undefined): Promise<Built<State> | undefined> {
    const warm = this.#warm.before(to);
    if (warm === undefined || (await this.startFor(to)) !== warm) return undefined;
    const { model } = this.#parts;
    const log = this.#parts.log();
    const cursor = unpackState(model, warm);
    let rest: RestOfBlock | undefined;
    try {
      await foldLog(model, model.reducers, log, cursor, { to, signal, onRest: (found) => (rest = found) });
    } catch (error) {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
    }
    this.noticeLoss();
    if (cursor.sequence !== to || this.#warm.before(to) !== warm) return undefined;
    tally.checkpoint = warm.sequence;
    tally.events += to - warm.sequence;
    return { cursor, rest };
  }

  async #fromLog(to: number, tally: Tally, signal: AbortSignal | undefined): Promise<Built<State>> {
    const { model, fingerprint } = this.#parts;
    tally.isRebuilt = true;
    let rest: RestOfBlock | undefined;
    const building = { to, signal, onRest: (found: RestOfBlock) => (rest = found) };
    const recovered = await recoverDespiteDrops(model, this.#parts.log(), fingerprint, building);
    const { cursor, snapshot, eventsReplayed } = recovered;
    if (snapshot !== undefined) tally.keyframe = snapshot.sequence;
    tally.events += eventsReplayed;
    return { cursor, rest };
  }

  async #snapshots(): Promise<readonly LogStart[]> {
    const log = this.#parts.log();
    const head = log.head().sequence;
    if (this.#starts?.head !== head) {
      const usable = await usableAt(log, this.#parts.fingerprint);
      this.#starts = { head, snapshots: usable.map(({ sequence, bytes }) => ({ sequence, bytes })) };
    }
    return this.#starts.snapshots;
  }

  #forget(): void {
    this.#warm.clear();
    this.#starts = undefined;
    this.#isFull = false;
  }
}
