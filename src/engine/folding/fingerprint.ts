/**
 * Notices that a reducer has changed since a snapshot was taken.
 *
 * For each event type that the log held up to it, a snapshot keeps a hash of what folds the type, and the first sequence of the
 * type. A change makes exactly the snapshots unusable that have folded the type. So an open starts from the newest usable
 * snapshot, and refolds only from where the change first mattered. The hash covers the text of the model, not of its
 * dependencies.
 */
import { createHash } from 'node:crypto';
import type { EventType } from '../../core/catalog.ts';
import type { Comparators } from '../../core/comparators.ts';
import { grouped } from '../../core/errors.ts';
import type { FingerprintKind, Model } from '../../core/model.ts';
import { ignoreEvent } from '../../core/model-checks.ts';
import { hashStateOf } from '../../fold/encoding/state-codec.ts';
import { type Formers, formersOf, recordedTypesOf } from './formers.ts';
import { type BeginsWith, freshState } from './initial-state.ts';

/** What is stored with a snapshot. */
export interface Fingerprint {
  /** The hash of `initialState`. */
  readonly initial: string;
  /** An entry for each event type that the log held up to the snapshot. */
  readonly types: { readonly [type: string]: TypeFingerprint };
  /** The model's `version`, as text; absent without one, and in what earlier releases stored. */
  readonly version?: string;
}

export interface TypeFingerprint {
  readonly hash: string;
  /** The first sequence at which the type occurred. */
  readonly first: number;
}

/** The fingerprint of the model in use: hashes of its initial state and of each type. */
export interface ModelFingerprint {
  /** Default `'sources'`. */
  readonly kind?: FingerprintKind;
  /** The model's `version`, as text; undefined without one. */
  readonly version?: string | undefined;
  readonly initial: string;
  /** By the types that the log may hold. A type that is not in here does not change the state. */
  readonly types: ReadonlyMap<string, string>;
  /** What earlier releases stored for the same model, where it differs. Their hashes say less than today's. */
  readonly earlier?: { readonly initial: string | undefined; readonly types: ReadonlyMap<string, string> };
}

/** What `fingerprintOf` needs of a model or a projection. */
export type Fingerprinted = Pick<Model, 'initialState' | 'reducers' | 'version' | 'fingerprint'> &
  Pick<BeginsWith<object>, 'name' | 'comparators'>;

/** The hash of a type that does not change the state. */
const IGNORED = 'ignored';

/**
 * The fingerprint of a model, or of a projection of its events. It covers the `version`, and the source texts of `initialState`,
 * comparators, reducers, upcasters and `from`; with `fingerprint: 'version'` the version alone. It does not cover functions that
 * these call, nor `tags`.
 *
 * @param model whose event types the reducers get
 */
export function fingerprintOf(given: Fingerprinted, model: Pick<Model, 'types'>): ModelFingerprint {
  const { fingerprint: kind = 'sources' } = given;
  const version = given.version === undefined ? undefined : String(given.version);
  const recorded = [...recordedTypesOf(model, new Set(Object.keys(given.reducers)))];
  const named = version === undefined ? undefined : versionHash(version);
  if (kind === 'version' && named !== undefined) {
    const types = new Map(recorded.map((type) => [type, named]));
    return { kind, version, initial: named, types };
  }
  const { comparators } = given;
  const initialText = `${String(given.initialState)} ${hashStateOf(freshState(given), comparators)}${sourcesOf(comparators)}`;
  const context = { reducers: given.reducers, types: model.types, formers: formersOf(model) };
  const types = new Map<string, string>();
  const earlier = new Map<string, string>();
  for (const type of recorded) {
    const text = textOf(type, context);
    if (text === undefined) continue;
    const hash = digest(text);
    types.set(type, hash);
    const before = named ?? earlierHash(type, context);
    if (before !== undefined && before !== hash) earlier.set(type, before);
  }
  const initial = digest(named === undefined ? initialText : `${named} ${initialText}`);
  const hasEarlier = named !== undefined || earlier.size > 0;
  return { kind, version, initial, types, ...(hasEarlier && { earlier: { initial: named, types: earlier } }) };
}

/** One hash of all of it, in hex. */
export function hashOfFingerprint({ version, initial, types }: ModelFingerprint): string {
  return digest(JSON.stringify([version ?? '', initial, [...types].sort()]));
}

/** What stands for all hashes where only the version counts, and did so in earlier releases for every model with a version. */
function versionHash(version: string): string {
  return `version ${version}`;
}

interface Context {
  readonly reducers: { readonly [type: string]: unknown };
  readonly types: ReadonlyMap<string, EventType>;
  readonly formers: Formers | undefined;
}

/** What folds the recorded events of a type, as text; undefined if nothing does. */
function textOf(type: string, context: Context): string | undefined {
  const known = context.types.get(type);
  const turns = context.formers?.get(type);
  if (turns === undefined) {
    const folding = foldingText(type, context);
    return folding === undefined ? undefined : `${folding}${upcastersOf(known)}`;
  }
  const texts = turns.flatMap(({ into, turn }) => {
    const further = context.formers?.has(into.type) ? textOf(into.type, context) : foldingText(into.type, context);
    return further === undefined ? [] : [`${JSON.stringify(into.type)} ${String(turn)} ${further}`];
  });
  if (texts.length === 0) return undefined;
  return `${known?.version ?? ''}${upcastersOf(known)} becomes ${texts.join(' and ')}`;
}

/** The version and the reducer of a type, as text: all that earlier releases hashed. */
function foldingText(type: string, { reducers, types }: Context): string | undefined {
  const reducer = Object.hasOwn(reducers, type) ? reducers[type] : undefined;
  if (reducer === undefined || reducer === ignoreEvent) return undefined;
  return `${types.get(type)?.version ?? 0} ${String(reducer)}`;
}

/** The empty text for a type without upcasters: its hash is that of earlier releases. */
function upcastersOf(type: EventType | undefined): string {
  return Object.entries(type?.upcast ?? {})
    .map(([version, upcast]) => ` upcast ${version} ${String(upcast)}`)
    .join('');
}

function earlierHash(type: string, context: Context): string | undefined {
  const text = context.formers?.has(type) ? undefined : foldingText(type, context);
  return text === undefined ? undefined : digest(text);
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
  const types = [...firstSeen].map(([type, first]) => [type, { hash: model.types.get(type) ?? IGNORED, first }]);
  const { initial, version } = model;
  return { initial, types: Object.fromEntries(types), ...(version === undefined ? {} : { version }) };
}

/** The version that a snapshot was stored with, as text; undefined without one. */
export function storedVersion({ version, initial }: Fingerprint): string | undefined {
  return version ?? (initial.startsWith(VERSION_PREFIX) ? initial.slice(VERSION_PREFIX.length) : undefined);
}

const VERSION_PREFIX = versionHash('');

/**
 * What a log has noted about hashes of earlier releases: which of today's hashes each of them stood for when it was first
 * believed. By `initial` or the type, and the earlier hash.
 */
export type Beliefs = { readonly [hash: string]: string };

/** What a stored fingerprint says about its snapshot. */
export interface FingerprintJudgement {
  /** Why it does not fit the model any more, as a clause; undefined if it fits. */
  readonly change?: string;
  /** Whether it fits only because hashes of an earlier release are believed. */
  readonly isBelieved: boolean;
}

/** Compares a stored fingerprint with that of the model. */
export function judgeFingerprint(
  stored: Fingerprint,
  model: ModelFingerprint,
  beliefs: Beliefs = {},
): FingerprintJudgement {
  if (model.kind === 'version') return judgeVersion(stored, model);
  let isBelieved = false;
  const fits = (key: string, hash: string, present: string, earlier: string | undefined): boolean => {
    if (hash === present) return true;
    if (hash !== earlier || (beliefs[key] ?? present) !== present) return false;
    isBelieved = true;
    return true;
  };
  const { initial, types } = stored;
  if (!fits(initialKey(initial), initial, model.initial, model.earlier?.initial)) {
    return { change: 'the initial state or the version of the model changed', isBelieved: false };
  }
  const changed = Object.entries(types)
    .filter(([type, { hash }]) => {
      const present = model.types.get(type) ?? IGNORED;
      return !fits(typeKey(type, hash), hash, present, earlierOf(model, type));
    })
    .sort(([, a], [, b]) => a.first - b.first);
  if (changed.length === 0) return { isBelieved };
  const [type, { first }] = changed[0]!;
  const others = changed.length === 1 ? '' : ` and ${changed.length - 1} more`;
  const change = `the reducer, schema version or upcasters of ${type}${others} changed, which first mattered at ${grouped(first)}`;
  return { change, isBelieved: false };
}

/** For a model with a version, earlier releases stored the version for every type, also for one that changes nothing. */
function earlierOf({ earlier, types }: ModelFingerprint, type: string): string | undefined {
  return earlier?.types.get(type) ?? (types.has(type) ? undefined : earlier?.initial);
}

function judgeVersion(stored: Fingerprint, { version }: ModelFingerprint): FingerprintJudgement {
  const before = storedVersion(stored);
  if (before === version) return { isBelieved: false };
  const change =
    before === undefined
      ? `the snapshot was stored without a version, and only version ${version} counts`
      : `the version of the model changed from ${before} to ${version}`;
  return { change, isBelieved: false };
}

/** The beliefs that the acceptance of a stored fingerprint means: each earlier hash in it stands for the model's present one. */
export function beliefsFrom(stored: Fingerprint, model: ModelFingerprint): Beliefs {
  const beliefs: Record<string, string> = {};
  const { initial, types } = stored;
  if (initial !== model.initial && initial === model.earlier?.initial) beliefs[initialKey(initial)] = model.initial;
  for (const [type, { hash }] of Object.entries(types)) {
    const present = model.types.get(type) ?? IGNORED;
    if (hash !== present && hash === earlierOf(model, type)) beliefs[typeKey(type, hash)] = present;
  }
  return beliefs;
}

function initialKey(hash: string): string {
  return `initial ${hash}`;
}

function typeKey(type: string, hash: string): string {
  return `type ${hash} ${type}`;
}

/** Reads a stored fingerprint; undefined if the text is not a fingerprint. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  try {
    const value = JSON.parse(text);
    const isOne =
      typeof value?.initial === 'string' &&
      (value.version === undefined || typeof value.version === 'string') &&
      Object.values(value.types).every(isTypeFingerprint);
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
