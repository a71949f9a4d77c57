/** Not built yet. */
import type { JSX } from 'preact';

export function MomentLine(): JSX.Element {
  return <></>;
}
