/** Not built yet. */
import type { JSX } from 'preact';

export function Why(): JSX.Element {
  return <></>;
}
