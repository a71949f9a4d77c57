/**
 * When something went wrong: the first event after which a question about the state is answered in the other way.
 *
 * Three ways to ask, from sure to fast:
 *
 *     every-event   after each event. Sure, and as slow as the question
 *     blocks        at ends of blocks, so rarely that asking stays under half of the folding time; after every event since the last
 *                   good place once the answer is bad. It may miss what was bad only between two places, and says so
 *     fast          halves between keyframes. Right only if what is bad stays bad
 */
import { grouped, RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { performance } from '../../../threads/timers.ts';
import { guardOf } from '../../calls/reentrancy.ts';
import { type FoldCursor, foldingRulesOf, presentToFold, recordedIn } from '../../folding/refold.ts';
import { recoverDespiteDrops } from '../../past/history.ts';
import { usableAt } from '../keyframes.ts';
import { type WalkParts, walkFrom } from '../walk.ts';
import type { Question } from './question.ts';

/** How `bisect` asks. */
export type BisectMode = 'blocks' | 'fast' | 'every-event';

/** Where something went wrong, and how that was found. */
export interface BisectReport {
  readonly found: boolean;
  /** The first event after which the answer is bad; the first of the range where it was bad before. Absent if nothing was found. */
  readonly sequence?: number;
  readonly recordedAt?: number;
  readonly type?: string;
  /** True when the answer was bad before the first event of the range: look at an earlier range. */
  readonly isAtStart?: true;
  /** What an invariant threw, say. */
  readonly reason?: string;
  /** Events folded, those that were folded again included. */
  readonly folded: number;
  /** How often the question was asked. */
  readonly asked: number;
  /** The range that was asked about. Up to its end, or to `sequence`, the answer was good wherever it was asked. */
  readonly lookedAt: { readonly from: number; readonly to: number };
  /** The most events between two places where it was asked, before the stretch that went wrong. */
  readonly grid: number;
  /** Whether something bad between two of these places, which was good again at the second one, would not have been seen. */
  readonly mayHaveMissed: boolean;
}

/** What a search is about to cost. */
export interface BisectEstimate {
  readonly events: number;
  readonly milliseconds: number;
}

/** What is asked, checked. */
export interface Bisecting {
  readonly question: Question;
  readonly from: number;
  readonly to: number;
  readonly mode: BisectMode;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
  readonly onEstimate: (estimate: BisectEstimate) => void;
}

/** @throws RefoldError what building a state and walking throw; `INVALID_OPTION` for a question that throws or gives a promise */
export async function findFirst<State extends object>(
  parts: WalkParts<State>,
  asking: Bisecting,
): Promise<BisectReport> {
  throwIfAborted(asking.signal);
  return new Search(parts, asking).run();
}

/** Asking takes at most this share of the folding time. */
const ASKING_SHARE = 0.3;
/** After so many events the cost of asking after each is known. */
const ESTIMATE_EVENTS = 200;

/** Where the answer turned bad. */
interface Turn {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: string;
  readonly reason: string | undefined;
}

class Search<State extends object> {
  readonly #parts: WalkParts<State>;
  readonly #asking: Bisecting;
  #folded = 0;
  #asked = 0;
  #askMs = 0;
  #grid = 0;

  constructor(parts: WalkParts<State>, asking: Bisecting) {
    this.#parts = parts;
    this.#asking = asking;
  }

  async run(): Promise<BisectReport> {
    const { from, to, mode } = this.#asking;
    const cursor = await this.#stateAt(from - 1);
    const atStart = this.#ask(cursor);
    if (atStart.isBad && from <= to) return this.#startIsBad(atStart.reason);
    if (from > to) return this.#report(undefined);
    if (mode === 'every-event') {
      this.#grid = 1;
      return this.#report(await this.#afterEach(cursor, to));
    }
    if (mode === 'fast') return this.#report(await this.#halve(to));
    return this.#report(await this.#forward(cursor, to));
  }

  /** Asks at ends of blocks, and after each event of the stretch that went wrong. */
  async #forward(cursor: FoldCursor<State>, to: number): Promise<Turn | undefined> {
    const { signal, onProgress } = this.#asking;
    const first = cursor.sequence;
    const start = performance.now();
    const askedBefore = this.#askMs;
    let good = cursor.sequence;
    const stretch = { from: good + 1, to, signal, onProgress };
    for await (const block of walkFrom(this.#parts, cursor, stretch, this.#generation())) {
      if (cursor.sequence === good) continue; // nothing is folded yet
      const askMs = this.#askMs - askedBefore;
      if (askMs > ASKING_SHARE * (performance.now() - start - askMs)) continue;
      if (this.#ask(cursor).isBad) {
        this.#folded += cursor.sequence - first;
        return this.#within(good, block.firstSequence - 1);
      }
      this.#widen(good, cursor.sequence);
      good = cursor.sequence;
    }
    this.#folded += cursor.sequence - first;
    if (this.#ask(cursor).isBad) return this.#within(good, to);
    this.#widen(good, cursor.sequence);
    return undefined;
  }

  /** Halves between keyframes, then within the stretch between two of them. */
  async #halve(to: number): Promise<Turn | undefined> {
    const { from } = this.#asking;
    const { log, fingerprint } = this.#parts;
    const end = await this.#stateAt(to);
    if (!this.#ask(end).isBad) {
      this.#widen(from - 1, to);
      return undefined;
    }
    const keyframes = (await usableAt(log, fingerprint))
      .map(({ sequence }) => sequence)
      .filter((sequence) => sequence >= from && sequence < to)
      .reverse();
    let [low, high] = [-1, keyframes.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#ask(await this.#stateAt(keyframes[middle]!)).isBad) high = middle;
      else low = middle;
    }
    const good = low < 0 ? from - 1 : keyframes[low]!;
    const bad = high === keyframes.length ? to : keyframes[high]!;
    this.#widen(good, bad);
    const grid = this.#grid;
    const turn = await this.#forward(await this.#stateAt(good), bad);
    this.#grid = grid;
    return turn;
  }

  /** After every event from the last good place on. */
  async #within(good: number, bad: number): Promise<Turn | undefined> {
    return this.#afterEach(await this.#stateAt(good), bad);
  }

  async #afterEach(cursor: FoldCursor<State>, to: number): Promise<Turn | undefined> {
    const { signal, onProgress, onEstimate, mode } = this.#asking;
    const from = cursor.sequence + 1;
    const start = performance.now();
    let done = 0;
    for await (const block of walkFrom(this.#parts, cursor, { from, to, signal, onProgress }, this.#generation())) {
      for (const { sequence, recordedAt, type } of block) {
        const { isBad, reason } = this.#ask(cursor);
        this.#folded += 1;
        if (isBad) return { sequence, recordedAt, type, reason };
        if (++done === ESTIMATE_EVENTS && mode === 'every-event') {
          const events = to - sequence;
          onEstimate({ events, milliseconds: (events * (performance.now() - start)) / done });
        }
        if (done % ESTIMATE_EVENTS === 0) throwIfAborted(signal);
      }
    }
    return undefined;
  }

  #ask({ state, sequence }: FoldCursor<State>): { readonly isBad: boolean; readonly reason: string | undefined } {
    const start = performance.now();
    this.#asked += 1;
    const guard = guardOf(this.#parts.log);
    const reason = guard.run(() => this.#asking.question.ask(state, sequence));
    this.#askMs += performance.now() - start;
    return { isBad: reason !== undefined, reason: reason === '' ? undefined : reason };
  }

  #widen(good: number, asked: number): void {
    this.#grid = Math.max(this.#grid, asked - good);
  }

  #generation(): number | undefined {
    return this.#parts.log.generation?.();
  }

  async #stateAt(sequence: number): Promise<FoldCursor<State>> {
    const { model, log, fingerprint } = this.#parts;
    const { signal } = this.#asking;
    const { cursor, eventsReplayed } = await recoverDespiteDrops(model, log, fingerprint, { to: sequence, signal });
    this.#folded += eventsReplayed;
    return cursor;
  }

  async #startIsBad(reason: string | undefined): Promise<BisectReport> {
    const { from } = this.#asking;
    return {
      ...{ found: true, sequence: from, isAtStart: true },
      ...(await this.#eventAt(from)),
      ...(reason !== undefined && { reason }),
      ...this.#looked(from),
    };
  }

  /** When an event was recorded, and its type, in the model's words. */
  async #eventAt(sequence: number): Promise<Pick<BisectReport, 'recordedAt' | 'type'>> {
    const { model, log } = this.#parts;
    const rules = await foldingRulesOf(model, log);
    for await (const block of log.read({ from: sequence, to: sequence })) {
      const recorded = recordedIn(block, sequence - 1, sequence);
      const { recordedAt, type } = recorded[0]!;
      const [present] = guardOf(log).run(() => presentToFold(model, recorded, rules));
      return { recordedAt, type: present?.type ?? type };
    }
    return {};
  }

  #report(turn: Turn | undefined): BisectReport {
    if (turn === undefined) return { found: false, ...this.#looked(this.#asking.to) };
    const { sequence, recordedAt, type, reason } = turn;
    return {
      found: true,
      sequence,
      recordedAt,
      type,
      ...(reason !== undefined && { reason }),
      ...this.#looked(sequence),
    };
  }

  #looked(to: number): Pick<BisectReport, 'folded' | 'asked' | 'lookedAt' | 'grid' | 'mayHaveMissed'> {
    const { from } = this.#asking;
    const lookedAt = { from, to };
    return { folded: this.#folded, asked: this.#asked, lookedAt, grid: this.#grid, mayHaveMissed: this.#grid > 1 };
  }
}

/** A range without events has no first one. */
export function nothingBetween(from: number, to: number): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot bisect from ${grouped(from)} to ${grouped(to)}: no event is there`, {
    ...{ type: 'from', sequence: from, hint: 'Begin at an event of the log, at or before the end of the range' },
  });
}
