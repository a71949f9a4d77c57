/** Marks: positions that a person wants to come back to. They are kept for each log, and hold no values. */
import { effect, type Signal, signal } from '@preact/signals';
import { log } from './place.ts';

/** In their order in the log. */
export const marks: Signal<readonly number[]> = signal([]);

const MARKS_PLACE = 'refold.marks.';
const MOST_MARKS = 1_000;

/** Sets a mark, or takes it away. */
export function toggleMark(sequence: number): void {
  const others = marks.value.filter((mark) => mark !== sequence);
  marks.value =
    others.length < marks.value.length ? others : [...others, sequence].sort((a, b) => a - b).slice(-MOST_MARKS);
  write();
}

/** Reads the marks of a log once it is known. */
export function keepMarks(): void {
  let known: string | undefined;
  effect(() => {
    const identity = log.value?.identity;
    if (identity === known) return;
    known = identity;
    marks.value = identity === undefined ? [] : read(identity);
  });
}

function read(identity: string): readonly number[] {
  try {
    const given: unknown = JSON.parse(localStorage.getItem(MARKS_PLACE + identity) ?? '[]');
    return Array.isArray(given) ? given.filter((mark) => Number.isSafeInteger(mark)) : [];
  } catch {
    return [];
  }
}

function write(): void {
  const identity = log.value?.identity;
  if (identity === undefined) return;
  try {
    localStorage.setItem(MARKS_PLACE + identity, JSON.stringify(marks.value));
  } catch {
    // A full or forbidden storage costs the memory of marks, and nothing else.
  }
}
