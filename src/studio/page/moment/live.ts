/**
 * Follows the log: new events appear, and the view stays where it is unless it stood at the end.
 *
 * A hidden tab ends its stream and goes on at its last sequence when it is seen again. After a failure it is tried again, for
 * ever, with growing pauses.
 */
import { batch, type Signal, signal } from '@preact/signals';
import type { LiveLine, LogAnswer } from '../../wire.ts';
import { getJson, getLines, isAbort, StudioProblem } from '../base/api.ts';
import { askAgain } from './asking.ts';
import { go, lastSequence, log, trouble, wanted } from './place.ts';

/** Whether new events are heard of now. */
export const isLive: Signal<boolean> = signal(false);
/** Events that came since the end was last looked at. */
export const unseen: Signal<number> = signal(0);
/** New events a second, over the last seconds. */
export const rate: Signal<number> = signal(0);

const FIRST_RETRY = 250;
const LONGEST_RETRY = 5_000;
/** Over how many ms the rate is told. */
const RATE_OVER = 4_000;

let controller: AbortController | undefined;

/** Loads what the log is, and follows it. */
export function keepLive(): void {
  document.addEventListener('visibilitychange', () => (document.hidden ? controller?.abort() : void run()));
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
      await load(mine.signal);
      pause = FIRST_RETRY;
      await follow(mine.signal);
    } catch (error) {
      if (isAbort(error) || mine.signal.aborted) return;
      trouble.value =
        error instanceof StudioProblem ? error : new StudioProblem({ code: 'DEFECT', message: String(error) });
      if (trouble.value.code === 'LOCKED') return;
    } finally {
      isLive.value = false;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Sizes, snapshots and the writer are told by the server only when it is asked. */
async function load(signal: AbortSignal): Promise<void> {
  const answer = await getJson<LogAnswer>('log', {}, signal);
  const before = trouble.value;
  batch(() => {
    log.value = answer;
    trouble.value = undefined;
  });
  if (before !== undefined) askAgain();
}

async function follow(signal: AbortSignal): Promise<void> {
  isLive.value = true;
  await getLines<LiveLine>('live', { from: lastSequence.value + 1 }, signal, (line) => take(line, signal));
}

function take(line: LiveLine, signal: AbortSignal): void {
  const { value } = log;
  if (value === undefined) return;
  if (line.generation !== value.generation) {
    void load(signal).catch(() => {});
    return;
  }
  const stoodAtEnd = wanted.value === value.lastSequence;
  batch(() => {
    log.value = {
      ...value,
      ...{ events: value.events + line.events, lastSequence: line.last },
      ...(line.recordedAt !== undefined && { lastRecordedAt: line.recordedAt }),
    };
    count(line.events);
    unseen.value = stoodAtEnd ? 0 : unseen.value + line.events;
    if (stoodAtEnd) go(line.last);
  });
}

/** Goes to the end, and stays there while it grows. */
export function goToEnd(): void {
  unseen.value = 0;
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
