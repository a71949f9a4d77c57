/**
 * Asks for the wanted moment with all that is in sight, whenever one of them changes.
 *
 * One question is on its way at a time. While it is, newer ones wait in one place, and the newest wins. A question that takes long
 * is given up for a newer one, here and on the server: a drag shows what can be shown on the way.
 */
import { batch, effect } from '@preact/signals';
import type { Moment } from '../../wire.ts';
import { getJson, type Params, problemOf, type StudioProblem } from '../base/api.ts';
import { lookText, type ViewInSight, viewInSight } from './in-sight.ts';
import { generation, lastSequence, momentProblem, shown, standsAtEnd, trouble, wanted } from './place.ts';
import { isWaiting } from './settled.ts';

/** How long a question may take before a newer one ends it, in ms. */
const OVERTAKEN_AFTER = 80;
/** A drag should be seen. When nothing was shown for so long, a question may take longer. In ms. */
const SEEN_EVERY = 300;
const SEEN_WITHIN = 400;

interface Question {
  readonly at: number | string;
  readonly look: string;
  readonly view: ViewInSight | undefined;
  readonly generation: string;
}

/** The last question: what the page shows, or is to show. */
let asked: Question | undefined;
/** The question that waits for its turn. */
let next: Question | undefined;
let underWay: { readonly since: number; readonly controller: AbortController } | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let shownWhen = 0;

/** Starts asking. */
export function keepAsking(): void {
  effect(() => {
    if (generation.value === undefined) return;
    const question = {
      ...{ at: wanted.value, look: lookText.value, view: viewInSight.value },
      generation: generation.value,
    };
    if (isSame(question, asked)) return;
    asked = question;
    isWaiting('moment', true);
    askSoon(question);
  });
}

/** Asks again: after a failure that may have passed. */
export function askAgain(): void {
  if (asked !== undefined) askSoon(asked);
}

function isSame(one: Question, other: Question | undefined): boolean {
  if (other === undefined) return false;
  return (
    one.at === other.at && one.look === other.look && one.view === other.view && one.generation === other.generation
  );
}

function askSoon(question: Question): void {
  clearTimeout(timer);
  next = question;
  if (underWay === undefined) void ask(question);
  else timer = setTimeout(() => void ask(question), Math.max(0, underWay.since + patience() - performance.now()));
}

function patience(): number {
  return performance.now() - shownWhen > SEEN_EVERY ? SEEN_WITHIN : OVERTAKEN_AFTER;
}

async function ask(question: Question): Promise<void> {
  clearTimeout(timer);
  next = undefined;
  const controller = new AbortController();
  underWay?.controller.abort();
  const mine = { since: performance.now(), controller };
  underWay = mine;
  try {
    const moment = await getJson<Moment>('moment', paramsOf(question), controller.signal);
    show(question, moment);
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined) tell(question, problem);
  } finally {
    if (underWay === mine) {
      underWay = undefined;
      if (next !== undefined) void ask(next);
    }
  }
}

function paramsOf({ at, look, view }: Question): Params {
  return { at: at === 'end' ? undefined : at, look, view: view?.name, of: view?.of };
}

/** An answer to a question that was overtaken is shown as well, unless it is of an older generation: a drag goes on being seen. */
function show(question: Question, moment: Moment): void {
  if (generation.value !== question.generation) return;
  shownWhen = performance.now();
  batch(() => {
    shown.value = moment;
    momentProblem.value = undefined;
    if (wanted.value === question.at && question.at !== moment.sequence) {
      asked = { ...question, at: moment.sequence };
      wanted.value = moment.sequence;
      // The log has grown while it was asked for its end.
      if (question.at === 'end' && !standsAtEnd()) wanted.value = lastSequence.value;
    }
  });
  if (isSame({ ...question, at: moment.sequence }, asked)) isWaiting('moment', false);
}

function tell(question: Question, problem: StudioProblem): void {
  if (problem.code === 'LOCKED' || problem.code === 'SERVER_GONE') trouble.value = problem;
  else if (isSame(question, asked)) momentProblem.value = problem;
}
