/**
 * Follows the log: new events appear, and the view stays where it is unless it stood at the end.
 *
 * A hidden tab ends its stream and goes on at its last sequence when it is seen again. Where many tabs are seen, the server ends
 * the stream of the one that had it longest, and they take turns. After a failure it is tried again, for ever, with growing pauses.
 */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { LiveLine, LogAnswer } from '../../wire.ts';
import { getJson, getLines, problemOf } from '../base/api.ts';
import { askAgain } from './asking.ts';
import { go, lastSequence, log, standsAtEnd, trouble } from './place.ts';

/** Whether new events are heard of now. */
export const isLive: Signal<boolean> = signal(false);
/** The end when it was last looked at; undefined before the log is known. */
const seenEnd: Signal<number | undefined> = signal(undefined);
/** Events that came since the end was last looked at. */
export const unseen: ReadonlySignal<number> = computed(() =>
  Math.max(0, lastSequence.value - (seenEnd.value ?? lastSequence.value)),
);
/** The last line that was heard. It is set together with the log. */
export const latest: Signal<LiveLine | undefined> = signal(undefined);
/** New events a second, over the last seconds. */
export const rate: Signal<number> = signal(0);

const FIRST_RETRY = 250;
const LONGEST_RETRY = 5_000;
/** How long a tab leaves its stream to the other ones, in ms. */
const TURN_OF_OTHERS = 2_000;
/** Over how many ms the rate is told. */
const RATE_OVER = 4_000;

let controller: AbortController | undefined;

/** Loads what the log is, and follows it. */
export function keepLive(): void {
  document.addEventListener('visibilitychange', () => (document.hidden ? controller?.abort() : void run()));
  effect(() => {
    const end = log.value?.lastSequence;
    if (standsAtEnd() || seenEnd.peek() === undefined) seenEnd.value = end;
  });
  effect(() => {
    if (trouble.value?.code !== 'SERVER_GONE' || !isLive.value) return;
    // One question failed, and the stream goes on: it is begun again, which asks all questions again.
    const timer = setTimeout(reconnect, FIRST_RETRY);
    return () => clearTimeout(timer);
  });
  void run();
}

/** Tries at once: the key has just been given. */
export function reconnect(): void {
  controller?.abort();
  void run();
}

async function run(): Promise<void> {
  controller?.abort();
  const mine = new AbortController();
  controller = mine;
  for (let pause = FIRST_RETRY; !mine.signal.aborted && !document.hidden; pause = Math.min(pause * 2, LONGEST_RETRY)) {
    try {
      for (;;) {
        await load(mine.signal);
        pause = FIRST_RETRY;
        await follow(mine.signal);
        await rest(TURN_OF_OTHERS);
      }
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined || mine.signal.aborted) return;
      trouble.value = problem;
      if (problem.code === 'LOCKED') return;
    } finally {
      isLive.value = false;
    }
    await rest(pause);
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sizes, snapshots and the writer are told by the server only when it is asked. */
async function load(signal: AbortSignal): Promise<void> {
  const answer = await getJson<LogAnswer>('log', {}, signal);
  const [before, known] = [trouble.value, log.value];
  const stoodAtEnd = known !== undefined && standsAtEnd();
  batch(() => {
    log.value = withNews(answer, known);
    trouble.value = undefined;
    if (stoodAtEnd) goOn();
  });
  if (before !== undefined) askAgain();
}

let loading: Promise<void> | undefined;

/** One at a time: lines come faster than answers. What fails is told by the stream, which fails too. */
function loadAgain(signal: AbortSignal): void {
  loading ??= load(signal)
    .catch(() => {})
    .finally(() => (loading = undefined));
}

/** The answer, with what the stream told while it was on its way. */
function withNews(answer: LogAnswer, known: LogAnswer | undefined): LogAnswer {
  if (known === undefined || known.lastSequence <= answer.lastSequence || known.path !== answer.path) return answer;
  const { lastSequence, lastRecordedAt } = known;
  return {
    ...{ ...answer, ...grown(answer, lastSequence - answer.lastSequence) },
    ...(lastRecordedAt !== undefined && { lastRecordedAt }),
  };
}

/** What so many more events make of the log. */
function grown({ events, lastSequence, recovery }: LogAnswer, more: number) {
  return {
    ...{ events: events + more, lastSequence: lastSequence + more },
    recovery: {
      ...recovery,
      events: recovery.events + more,
      milliseconds: recovery.milliseconds + (more * 1_000) / Math.max(1, recovery.eventsPerSecond),
    },
  };
}

/** Until the server ends the stream. */
async function follow(signal: AbortSignal): Promise<void> {
  isLive.value = true;
  await getLines<LiveLine>('live', { from: lastSequence.value + 1 }, signal, (line) => take(line, signal));
}

function take(line: LiveLine, signal: AbortSignal): void {
  const { value } = log;
  if (value === undefined) return;
  if (line.generation !== value.generation) {
    loadAgain(signal);
    return;
  }
  const stoodAtEnd = standsAtEnd();
  const events = Math.max(0, line.last - value.lastSequence); // some may have been told with the log
  batch(() => {
    log.value = {
      ...value,
      ...grown(value, events),
      ...(value.firstRecordedAt === undefined && line.recordedAt !== undefined && { firstRecordedAt: line.recordedAt }),
      ...(line.recordedAt !== undefined && { lastRecordedAt: line.recordedAt }),
      problems: line.problems,
    };
    latest.value = line;
    count(events);
    if (stoodAtEnd) goOn();
  });
  // Who writes, what was sealed, and when the first event was recorded, is known exactly by the server alone.
  const isOther = line.hasWriter !== (value.writer !== undefined) || line.upkeep !== value.upkeep;
  if (isOther || (value.events === 0 && events > 0)) loadAgain(signal);
}

/** To the end, unless the moment is later than that: then the page has not heard of it yet. */
function goOn(): void {
  if (!standsAtEnd()) go(lastSequence.value);
}

/** Goes to the end, and stays there while it grows. */
export function goToEnd(): void {
  seenEnd.value = lastSequence.value;
  go(lastSequence.value);
}

const heard: { readonly when: number; readonly events: number }[] = [];
let fading: ReturnType<typeof setTimeout> | undefined;

function count(events: number): void {
  heard.push({ when: performance.now(), events });
  tellRate();
}

function tellRate(): void {
  clearTimeout(fading);
  const since = performance.now() - RATE_OVER;
  while (heard.length > 0 && heard[0]!.when < since) heard.shift();
  rate.value = (heard.reduce((sum, { events }) => sum + events, 0) * 1_000) / RATE_OVER;
  if (heard.length > 0) fading = setTimeout(tellRate, RATE_OVER / 4);
}
