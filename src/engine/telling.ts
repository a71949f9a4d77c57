/** Callbacks of an application that are only told something: what they throw harms nothing, and is said. */
import { letGo } from '../core/let-go.ts';
import { type WarningName, warnOf } from './warn.ts';

/**
 * The callback without its failures: what it throws, or rejects with, becomes a process warning, the first time.
 *
 * @param tell undefined for nobody to be told
 */
export function harmless<Told>(
  tell: ((told: Told) => unknown) | undefined,
  warning: WarningName,
): (told: Told) => void {
  if (tell === undefined) return () => {};
  let hasWarned = false;
  const warn = (error: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    warnOf(warning, error);
  };
  return (told) => {
    try {
      letGo(tell(told), warn);
    } catch (error) {
      warn(error);
    }
  };
}
