/** What `bisect` asks of each state: an invariant of the model, a condition as people type it, or a function. */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { isPromiseLike, letGo } from '../../../core/let-go.ts';
import type { Model } from '../../../core/model.ts';
import { listNearest, shortened } from '../../../core/nearest.ts';
import { isParts } from '../../../core/parts.ts';
import { whyBroken } from '../../past/verify.ts';
import { type Condition, parseCondition } from './condition.ts';

/** A condition on a state: read already, as text, or as a function. */
export type Asked<State> = Condition | string | ((state: State) => boolean);

/**
 * What to look for: the first event after which an invariant is broken, a condition is true, or a condition is false. A text or a
 * function alone means `firstTrue`, and the name of an invariant means that invariant.
 */
export type BisectTarget<State = any> =
  | Asked<State>
  | { readonly invariant: string }
  | { readonly firstTrue: Asked<State> }
  | { readonly firstFalse: Asked<State> };

export interface Question {
  /** Undefined while all is well. Otherwise the answer is bad, and a text that is not empty says more. */
  ask(state: object, sequence: number): string | undefined;
}

/** @throws RefoldError `INVALID_OPTION` for what is not a question */
export function readQuestion(model: Model, target: unknown): Question {
  try {
    return questionIn(model, target);
  } catch (error) {
    if (isRefoldError(error)) throw error;
    throw notAQuestion(error); // from a getter or a proxy
  }
}

function questionIn(model: Model, target: unknown): Question {
  if (typeof target === 'string' && Object.hasOwn(model.invariants ?? {}, target)) return invariantOf(model, target);
  if (typeof target === 'string' || typeof target === 'function' || isCondition(target)) {
    return questionOf(target, true);
  }
  if (isParts(target)) {
    const [[kind, asked] = [], ...others] = Object.entries(target).filter(([, value]) => value !== undefined);
    if (others.length === 0 && kind === 'invariant') return invariantOf(model, asked);
    if (others.length === 0 && kind === 'firstTrue') return questionOf(asked, true);
    if (others.length === 0 && kind === 'firstFalse') return questionOf(asked, false);
  }
  throw notAQuestion();
}

function invariantOf(model: Model, name: unknown): Question {
  const invariants: Record<string, (state: never) => unknown> = model.invariants ?? {};
  const holds = typeof name === 'string' && Object.hasOwn(invariants, name) ? invariants[name] : undefined;
  if (holds === undefined) throw noInvariant(name, Object.keys(invariants));
  return { ask: (state) => whyBroken(holds, state)?.replace(/^: /, '') };
}

/** @param isBad the answer that is looked for */
function questionOf(asked: unknown, isBad: boolean): Question {
  if (typeof asked === 'function') {
    return {
      ask: (state, sequence) =>
        answerOf(asked as (state: object) => unknown, state, sequence) === isBad ? '' : undefined,
    };
  }
  const condition = typeof asked === 'string' ? parseCondition(asked) : asked;
  if (!isCondition(condition)) throw notAQuestion();
  return questionOf((state: object) => condition.holds(state), isBad);
}

function isCondition(value: unknown): value is Condition {
  return isParts(value) && typeof (value as unknown as Condition).holds === 'function';
}

function answerOf(asked: (state: object) => unknown, state: object, sequence: number): boolean {
  let problem: string;
  let cause: unknown;
  try {
    const answer = asked(state);
    if (typeof answer === 'boolean') return answer;
    letGo(answer);
    problem = `it gave ${isPromiseLike(answer) ? 'a promise' : kindOf(answer)}, which is neither true nor false`;
  } catch (error) {
    cause = error;
    problem = `it threw: ${messageOf(error)}`;
  }
  const at = sequence === 0 ? 'before the first event' : `after event ${grouped(sequence)}`;
  throw new RefoldError('INVALID_OPTION', `Cannot ask the condition ${at}: ${problem}`, {
    type: 'condition',
    sequence,
    cause,
    hint: 'Ask what is true or false for every state, also for the one before the first event',
  });
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

function noInvariant(name: unknown, known: readonly string[]): RefoldError {
  const shown = typeof name === 'string' ? shortened(name) : `of that name (${typeof name})`;
  const hint =
    known.length === 0 ? 'The model has no invariants: give a condition' : `The model has ${listNearest(shown, known)}`;
  return new RefoldError('INVALID_OPTION', `Cannot look for the invariant ${shown}: the model does not have it`, {
    type: 'invariant',
    hint,
  });
}

function notAQuestion(cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot bisect: it is not clear what to look for', {
    type: 'condition',
    cause,
    hint: 'Give { invariant: name }, { firstTrue: condition } or { firstFalse: condition }; a condition is a text or a function',
  });
}
