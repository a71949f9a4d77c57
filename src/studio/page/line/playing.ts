/**
 * Plays the log: goes from event to event as they were recorded, faster or slower, until the end or until a person goes elsewhere.
 *
 * Times are read ahead of what is shown. Frames set the beat, so a hidden tab stands still.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { TimesAnswer } from '../../wire.ts';
import { getJson, isAbort } from '../base/api.ts';
import { inNextFrame, notInNextFrame } from '../base/frames.ts';
import { at, firstSequence, go, lastSequence, range, shown, wanted } from '../moment/place.ts';
import { settledAt } from '../moment/settled.ts';
import { eventsAhead, nextStride, type Played, playTo, type Run } from './pacing.ts';

/** How many times as fast as it was recorded; Infinity is full speed. */
export const SPEEDS: readonly number[] = [1, 10, 100, Number.POSITIVE_INFINITY];
export const speed: Signal<number> = signal(10);
export const isPlaying: Signal<boolean> = signal(false);

/** Events whose times one question reads, and how few lead to the next question. */
const READ_AHEAD = { events: 10_000, least: 5_000 };

interface Playing {
  played: Played;
  ahead: readonly Run[];
  /** The last event whose time is known. */
  readTo: number;
  isReading: boolean;
  /** Events of a step at full speed. */
  stride: number;
  /** Where the player went last. */
  wentTo: number;
  readonly controller: AbortController;
  stopWatching: () => void;
}

let playing: Playing | undefined;

export function togglePlaying(): void {
  if (playing === undefined) start();
  else stop();
}

export function chooseSpeed(next: number): void {
  speed.value = next;
  if (playing !== undefined) playing.played = { ...playing.played, dueAt: performance.now() };
}

/** At the end it begins again: with the first event of what the timeline shows. */
function start(): void {
  const isAtEnd = at.value >= lastSequence.value;
  const sequence = isAtEnd ? Math.max(0, (range.value?.from ?? firstSequence.value) - 1) : at.value;
  const from = Math.min(sequence, lastSequence.value);
  if (from >= lastSequence.value) return;
  const recordedAt = isAtEnd ? Number.NEGATIVE_INFINITY : (shown.value?.recordedAt ?? 0);
  const now = performance.now();
  const mine: Playing = {
    ...{ played: { sequence: from, recordedAt, dueAt: now }, ahead: [], readTo: from, isReading: false },
    ...{ stride: 1, wentTo: from, controller: new AbortController(), stopWatching: () => {} },
  };
  playing = mine;
  isPlaying.value = true;
  go(from);
  mine.wentTo = Number(wanted.value);
  mine.stopWatching = effect(() => {
    if (wanted.value !== mine.wentTo) queueMicrotask(() => playing === mine && stop());
  });
  inNextFrame(beat);
}

function stop(): void {
  notInNextFrame(beat);
  playing?.controller.abort();
  playing?.stopWatching();
  playing = undefined;
  isPlaying.value = false;
}

function beat(): void {
  const mine = playing;
  if (mine === undefined) return;
  if (mine.played.sequence >= lastSequence.value) {
    stop();
    return;
  }
  if (speed.value === Number.POSITIVE_INFINITY) leap(mine);
  else {
    readAhead(mine);
    const due = playTo(performance.now(), mine.played, mine.ahead, speed.value);
    mine.ahead = due.ahead;
    visit(mine, due.played);
  }
  inNextFrame(beat);
}

/** The next step begins when everything shows the one before. */
function leap(mine: Playing): void {
  if (settledAt.value !== mine.wentTo) return;
  mine.stride = nextStride(mine.stride, shown.value?.cost.ms ?? 0);
  const sequence = Math.min(lastSequence.value, mine.played.sequence + mine.stride);
  [mine.ahead, mine.readTo] = [[], sequence];
  visit(mine, { sequence, recordedAt: Number.NEGATIVE_INFINITY, dueAt: performance.now() });
}

function visit(mine: Playing, played: Played): void {
  const hasMoved = played.sequence !== mine.played.sequence;
  mine.played = played;
  if (!hasMoved) return;
  mine.wentTo = played.sequence;
  go(played.sequence);
}

function readAhead(mine: Playing): void {
  const isEnough = mine.readTo >= lastSequence.value || mine.readTo - mine.played.sequence >= READ_AHEAD.least;
  if (mine.isReading || isEnough) return;
  mine.isReading = true;
  const asked = { from: mine.readTo + 1, count: READ_AHEAD.events };
  getJson<TimesAnswer>('times', asked, mine.controller.signal)
    .then(
      ({ from, runs }) => {
        if (from !== mine.readTo + 1) return;
        mine.ahead = [...mine.ahead, ...runs];
        mine.readTo += eventsAhead(runs);
      },
      (error) => {
        if (!isAbort(error)) stop();
      },
    )
    .finally(() => {
      mine.isReading = false;
    });
}
