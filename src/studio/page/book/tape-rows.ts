/**
 * Asks for the tape whenever the moment changes: trades newest first, up to and with the moment.
 *
 * One question is on its way at a time. The newest of those that came meanwhile is asked after it: so rows are seen also while
 * the moment moves faster than the server answers.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { TapeAnswer } from '../../wire.ts';
import { getJson, problemOf, type StudioProblem } from '../base/api.ts';
import { at, generation } from '../moment/place.ts';
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

interface TapeQuestion {
  readonly of: string | undefined;
  readonly at: number;
  /** Rows to which the older ones are added. */
  readonly before?: TapeAnswer;
}

/** How many rows at once. */
const TAPE_ROWS = 100;
/** Before the first event. */
const BEFORE_ALL: TapeAnswer = { rows: [], lookedBackTo: 0 };

let opened = 0;

export function openTape(view: string, of: () => string | undefined): Tape {
  const pane = `tape ${++opened}`;
  const state: Signal<TapeState> = signal({});
  const ending = new AbortController();
  let [next, isAsking]: [TapeQuestion | undefined, boolean] = [undefined, false];
  const askAll = async (): Promise<void> => {
    isAsking = true;
    for (; next !== undefined && !ending.signal.aborted; ) {
      const question = next;
      next = undefined;
      const answer = await answerOf(view, question, ending.signal);
      if (answer !== undefined) state.value = answer;
    }
    isAsking = false;
    isWaiting(pane, false);
  };
  const ask = (question: TapeQuestion): void => {
    next = question;
    isWaiting(pane, true);
    if (!isAsking) void askAll();
  };
  const stop = effect(() => {
    void generation.value;
    ask({ of: of(), at: at.value });
  });
  return {
    state,
    more: () => {
      const { answer } = state.value;
      if (answer?.next !== undefined) ask({ of: of(), at: answer.next, before: answer });
    },
    close: () => {
      stop();
      ending.abort();
      isWaiting(pane, false);
    },
  };
}

/** Undefined when the tape was closed. */
async function answerOf(view: string, question: TapeQuestion, signal: AbortSignal): Promise<TapeState | undefined> {
  const { of, at: last, before } = question;
  if (last === 0) return { answer: BEFORE_ALL };
  try {
    const answer = await getJson<TapeAnswer>('tape', { view, of, at: last, count: TAPE_ROWS }, signal);
    return { answer: before === undefined ? answer : { ...answer, rows: [...before.rows, ...answer.rows] } };
  } catch (error) {
    const problem = problemOf(error);
    return problem && { problem };
  }
}
