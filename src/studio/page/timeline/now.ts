/** Where the wanted moment lies on the timeline and the scrubber. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { at, shown, wanted } from '../moment/place.ts';
import { xOf, xOfValue } from './scale.ts';
import { scale } from './view.ts';

/** The wanted sequence; the one that is shown where the wish is still a text. */
export const nowSequence: ReadonlySignal<number> = computed(() =>
  typeof wanted.value === 'number' ? wanted.value : at.value,
);

/** In CSS pixels; outside of the width where it is out of sight. By time the time of the moment that is shown is known exactly. */
export const nowX: ReadonlySignal<number> = computed(() => {
  const sequence = nowSequence.value;
  const moment = shown.value;
  if (scale.value.by === 'time' && moment?.sequence === sequence && sequence > 0)
    return xOfValue(scale.value, moment.recordedAt + HALF_MS);
  return xOf(scale.value, Math.max(sequence, scale.value.first));
});

const HALF_MS = 0.5;
