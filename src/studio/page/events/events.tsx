/** Not built yet. */
import type { JSX } from 'preact';

export function Events(): JSX.Element {
  return <></>;
}
