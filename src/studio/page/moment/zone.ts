/** The zone in which times are shown: that of the last view which named one, else UTC. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { shown } from './place.ts';

let named = 'UTC';

export const zone: ReadonlySignal<string> = computed(() => {
  const given = shown.value?.view?.zone;
  if (given !== undefined && isZone(given)) named = given;
  return named;
});

/** The zone as people say it: `New York` for America/New_York. */
export function zoneName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replaceAll('_', ' ');
}

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
