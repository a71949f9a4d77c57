/**
 * Which rows the list has: all events, or those that pass the filter, which the server counts. The count goes on when the log has
 * grown, and after another long question interrupted it.
 */
import { computed, effect, type Signal, signal, untracked } from '@preact/signals';
import type { MatchesLine } from '../../wire.ts';
import { getLines, problemOf, type StudioProblem } from '../base/api.ts';
import { asJob, isJobFree } from '../moment/job-stream.ts';
import { type Filter, filter, firstSequence, lastSequence, log } from '../moment/place.ts';
import { NO_MATCHES, type RowIndex, withLine } from './row-index.ts';

const matches: Signal<typeof NO_MATCHES> = signal(NO_MATCHES);
/** Which filter of which log they were counted for. */
const countedKey: Signal<string> = signal('');
/** Why the filter cannot be used. */
export const filterProblem: Signal<StudioProblem | undefined> = signal(undefined);

export const isFiltered = computed(() => isActive(filter.value));

/** Pure. */
export function isActive({ types, tag, where, text }: Filter): boolean {
  return types.length > 0 || tag !== '' || where !== '' || text !== '';
}

/** What the rows of the list are. */
export const rowIndex = computed((): RowIndex => {
  // Until the count begins again, what was counted for another filter names the wrong rows.
  if (isFiltered.value) return countedKey.value === listKey.value ? matches.value : NO_MATCHES;
  const first = firstSequence.value;
  return { kind: 'all', first, rows: log.value?.events === 0 ? 0 : Math.max(0, lastSequence.value - first + 1) };
});

/** Changes when nothing holds that was known of rows. */
export const listKey = computed(() => JSON.stringify([filter.value, log.value?.generation]));

/** How long new events wait to be counted, in ms. */
const COUNTING_PAUSE = 300;

let current: AbortController | undefined;

/** Counts for as long as the list is there; gives what ends it. */
export function keepCounting(): () => void {
  const ends = [
    effect(() => {
      listKey.value;
      untracked(begin);
    }),
    effect(() => {
      const { isComplete, through } = matches.value;
      const isDue = isFiltered.value && (!isComplete || through < lastSequence.value);
      if (!isDue || !isJobFree.value || filterProblem.value !== undefined) return;
      const timer = setTimeout(() => void count(), COUNTING_PAUSE);
      return () => clearTimeout(timer);
    }),
  ];
  return () => {
    current?.abort();
    for (const end of ends) end();
  };
}

/** A new filter is counted at once: a person waits for it. */
function begin(): void {
  current?.abort();
  matches.value = NO_MATCHES;
  countedKey.value = listKey.value;
  filterProblem.value = undefined;
  if (log.value !== undefined && isActive(filter.value)) void count();
}

async function count(): Promise<void> {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  const { rows, every, through } = matches.value;
  const { types, tag, where, text } = filter.value;
  const params = { type: types, tag, where, text, from: through + 1, counted: rows, every };
  try {
    await asJob((ended) =>
      getLines<MatchesLine>('matches', params, AbortSignal.any([ended, mine.signal]), (line) => {
        if (current === mine) matches.value = withLine(matches.value, line);
      }),
    );
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined && current === mine) filterProblem.value = problem;
  }
}
