/** A field for a place to go to, as the command line takes it. What cannot be read is told beside it. */
import { batch, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { TimesAnswer } from '../../wire.ts';
import { getJson, isAbort, StudioProblem } from '../base/api.ts';
import { safeLine } from '../base/safe-text.ts';
import { go, lastSequence } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';

export const isGoToOpen: Signal<boolean> = signal(false);
const problem: Signal<string> = signal('');

let form: HTMLFormElement | null = null;
let focusedBefore: HTMLElement | null = null;
let asking: AbortController | undefined;

/** Opens the field at once: what is typed next belongs to it. */
export function openGoTo(): void {
  if (form === null) return;
  focusedBefore = document.activeElement as HTMLElement | null;
  form.hidden = false;
  const field = fieldOf(form);
  field.value = '';
  field.focus();
  isGoToOpen.value = true;
}

function close(): void {
  asking?.abort();
  const hasFocus = form?.contains(document.activeElement) === true;
  batch(() => {
    isGoToOpen.value = false;
    problem.value = '';
  });
  if (hasFocus) (focusedBefore?.isConnected === true ? focusedBefore : document.body).focus();
  if (form !== null) fieldOf(form).blur();
}

/** The form is always there, so that it can have the focus at once. */
export function GoTo(): JSX.Element {
  return (
    <form
      ref={(element) => {
        form = element;
      }}
      class="ln-goto"
      hidden={!isGoToOpen.value}
      data-testid="go-to"
      onSubmit={submit}
    >
      <label>
        Go to{' '}
        <input
          name="place"
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="1015, 10:31:07, last-1h, 50%, end"
          aria-invalid={problem.value !== ''}
          aria-describedby="go-to-problem"
          onInput={() => (problem.value = '')}
          onKeyDown={(event) => event.key === 'Escape' && close()}
          onBlur={() => problem.value === '' && close()}
        />
      </label>
      <span id="go-to-problem" class="ln-goto-problem" role="status" title={problem.value}>
        {problem.value}
      </span>
    </form>
  );
}

function fieldOf(of: HTMLFormElement): HTMLInputElement {
  return of.elements.namedItem('place') as HTMLInputElement;
}

async function submit(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  asking?.abort();
  asking = new AbortController();
  try {
    go(await sequenceOfText(fieldOf(form!).value.trim(), asking.signal));
    close();
  } catch (error) {
    if (!isAbort(error)) problem.value = wordsOf(error);
  }
}

const PLAIN_SEQUENCE = /^\d{1,12}$/;

/** The server reads what is not a plain sequence. @throws StudioProblem */
async function sequenceOfText(text: string, abort: AbortSignal): Promise<number> {
  if (/^end$/i.test(text)) return lastSequence.value;
  if (PLAIN_SEQUENCE.test(text) && Number(text) <= lastSequence.value) return Number(text);
  return (await getJson<TimesAnswer>('times', { from: text, zone: zone.value, count: 0 }, abort)).from;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof StudioProblem)) return String(error);
  const message = error.message.replace(/^Cannot read \w+: /, '');
  return safeLine(error.hint === undefined ? message : `${message}. ${error.hint}`);
}
