/** What panes have in sight: with each moment the server answers these places, and nothing else. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Look } from '../../wire.ts';

/** A view, and what it is of: the first subject, if that is left out. */
export interface ViewInSight {
  readonly name: string;
  readonly of?: string | undefined;
}

/** What one pane shows. */
export interface Sight {
  readonly looks?: readonly Look[];
  readonly view?: ViewInSight;
}

const sights: Signal<ReadonlyMap<string, Sight>> = signal(new Map());

/** Says what a pane has in sight; undefined when it is closed. The same as before changes nothing. */
export function inSight(pane: string, sight: Sight | undefined): void {
  const before = sights.peek().get(pane);
  if (JSON.stringify(before) === JSON.stringify(sight)) return;
  const next = new Map(sights.peek());
  if (sight === undefined) next.delete(pane);
  else next.set(pane, sight);
  sights.value = next;
}

/** All that is in sight, as the server takes it. A place that two panes look at is asked for once if the rows are the same. */
export const lookText: ReadonlySignal<string> = computed(() => {
  const all = [...sights.value.values()].flatMap(({ looks = [] }) => looks);
  return JSON.stringify([...new Map(all.map((look) => [JSON.stringify(look), look])).values()]);
});

export const viewInSight: ReadonlySignal<ViewInSight | undefined> = computed(
  () => [...sights.value.values()].find(({ view }) => view !== undefined)?.view,
);
