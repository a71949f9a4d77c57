/** Not built yet. */
import type { JSX } from 'preact';

export function Scrubber(): JSX.Element {
  return <></>;
}
