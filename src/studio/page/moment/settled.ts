/** Whether everything on the page belongs to the moment that is shown. Panes that ask for more say when they wait. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { shown, wanted } from './place.ts';

const waiting: Signal<ReadonlySet<string>> = signal(new Set());

/** Says whether a pane waits for something that belongs to the moment. What only sharpens a picture is not said. */
export function isWaiting(pane: string, waits: boolean): void {
  if (waiting.peek().has(pane) === waits) return;
  const next = new Set(waiting.peek());
  if (waits) next.add(pane);
  else next.delete(pane);
  waiting.value = next;
}

/** The sequence that everything shown belongs to; undefined while something is awaited. */
export const settledAt: ReadonlySignal<number | undefined> = computed(() => {
  const moment = shown.value;
  return moment !== undefined && moment.sequence === wanted.value && waiting.value.size === 0
    ? moment.sequence
    : undefined;
});
