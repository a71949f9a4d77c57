/** Not built yet. */
import type { JSX } from 'preact';

export function Help(): JSX.Element {
  return <></>;
}
