/** The zone in which all times are shown: that of the view last shown, or the first that a view of the log names, else UTC. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { log, shown } from './place.ts';

/** What the view that was shown last said: other panes keep it when the view is closed. */
let named: string | undefined;

// A moment and a log come often, and a zone is dear to look up: these two hardly change.
const zoneOfView = computed(() => shown.value?.view?.zone);
const viewsOfLog = computed(() => log.value?.views);

export const zone: ReadonlySignal<string> = computed(() => {
  const given = zoneOfView.value;
  if (given !== undefined && isZone(given)) named = given;
  return named ?? viewsOfLog.value?.find((view) => view.zone !== undefined && isZone(view.zone))?.zone ?? 'UTC';
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
