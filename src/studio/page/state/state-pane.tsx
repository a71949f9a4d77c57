/** Not built yet. */
import type { JSX } from 'preact';

export function StatePane(): JSX.Element {
  return <></>;
}
