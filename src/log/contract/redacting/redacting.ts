/** Redaction: what events say is replaced, all at once, and everything else stays. */
import type { Check, LogContractSetup } from '../bench.ts';
import { afterRedaction } from './afterwards.ts';
import { REDACTED_BESIDE } from './kept-beside.ts';
import { READERS_OF_REDACTION } from './readers.ts';
import { STAGED_REDACTIONS } from './staging.ts';
import { REDACTED_WORDS } from './words.ts';

export function redactingCases(setup: LogContractSetup<any>): readonly Check[] {
  const { redaction = false, readers = true } = setup;
  if (!redaction) return [];
  return [
    ...REDACTED_WORDS,
    ...REDACTED_BESIDE,
    ...STAGED_REDACTIONS,
    ...afterRedaction(setup),
    ...(readers ? READERS_OF_REDACTION : []),
  ];
}
