/** Every state that is not the usual one: what happened, why, and one thing to do. */
import type { ComponentChildren, JSX } from 'preact';
import './problem.css';
import { safeText } from './safe-text.ts';

export interface Told {
  /** Names the state for tests and programs: `NO_MODEL`, `HISTORY_GONE` and so on. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** @param children the one action: a button, a field, a command to copy */
export function Problem({ of, children }: { readonly of: Told; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="problem" role="status" data-testid="problem" data-code={of.code}>
      <p class="problem-message">{safeText(of.message)}</p>
      {of.hint !== undefined && <p class="problem-hint">{safeText(of.hint)}</p>}
      {children}
    </div>
  );
}
