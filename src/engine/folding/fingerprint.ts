/**
 * Notices that a reducer has changed since a snapshot was taken.
 *
 * For each event type that occurred up to it, a snapshot keeps a hash of the reducer and the first sequence of the type. A
 * change makes exactly the snapshots unusable that have folded the type. So an open starts from the newest usable snapshot,
 * and refolds only from where the change first mattered. The hash covers the text of the model, not of its dependencies.
 */
import { createHash } from 'node:crypto';
import type { Comparators } from '../../core/comparators.ts';
import type { Model } from '../../core/model.ts';
import { hashStateOf } from '../../fold/encoding/state-codec.ts';
import { type BeginsWith, freshState } from './initial-state.ts';

/** What is stored with a snapshot. */
export interface Fingerprint {
  /** The hash of `initialState`. */
  readonly initial: string;
  /** An entry for each event type that occurred up to the snapshot. */
  readonly types: { readonly [type: string]: TypeFingerprint };
}

export interface TypeFingerprint {
  readonly hash: string;
  /** The first sequence at which the type occurred. */
  readonly first: number;
}

/** The fingerprint of the model in use: hashes of its initial state and of each type. */
export interface ModelFingerprint {
  readonly initial: string;
  readonly types: ReadonlyMap<string, string>;
}

/** What `fingerprintOf` needs of a model or a projection. */
export type Fingerprinted = Pick<Model, 'initialState' | 'reducers' | 'version'> &
  Pick<BeginsWith<object>, 'name' | 'comparators'>;

/**
 * The model's fingerprint: its `version` if it has one, otherwise hashes of the source texts of `initialState` with the
 * model's comparators, and of each reducer with the version of the type's schema. It does not cover functions that a reducer calls: use `version` for that.
 *
 * @param schemaVersion the current version of an event type
 */
export function fingerprintOf(model: Fingerprinted, schemaVersion: (type: string) => number): ModelFingerprint {
  const { version, comparators } = model;
  const named = version === undefined ? undefined : `version ${version}`;
  const types = Object.entries<unknown>(model.reducers).map(([type, reducer]): [string, string] => [
    type,
    named ?? digest(`${schemaVersion(type)} ${String(reducer)}`),
  ]);
  const initial =
    named ??
    digest(`${String(model.initialState)} ${hashStateOf(freshState(model), comparators)}${sourcesOf(comparators)}`);
  return { initial, types: new Map(types) };
}

/** The empty text for a model without comparators: its fingerprint is that of earlier releases. */
function sourcesOf(comparators: Comparators | undefined): string {
  return Object.entries(comparators ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, compare]) => ` ${JSON.stringify(name)} ${String(compare)}`)
    .join('');
}

/** The fingerprint to store with a snapshot: the model's, for the types that have occurred. */
export function fingerprintFor(model: ModelFingerprint, firstSeen: ReadonlyMap<string, number>): Fingerprint {
  const types = [...firstSeen].map(([type, first]) => [type, { hash: model.types.get(type) ?? 'ignored', first }]);
  return { initial: model.initial, types: Object.fromEntries(types) };
}

/** Why a stored fingerprint does not fit the model any more, as a clause; undefined if it fits. */
export function findChange(stored: Fingerprint, model: ModelFingerprint): string | undefined {
  if (stored.initial !== model.initial) return 'the initial state or the version of the model changed';
  const changed = Object.entries(stored.types)
    .filter(([type, { hash }]) => hash !== (model.types.get(type) ?? 'ignored'))
    .sort(([, a], [, b]) => a.first - b.first);
  if (changed.length === 0) return undefined;
  const [type, { first }] = changed[0]!;
  const others = changed.length === 1 ? '' : ` and ${changed.length - 1} more`;
  return `the reducer or schema version of ${type}${others} changed, which first mattered at ${first}`;
}

/** Reads a stored fingerprint; undefined if the text is not a fingerprint. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  try {
    const value = JSON.parse(text);
    const isOne = typeof value?.initial === 'string' && Object.values(value.types).every(isTypeFingerprint);
    return isOne ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTypeFingerprint(value: unknown): value is TypeFingerprint {
  const { hash, first } = value as TypeFingerprint;
  return typeof hash === 'string' && typeof first === 'number';
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
