/**
 * The encoding of a state. Snapshots hold it, and the state hash is computed from it.
 *
 * Equal states give equal bytes on every platform. States that differ in a value, a type, or the order of keys or
 * entries give different bytes. The order matters because a reducer may iterate them. `state-tags.ts` describes the
 * format.
 */
import { createHash } from 'node:crypto';
import { encodeState } from './state-encoder.ts';

export { decodeInSteps, decodeState } from './state-decoder.ts';
export { encodeState } from './state-encoder.ts';
export { STATE_FORMAT } from './state-tags.ts';

/**
 * SHA-256 of the encoded state, in hex.
 *
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is not plain data
 */
export function hashState(state: object): string {
  const hash = createHash('sha256');
  for (const chunk of encodeState(state)) hash.update(chunk);
  return hash.digest('hex');
}
