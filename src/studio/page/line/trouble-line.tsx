/** A thin line for each thing that is wrong, below everything else: the moment that was shown stays. */
import { computed, effect, type Signal, signal, untracked } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { safeLine } from '../base/safe-text.ts';
import { reconnect } from '../moment/live.ts';
import { broken, firstSequence, go, log, momentProblem, shown, trouble } from '../moment/place.ts';
import { linkProblem } from './copied-link.ts';
import { type Trouble, troublesOf } from './troubles.ts';

const lostWriter: Signal<{ readonly pid: number } | undefined> = signal(undefined);

/** Where there is no state at all, the pane of the state tells why. */
const isToldInPane = computed(() => shown.value === undefined && log.value?.hasModel === true);

const troubles = computed(() =>
  troublesOf({
    ...{
      server: trouble.value,
      moment: isToldInPane.value ? undefined : momentProblem.value,
      broken: broken.value,
      link: linkProblem.value,
    },
    ...{ lostWriter: lostWriter.value, problems: log.value?.problems ?? [] },
    ...{ first: log.value?.earliest ?? firstSequence.value, shown: shown.value?.sequence },
  }),
);

export function TroubleLines(): JSX.Element {
  useEffect(() => {
    const stops = [effect(keepWithinSound), effect(watchWriter())];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <>
      {troubles.value.map((one, index) => (
        <Line key={index} of={one} />
      ))}
    </>
  );
}

function Line({ of }: { readonly of: Trouble }): JSX.Element {
  const { code, message, hint } = of;
  return (
    <p class="ln-trouble" role="status" data-testid="problem" data-code={code}>
      <span class="ln-trouble-message">{safeLine(message)}</span>
      {hint !== undefined && (
        <span class="ln-trouble-hint quiet" title={safeLine(hint)}>
          {safeLine(hint)}
        </span>
      )}
      <TroubleButton of={of} />
    </p>
  );
}

/** The one thing to do about it, if there is one. */
export function TroubleButton({ of }: { readonly of: Trouble }): JSX.Element | null {
  if (of.action === undefined) return null;
  return (
    <button type="button" class="ln-trouble-button" onClick={() => act(of)}>
      {of.action.says}
    </button>
  );
}

function act({ code, action }: Trouble): void {
  if (action?.does === 'go') go(action.sequence);
  else if (action?.does === 'retry') reconnect();
  else if (code === 'WRITER_GONE') lostWriter.value = undefined;
  else linkProblem.value = undefined;
}

/** Where a reducer fails, the moments before are shown, and no move leads past it. */
function keepWithinSound(): void {
  const problem = momentProblem.value;
  if (problem?.code !== 'REDUCER_FAILED' || problem.sequence === undefined) return;
  const { sequence } = problem;
  untracked(() => {
    broken.value = problem;
    go(sequence - 1);
  });
}

/** Another generation has another history, or another model: then what failed before may not fail. */
function watchWriter(): () => void {
  let before: { readonly pid: number } | undefined;
  let generation: string | undefined;
  return () => {
    const { value } = log;
    if (value === undefined) return;
    untracked(() => {
      if (value.writer !== undefined) lostWriter.value = undefined;
      else if (before !== undefined) lostWriter.value = before;
      if (generation !== undefined && generation !== value.generation) broken.value = undefined;
    });
    before = value.writer;
    generation = value.generation;
  };
}
