/** How long work reports its progress. A listener that throws or rejects cannot harm the work. */
import { letGo } from '../../core/let-go.ts';
import { warnOf } from './warn.ts';

export interface Progress {
  readonly phase: 'load' | 'replay' | 'verify' | 'seal' | 'drop' | 'backup' | 'copy' | 'retag' | 'redact' | 'scrub';
  /** Done so far, in events (in fractions of 1 for `backup` and `scrub`). */
  readonly done: number;
  readonly total: number;
}

/**
 * Wraps a listener so that it cannot fail: its first error or rejection becomes a process warning, later ones are ignored.
 *
 * @param listener undefined when there is no listener
 * @param owner whose warning it is, if it is the listener of a store
 */
export function harmless<Told>(listener: ((told: Told) => unknown) | undefined, owner?: object): (told: Told) => void {
  if (listener === undefined) return () => {};
  let hasWarned = false;
  const warn = (error: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    warnOf(owner, 'RefoldProgressWarning', error);
  };
  return (told) => {
    try {
      letGo(listener(told), warn);
    } catch (error) {
      warn(error);
    }
  };
}
