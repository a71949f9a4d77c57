/** What programs and tests read from the document: whether it is ready, and its title. */
import { useSignalEffect } from '@preact/signals';
import { fileName } from './base/format.ts';
import { safeLine } from './base/safe-text.ts';
import { log, momentProblem, shown, trouble } from './moment/place.ts';

/** `data-ready` stands on `html` once there is something to see: a moment, or why the moment cannot be shown. */
export function useDocumentState(): void {
  useSignalEffect(() => {
    const { dataset } = document.documentElement;
    const hasAnswer = shown.value !== undefined || momentProblem.value !== undefined;
    if (trouble.value !== undefined || (log.value !== undefined && (hasAnswer || log.value.lastSequence === 0)))
      dataset.ready = '';
    const path = log.value?.path;
    document.title = path === undefined ? 'refold studio' : `${safeLine(fileName(path))} · refold`;
  });
}
