/** What long work tells of itself while it goes on. */
import { warnOf } from './warn.ts';

export interface Progress {
  readonly phase: 'load' | 'replay' | 'verify' | 'seal' | 'drop' | 'backup';
  /** Done so far, in events (in fractions of 1 for `backup`). */
  readonly done: number;
  readonly total: number;
}

/** A listener that cannot disturb the work: what it throws, or a promise of it that is rejected, becomes one warning. */
export function harmless<Told>(listener: ((told: Told) => unknown) | undefined): (told: Told) => void {
  if (listener === undefined) return () => {};
  let isWarned = false;
  const warn = (error: unknown): void => {
    if (!isWarned) warnOf('RefoldProgressWarning', error);
    isWarned = true;
  };
  return (told) => {
    try {
      const answer = listener(told);
      if (answer instanceof Promise) answer.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
