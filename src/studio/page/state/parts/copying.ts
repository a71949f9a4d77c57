/** Copies text, and says so for a moment. */
import { type Signal, signal } from '@preact/signals';
import { getJson, problemOf } from '../../base/api.ts';
import { copyText as writeToClipboard } from '../../base/clipboard.ts';
import { at } from '../../moment/place.ts';
import { copyText } from './value-text.ts';

/** What was copied just now, or why it could not be; empty a while later. */
export const copied: Signal<string> = signal('');

const SHOWN_FOR = 2_500;
let clearing: ReturnType<typeof setTimeout> | undefined;

/** @param what as a person knows it: `the path orders[723]` */
export async function copy(text: string, what: string): Promise<void> {
  say((await writeToClipboard(text)) ? `copied ${what}` : 'the browser does not let the page copy');
}

/** Copies the value at a place, now: all of it, up to what one answer holds. */
export async function copyValue(path: string): Promise<void> {
  try {
    const { value } = await getJson<{ readonly value: unknown }>(
      'value',
      { at: at.value, path },
      new AbortController().signal,
    );
    await copy(copyText(value), `the value of ${path}`);
  } catch (error) {
    say(problemOf(error)?.message ?? '');
  }
}

function say(text: string): void {
  clearTimeout(clearing);
  copied.value = text;
  clearing = setTimeout(() => (copied.value = ''), SHOWN_FOR);
}
