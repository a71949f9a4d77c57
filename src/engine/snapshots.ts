/** Writing a state into the log's snapshots and reading one back, each proven by its hash. */
import { createHash } from 'node:crypto';
import { RefoldError } from '../core/errors.ts';
import { decodeState, encodeState, STATE_FORMAT } from '../fold/state-codec.ts';
import type { LogHead, LogStore, SnapshotInfo } from '../log/log-store.ts';
import type { Fingerprint } from './fingerprint.ts';

/** A state as bytes, with the hash that says which state it is. */
export interface EncodedState {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  readonly stateHash: string;
}

/** Encodes in one go: what is written is the state of this very moment. Takes time in proportion to the state. */
export function encodeWhole(state: object): EncodedState {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of encodeState(state)) {
    hash.update(chunk);
    chunks.push(chunk);
    bytes += chunk.byteLength;
  }
  return { chunks, bytes, stateHash: hash.digest('hex') };
}

/**
 * Stores a state as the snapshot of an owner.
 *
 * @param owner `''` for the model, else a projection's name
 * @param head the log's head that the state is of
 */
export async function writeSnapshot(
  log: LogStore,
  owner: string,
  encoded: EncodedState,
  head: LogHead,
  fingerprint: Fingerprint,
): Promise<SnapshotInfo> {
  const info: SnapshotInfo = {
    owner,
    sequence: head.sequence,
    recordedAt: head.recordedAt,
    chain: head.chain,
    stateHash: encoded.stateHash,
    fingerprint: JSON.stringify(fingerprint),
    format: STATE_FORMAT,
    bytes: encoded.bytes,
  };
  await log.putSnapshot(info, encoded.chunks);
  return info;
}

/**
 * Loads a snapshot's state.
 *
 * @param initial a fresh initial state; it lends its comparators to ordered tables
 * @throws RefoldError `LOG_CORRUPT` when the bytes are damaged, or are not those of the state hash
 */
export async function loadSnapshot<State extends object>(
  log: LogStore,
  info: SnapshotInfo,
  initial: State,
): Promise<State> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of log.readSnapshot(info)) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (hash.digest('hex') === info.stateHash) return decodeState(chunks, initial);
  throw new RefoldError('LOG_CORRUPT', `Cannot load the snapshot at ${info.sequence}: its state hash does not match`, {
    path: log.path,
    sequence: info.sequence,
    hint: 'Recovery uses the snapshot before it; run refold verify to look for further damage',
  });
}
