/** In place of a state that is not there: it is being built, or the reason why it cannot be. */
import type { JSX } from 'preact';
import { Loading } from '../base/loading.tsx';
import { Problem } from '../base/problem.tsx';
import { waitingText } from '../line/told.ts';
import { log, momentProblem, shown, wanted } from '../moment/place.ts';

/** Nothing once a moment was shown: it stays while the next one is built. */
export function NoMoment(): JSX.Element | null {
  if (shown.value !== undefined || log.value === undefined) return null;
  if (momentProblem.value !== undefined) return <Problem of={momentProblem.value} />;
  return <Loading says={waitingText(wanted.value, log.value)} />;
}
