/** Not built yet. */
import type { JSX } from 'preact';

export function View(_props: { readonly name: string }): JSX.Element {
  return <></>;
}
