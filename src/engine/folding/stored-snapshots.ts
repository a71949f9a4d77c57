/** Writes a state into the log's snapshots, and reads it back. The hash proves that the state is the same. */
import { createHash } from 'node:crypto';
import type { Comparators } from '../../core/comparators.ts';
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import { decodeInSteps, encodeState, STATE_FORMAT } from '../../fold/encoding/state-codec.ts';
import type { LogHead, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import type { Pace } from '../../threads/pace.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isUndecodable } from './undecodable.ts';

/** A state as bytes, with the hash that says which state it is. */
export interface EncodedState {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  readonly stateHash: string;
  /** The format of the encoding: newer for a state that uses newer tags. */
  readonly format: number;
}

/**
 * Encodes synchronously; undefined if the state turns out to have more than `maxBytes`.
 *
 * @param comparators those of the model; the same for the other way to encode
 */
export function encodeUpTo(
  state: object,
  maxBytes: number,
  comparators: Comparators | undefined,
): EncodedState | undefined {
  const encoding = new Encoding(state, comparators);
  while (encoding.takeChunk()) if (encoding.bytes > maxBytes) return undefined;
  return encoding.finish();
}

/** Encodes in slices. The state must not change meanwhile. */
export async function encodePaced(
  state: object,
  pace: Pace,
  comparators: Comparators | undefined,
): Promise<EncodedState> {
  const encoding = new Encoding(state, comparators);
  while (encoding.takeChunk()) if (pace.isOver) await pace.rest();
  return encoding.finish();
}

class Encoding {
  readonly #steps: Generator<Uint8Array, number, undefined>;
  readonly #hash = createHash('sha256');
  readonly #chunks: Uint8Array[] = [];
  #format = STATE_FORMAT;
  bytes = 0;

  constructor(state: object, comparators: Comparators | undefined) {
    this.#steps = encodeState(state, undefined, comparators);
  }

  /** False when the state has ended. */
  takeChunk(): boolean {
    const step = this.#steps.next();
    if (step.done === true) {
      this.#format = step.value;
      return false;
    }
    this.#hash.update(step.value);
    this.#chunks.push(step.value);
    this.bytes += step.value.byteLength;
    return true;
  }

  finish(): EncodedState {
    return { chunks: this.#chunks, bytes: this.bytes, stateHash: this.#hash.digest('hex'), format: this.#format };
  }
}

/**
 * Stores a state as the snapshot of an owner.
 *
 * @param owner `''` for the model, otherwise a projection's name
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
    format: encoded.format,
    bytes: encoded.bytes,
  };
  await log.putSnapshot(info, encoded.chunks);
  return info;
}

/** What decoding needs besides bytes: where OrderedMaps get their comparators from. */
export interface Beginning<State> {
  /** A fresh initial state: for OrderedMaps at the top level. */
  readonly initial: State;
  /** Those of the model: for OrderedMaps below it. */
  readonly comparators: Comparators | undefined;
}

/**
 * Loads a snapshot's state.
 *
 * @param pace default: decoded without a pause
 * @throws RefoldError `LOG_CORRUPT` when the bytes are damaged, or are not those of the state hash; `MODEL_MISMATCH` when
 * this model cannot decode them, because a comparator throws on their keys, say
 */
export async function loadSnapshot<State extends object>(
  log: LogStore,
  info: SnapshotInfo,
  { initial, comparators }: Beginning<State>,
  pace?: Pace,
): Promise<State> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of log.readSnapshot(info)) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (hash.digest('hex') !== info.stateHash) throw notItsHash(log, info);
  const steps = decodeInSteps(chunks, initial, comparators);
  for (;;) {
    const step = nextStep(steps, log, info);
    if (step.done === true) return step.value;
    if (pace?.isOver) await pace.rest();
  }
}

function notItsHash({ path }: LogStore, { sequence }: SnapshotInfo): RefoldError {
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot load the snapshot at ${grouped(sequence)}: its state hash does not match`,
    {
      path,
      sequence,
      hint: 'Recovery uses the snapshot before it; run refold verify to look for further damage',
    },
  );
}

/** A comparator is application code: what it throws, a RefoldError perhaps, must not pass for a failure of the log. */
function nextStep<State>(
  steps: Generator<undefined, State, undefined>,
  { path }: LogStore,
  { sequence }: SnapshotInfo,
): IteratorResult<undefined, State> {
  try {
    return steps.next();
  } catch (cause) {
    const known = isUndecodable(cause) ? cause : undefined;
    const why = messageOf(cause).replace(/^Cannot decode the state: /, '');
    throw new RefoldError(known?.code ?? 'MODEL_MISMATCH', `Cannot load the snapshot at ${grouped(sequence)}: ${why}`, {
      path,
      sequence,
      cause,
      hint: known?.hint ?? 'Recovery replays the log instead; open it with the model that the snapshot was taken with',
    });
  }
}
