/** What a long read threw, for a pane to show. */
import { isAbort, StudioProblem } from '../../base/api.ts';

/** Undefined where it was ended: by another one, by hand, or because the tab was hidden. */
export function problemOf(error: unknown): StudioProblem | undefined {
  if (isAbort(error)) return undefined;
  return error instanceof StudioProblem
    ? error
    : new StudioProblem({ code: 'DEFECT', message: String(error), hint: 'Please report it' });
}
