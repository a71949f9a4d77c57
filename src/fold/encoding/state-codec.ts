/**
 * The one encoding of a state: what snapshots hold, and what the state hash is taken of.
 *
 * Equal states give equal bytes, on every platform; states that differ in a value, a type, or the order of an object's keys
 * or a collection's entries (a reducer may iterate them) give different bytes. `state-tags.ts` tells the format.
 */
import { createHash } from 'node:crypto';
import { encodeState } from './state-encoder.ts';

export { decodeInSteps, decodeState } from './state-decoder.ts';
export { encodeState } from './state-encoder.ts';
export { STATE_FORMAT } from './state-tags.ts';

/**
 * SHA-256 of the encoded state, in hex.
 *
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is no plain data
 */
export function hashState(state: object): string {
  const hash = createHash('sha256');
  for (const chunk of encodeState(state)) hash.update(chunk);
  return hash.digest('hex');
}
