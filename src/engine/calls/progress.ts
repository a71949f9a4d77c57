/** What long work tells of itself while it goes on, and that nothing an application does when told can harm it. */
import { letGo } from '../../core/let-go.ts';
import { warnOf } from './warn.ts';

export interface Progress {
  readonly phase: 'load' | 'replay' | 'verify' | 'seal' | 'drop' | 'backup';
  /** Done so far, in events (in fractions of 1 for `backup`). */
  readonly done: number;
  readonly total: number;
}

/**
 * The listener without its failures: what it throws, or rejects with, becomes a process warning, the first time.
 *
 * @param listener undefined for nobody to be told
 */
export function harmless<Told>(listener: ((told: Told) => unknown) | undefined): (told: Told) => void {
  if (listener === undefined) return () => {};
  let hasWarned = false;
  const warn = (error: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    warnOf('RefoldProgressWarning', error);
  };
  return (told) => {
    try {
      letGo(listener(told), warn);
    } catch (error) {
      warn(error);
    }
  };
}
