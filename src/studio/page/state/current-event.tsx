/** Not built yet. */
import type { JSX } from 'preact';

export function CurrentEvent(): JSX.Element {
  return <></>;
}
