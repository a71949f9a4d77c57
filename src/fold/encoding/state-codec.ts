/**
 * The encoding of a state. Snapshots hold it, and the state hash is computed from it.
 *
 * Equal states give equal bytes on every platform. States that differ in a value, a type, or the order of keys or
 * entries give different bytes. The order matters because a reducer may iterate them. `state-tags.ts` describes the
 * format.
 */
import { createHash } from 'node:crypto';
import type { Comparators } from '../../core/comparators.ts';
import { encodeState } from './state-encoder.ts';

export { decodeInSteps, decodeState } from './state-decoder.ts';
export { encodeState } from './state-encoder.ts';
export { COLLECTIONS_FORMAT, STATE_FORMAT } from './state-tags.ts';

/**
 * SHA-256 of the encoded state, in hex. It knows the comparators of all models that this process has defined.
 *
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is not plain data
 */
export function hashState(state: object): string {
  return hashStateOf(state, undefined);
}

/** The same, with the comparators of one model. */
export function hashStateOf(state: object, comparators: Comparators | undefined): string {
  const hash = createHash('sha256');
  for (const chunk of encodeState(state, undefined, comparators)) hash.update(chunk);
  return hash.digest('hex');
}
