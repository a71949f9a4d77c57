/** In place of a state that is not there: it is being built, or the reason why it cannot be. */
import type { JSX } from 'preact';
import { Loading } from '../base/loading.tsx';
import { Problem } from '../base/problem.tsx';
import { waitingText } from '../line/told.ts';
import { TroubleButton } from '../line/trouble-line.tsx';
import { momentTrouble } from '../line/troubles.ts';
import { firstSequence, log, momentProblem, shown, wanted } from '../moment/place.ts';

/** Nothing once a moment was shown: it stays while the next one is built. */
export function NoMoment(): JSX.Element | null {
  if (shown.value !== undefined || log.value === undefined) return null;
  if (momentProblem.value !== undefined) {
    const first = log.value.earliest ?? firstSequence.value;
    const trouble = momentTrouble(momentProblem.value, { first, shown: undefined });
    return (
      <Problem of={trouble}>
        <TroubleButton of={trouble} />
      </Problem>
    );
  }
  return <Loading says={waitingText(wanted.value, log.value)} />;
}
