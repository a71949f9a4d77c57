/** Commits that must be refused, and leave nothing. */
import { expect } from 'vitest';
import { isRefoldError, type RefoldError } from '../../src/core/errors.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import type { LiveState } from '../../src/fold/live-state.ts';

/** The refusal of what is folded into a state; the state must be as before. */
export function refusalOf(live: LiveState<object>, fold: () => void): RefoldError {
  const [hash, root] = [hashState(live.value), live.value];
  try {
    fold();
  } catch (error) {
    expect(hashState(live.value)).toBe(hash);
    expect(live.value).toBe(root);
    if (isRefoldError(error, 'REDUCER_FAILED')) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
