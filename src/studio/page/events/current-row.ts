/** The row of the current event, and the row that the keys of the list are at. */
import { computed, effect, type Signal, signal } from '@preact/signals';
import { ListPlace } from '../base/long-list.tsx';
import { filter, go, here } from '../moment/place.ts';
import { isWaiting } from '../moment/settled.ts';
import { listKey, rowIndex } from './counting.ts';
import { rowsNear, sequenceOf } from './row-index.ts';
import { EventWindows } from './windows.ts';

export const place: ListPlace = new ListPlace(computed(() => rowIndex.value.rows));
export const windows: EventWindows = new EventWindows();
/** Where the arrow keys are, if they left the current event. */
export const cursor: Signal<number | undefined> = signal(undefined);

/** The row that is current, or the last one before it; undefined while that is not known. */
export const currentRow = computed(() => {
  const near = rowsNear(rowIndex.value, here.value);
  if (near === undefined) return undefined;
  let found = near.first;
  for (let row = near.first + 1; row < near.end; row++) {
    const event = windows.eventAt(row);
    if (event === undefined) return { row: found, isCertain: false };
    if (event.sequence > here.value) break;
    found = row;
  }
  return { row: found, isCertain: true };
});

/** The event of a row: its sequence at least, as soon as that is known. */
export function sequenceAt(row: number): number | undefined {
  return windows.eventAt(row)?.sequence ?? sequenceOf(rowIndex.value, row);
}

/** Goes to the next event of the list, or to the one before. One that is not known yet is brought into sight. */
export function goToListed(direction: 1 | -1): void {
  const current = currentRow.value;
  const sequence = current && sequenceAt(current.row);
  if (sequence === undefined) return;
  const isBetween = direction === 1 ? sequence > here.value : sequence < here.value;
  const row = isBetween ? current!.row : current!.row + direction;
  if (row < 0 || row >= place.rows.value) return;
  const next = sequenceAt(row);
  if (next === undefined) place.show(row);
  else go(next);
}

/** Keeps rows, events and the current one together; gives what ends it. */
export function keepList(): () => void {
  let key: string | undefined;
  /** What was brought into sight last. */
  let shown: string | undefined;
  const ends = [
    effect(() => {
      const isOther = key !== listKey.value;
      key = listKey.value;
      if (isOther) cursor.value = undefined;
      windows.use(rowIndex.value, filter.peek(), isOther);
      const { first, end } = place.sighted.value;
      if (end > first) windows.want(first, end);
      const isMeasured = place.viewport.value > 0 || place.rows.value === 0;
      isWaiting('events', !isMeasured || windows.isMissing(first, end));
    }),
    effect(() => {
      const current = currentRow.value;
      const wanted = `${here.value} ${listKey.value} ${current?.isCertain}`;
      if (current === undefined || place.viewport.value === 0 || shown === wanted) return;
      shown = wanted;
      cursor.value = undefined;
      place.show(current.row);
    }),
  ];
  return () => {
    for (const end of ends) end();
    isWaiting('events', false);
  };
}
