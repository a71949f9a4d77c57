/** Which dialog is open. */
import { type Signal, signal } from '@preact/signals';

export const opened: Signal<'keys' | 'palette' | 'marks' | undefined> = signal(undefined);

export function close(): void {
  opened.value = undefined;
}
