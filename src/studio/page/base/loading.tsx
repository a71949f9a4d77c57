/** What is shown while the page waits and there is nothing to show yet: what is being done, and a bar that moves. */
import type { JSX } from 'preact';
import './loading.css';

export function Loading({ says }: { readonly says: string }): JSX.Element {
  return (
    <div class="loading" role="status" aria-busy="true" data-testid="loading">
      <p>{says}</p>
      <progress aria-label={says} />
    </div>
  );
}
