/**
 * Asks for the tape whenever the moment changes: trades newest first, up to and with the moment. One question is on its way at a
 * time, and the newest wins.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { TapeAnswer } from '../../wire.ts';
import { getJson, isAbort, StudioProblem } from '../base/api.ts';
import { at, log } from '../moment/place.ts';
import { isWaiting } from '../moment/settled.ts';

export interface TapeState {
  readonly answer?: TapeAnswer;
  readonly problem?: StudioProblem;
}

export interface Tape {
  readonly state: Signal<TapeState>;
  /** Looks for older rows, and adds them. */
  readonly more: () => void;
  readonly close: () => void;
}

/** How many rows at once. */
const TAPE_ROWS = 100;

/** Before the first event. */
const BEFORE_ALL: TapeAnswer = { rows: [], lookedBackTo: 0 };

export function openTape(view: string, of: () => string | undefined): Tape {
  const state: Signal<TapeState> = signal({});
  let controller: AbortController | undefined;
  const ask = async (from: number, before: TapeAnswer | undefined): Promise<void> => {
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    isWaiting('tape', true);
    try {
      const answer = await getJson<TapeAnswer>('tape', { view, of: of(), at: from, count: TAPE_ROWS }, mine.signal);
      state.value = { answer: before === undefined ? answer : { ...answer, rows: [...before.rows, ...answer.rows] } };
    } catch (error) {
      if (isAbort(error)) return;
      state.value = { ...state.value, problem: problemOf(error) };
    }
    if (controller === mine) isWaiting('tape', false);
  };
  const stop = effect(() => {
    void [of(), log.value?.generation];
    if (at.value === 0) state.value = { answer: BEFORE_ALL };
    else void ask(at.value, undefined);
  });
  return {
    state,
    more: () => {
      const { answer } = state.value;
      if (answer?.next !== undefined) void ask(answer.next, answer);
    },
    close: () => {
      stop();
      controller?.abort();
      isWaiting('tape', false);
    },
  };
}

function problemOf(error: unknown): StudioProblem {
  return error instanceof StudioProblem ? error : new StudioProblem({ code: 'DEFECT', message: String(error) });
}
