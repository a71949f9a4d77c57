/** A field for a place to go to, as the command line takes it. What cannot be read is told beside it. */
import { type Signal, signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { getJson, isAbort, StudioProblem } from '../base/api.ts';
import { safeLine } from '../base/safe-text.ts';
import { go, lastSequence } from '../moment/place.ts';

export const isGoToOpen: Signal<boolean> = signal(false);

export function GoTo(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const problem = useSignal('');
  const controller = useRef<AbortController>(undefined);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    field.current!.focus();
    return () => {
      controller.current?.abort();
      if (before?.isConnected === true) before.focus();
    };
  }, []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    controller.current?.abort();
    controller.current = new AbortController();
    try {
      go(await sequenceOfText(field.current!.value.trim(), controller.current.signal));
      isGoToOpen.value = false;
    } catch (error) {
      if (!isAbort(error)) problem.value = wordsOf(error);
    }
  };
  return (
    <form class="ln-goto" onSubmit={submit} data-testid="go-to">
      <label>
        Go to{' '}
        <input
          ref={field}
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="1015, 10:31:07, last-1h, 50%, end"
          aria-invalid={problem.value !== ''}
          aria-describedby="go-to-problem"
          onInput={() => (problem.value = '')}
          onKeyDown={(event) => event.key === 'Escape' && close(event)}
          onBlur={() => problem.value === '' && (isGoToOpen.value = false)}
        />
      </label>
      <span id="go-to-problem" class="ln-goto-problem" role="status">
        {problem.value}
      </span>
    </form>
  );
}

function close(event: KeyboardEvent): void {
  event.stopPropagation();
  isGoToOpen.value = false;
}

const LARGEST_SEQUENCE = /^\d{1,12}$/;

/** The server reads what is not a plain sequence. @throws StudioProblem */
async function sequenceOfText(text: string, abort: AbortSignal): Promise<number> {
  if (LARGEST_SEQUENCE.test(text) && Number(text) <= lastSequence.value) return Number(text);
  const { sequence } = await getJson<{ readonly sequence: number }>('moment', { at: text, look: '[]' }, abort);
  return sequence;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof StudioProblem)) return String(error);
  return safeLine(error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
}
