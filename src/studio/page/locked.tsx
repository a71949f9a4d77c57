/** The page without the key: a field for the address that the studio printed. With the key it opens what the link pointed to. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { storeKey } from './base/api.ts';
import { reconnect } from './moment/live.ts';
import { trouble } from './moment/place.ts';

interface Props {
  readonly of: { readonly message: string; readonly hint: string | undefined };
}

export function Locked({ of: { message, hint } }: Props): JSX.Element {
  const [problem, setProblem] = useState('');
  const unlock = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('address') as HTMLInputElement;
    const key = keyIn(field.value);
    if (key === undefined) {
      setProblem('This has no key: the address ends with #key= and 43 characters');
      return;
    }
    field.value = '';
    storeKey(key);
    trouble.value = undefined;
    reconnect();
  };
  return (
    <main class="locked" data-testid="locked">
      <h1>refold studio</h1>
      <p>{message}</p>
      <p class="quiet">{hint}</p>
      <form onSubmit={unlock}>
        <label>
          Address that the terminal shows
          <input name="address" type="text" autocomplete="off" spellcheck={false} autofocus />
        </label>
        <button type="submit">Open</button>
      </form>
      <p role="alert">{problem}</p>
    </main>
  );
}

/** The key in an address, or a key alone. */
function keyIn(text: string): string | undefined {
  return /(?:^|[#&]key=)([\w-]{43})(?:&|\s*$)/.exec(text.trim())?.[1];
}
