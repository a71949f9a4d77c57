/**
 * Where the page is: the log, the moment that is wanted and the one that is shown, and what is selected.
 *
 * Panes read these signals. To move they call `go` or `step`; they never ask for a moment themselves.
 */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { LogAnswer, Moment } from '../../wire.ts';
import type { StudioProblem } from '../base/api.ts';

/** Undefined while it loads. */
export const log: Signal<LogAnswer | undefined> = signal(undefined);
/** What keeps the whole page from showing anything: no key, no server. */
export const trouble: Signal<StudioProblem | undefined> = signal(undefined);

/** The place that was asked for: a sequence, or a text as the command line takes it, such as `10:31:07` or `last-1h`. */
export const wanted: Signal<number | string> = signal('end');
/** The moment that is shown. It stays while the next one is asked for. */
export const shown: Signal<Moment | undefined> = signal(undefined);
/** Why the wanted moment cannot be shown. */
export const momentProblem: Signal<StudioProblem | undefined> = signal(undefined);
/** The first event that the model cannot fold: states from there on cannot be shown, and no move leads there. */
export const broken: Signal<StudioProblem | undefined> = signal(undefined);

/** The selected place of the state, as `formatPath` gives it; empty for none. */
export const selectedPath: Signal<string> = signal('');
/** What is in the middle: `state`, or the name of a view. */
export const tab: Signal<string> = signal('state');
/** What is asked at the right below. */
export const question: Signal<'why' | 'diff'> = signal('why');

/** What each view is of, by its name, where a person has chosen it. */
export const subjects: Signal<Readonly<Record<string, string>>> = signal({});

/** A part of time, in ms since the epoch, and of price. Prices are absent where the picture follows them. */
export interface Window {
  readonly since: number;
  readonly until: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** What the heatmap shows; undefined where it follows the moment at its usual span. */
export const heatmapWindow: Signal<Window | undefined> = signal(undefined);

/** The axis of the timeline. */
export const timelineBy: Signal<'sequence' | 'time'> = signal('sequence');
/** The part of the log that the timeline shows; undefined for all of it. */
export const range: Signal<{ readonly from: number; readonly to: number } | undefined> = signal(undefined);

/** Which events are listed. */
export interface Filter {
  readonly types: readonly string[];
  readonly tag: string;
  readonly where: string;
  readonly text: string;
}

export const NO_FILTER: Filter = { types: [], tag: '', where: '', text: '' };
export const filter: Signal<Filter> = signal(NO_FILTER);

/** The sequence that is shown; 0 before the first answer. */
export const at: ReadonlySignal<number> = computed(() => shown.value?.sequence ?? 0);
/** The sequence that is shown, or to be shown first. */
export const here: ReadonlySignal<number> = computed(() => {
  if (shown.value !== undefined) return shown.value.sequence;
  return typeof wanted.value === 'number' ? wanted.value : wanted.value === 'end' ? (log.value?.lastSequence ?? 0) : 0;
});
export const firstSequence: ReadonlySignal<number> = computed(() => log.value?.firstSequence ?? 0);
export const lastSequence: ReadonlySignal<number> = computed(() => log.value?.lastSequence ?? 0);
/** What is to be read once for each generation depends on this: the log itself changes with each new event. */
export const generation: ReadonlySignal<string | undefined> = computed(() => log.value?.generation);

/** Goes to a place. A sequence outside the log is moved to its nearest end. */
export function go(position: number | string): void {
  wanted.value = typeof position === 'number' ? within(Math.round(position)) : position;
}

/** Goes so many events on, or back. Several steps add up, also while an answer is awaited. */
export function step(events: number): void {
  const from = typeof wanted.value === 'number' ? wanted.value : at.value;
  go(from + events);
}

/**
 * Goes one commit on or back: to the last event of the next commit, or of the one before. Where the next commit ends is known
 * once its first event is shown.
 */
export function stepCommit(direction: 1 | -1): void {
  const { sequence, commit } = shown.value ?? { sequence: at.value };
  if (direction === -1) go((commit?.first ?? sequence) - 1);
  else if (commit !== undefined && sequence < commit.last) go(commit.last);
  else toEndOfCommit(sequence + 1);
}

/** The first event of the next commit is asked for, and tells where it ends. */
function toEndOfCommit(first: number): void {
  go(first);
  const stop = effect(() => {
    const moment = shown.value;
    if (wanted.value !== first) queueMicrotask(() => stop());
    else if (moment?.sequence === first) {
      queueMicrotask(() => stop());
      if (moment.commit !== undefined) go(moment.commit.last);
    }
  });
}

/** The last sequence whose state can be shown. */
function lastSound(): number {
  const failed = broken.value?.sequence;
  return failed === undefined ? lastSequence.value : Math.min(lastSequence.value, failed - 1);
}

/**
 * Whether the page stands at the end, and so goes on with it. Where the end itself was asked for, the moment may be later than what
 * the page has heard of.
 */
export function standsAtEnd(): boolean {
  return typeof wanted.value === 'number' && wanted.value >= lastSequence.value;
}

/** Whether there is a later moment that can be shown. */
export function canGoOn(): boolean {
  return at.value < lastSound();
}

/** Whether there is an earlier moment. */
export function canGoBack(): boolean {
  return at.value > lowest();
}

/** The moment before the first event that the log still has. */
function lowest(): number {
  return Math.max(0, firstSequence.value - 1);
}

function within(sequence: number): number {
  return Math.min(Math.max(sequence, lowest()), lastSound());
}
