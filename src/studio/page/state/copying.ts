/** Copies text, and says so for a moment. */
import { type Signal, signal } from '@preact/signals';
import { getJson, isAbort, StudioProblem } from '../base/api.ts';
import { at } from '../moment/place.ts';
import { copyText } from './value-text.ts';

/** What was copied just now, or why it could not be; empty a while later. */
export const copied: Signal<string> = signal('');

const SHOWN_FOR = 2_500;
let clearing: ReturnType<typeof setTimeout> | undefined;

/** @param what as a person knows it: `the path orders[723]` */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await write(text);
    say(`copied ${what}`);
  } catch {
    say('the browser does not let the page copy');
  }
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
    if (!isAbort(error)) say(error instanceof StudioProblem ? error.message : String(error));
  }
}

function say(text: string): void {
  clearTimeout(clearing);
  copied.value = text;
  clearing = setTimeout(() => (copied.value = ''), SHOWN_FOR);
}

/** Browsers have the clipboard only where the page came from this machine, or encrypted. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  const focused = document.activeElement as HTMLElement | null;
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  focused?.focus();
  if (!isDone) throw new Error('the browser refused');
}
