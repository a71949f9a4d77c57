/** An icon of lucide, drawn in the colour of the text around it. It says nothing to a screen reader: the button beside it does. */
import type { IconNode } from 'lucide';
import { h, type JSX } from 'preact';

export function Icon({ of, size = 14 }: { readonly of: IconNode; readonly size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      aria-hidden="true"
    >
      {of.map(([tag, attributes], index) => h(tag, { key: index, ...attributes }))}
    </svg>
  );
}
