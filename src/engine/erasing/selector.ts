/**
 * What a redaction is asked for: a selector, checked; its hash for the record; and which events it selects.
 *
 * Pure, except that `where` and `tags` are functions of the application.
 */
import { createHash } from 'node:crypto';
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { Model } from '../../core/model.ts';
import { checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { A_TAG, EVENT_TYPES, requireType, SEQUENCES } from '../past/events.ts';

/** Which events to redact: those with a tag, those of some sequences, or those of some types that a function picks. */
export type RedactionSelector<Event = RecordedEvent, Type extends string = string> =
  | { readonly tag: string; readonly sequences?: undefined; readonly types?: undefined; readonly where?: undefined }
  | {
      readonly sequences: readonly number[];
      readonly tag?: undefined;
      readonly types?: undefined;
      readonly where?: undefined;
    }
  | {
      readonly types: readonly Type[];
      /** Gets each event of these types in the model's version, and returns true or false. Default: all of them. */
      readonly where?: ((event: Event) => boolean) | undefined;
      readonly tag?: undefined;
      readonly sequences?: undefined;
    };

/** A checked copy of a selector. */
export type Selector =
  | { readonly kind: 'tag'; readonly tag: string }
  /** In order, each once. */
  | { readonly kind: 'sequences'; readonly sequences: readonly number[] }
  | {
      readonly kind: 'types';
      readonly types: ReadonlySet<string>;
      readonly where: ((event: RecordedEvent) => unknown) | undefined;
    };

interface GivenSelector {
  readonly tag?: string | undefined;
  readonly sequences?: readonly number[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly where?: ((event: RecordedEvent) => unknown) | undefined;
}

const SELECTOR_CHECKS: OptionChecks<GivenSelector> = {
  tag: A_TAG,
  sequences: SEQUENCES,
  types: EVENT_TYPES,
  where: ['a function', (value) => typeof value === 'function'],
};

const SELECTOR_HINT = 'Give { tag }, { sequences } or { types, where? }';

/** @throws RefoldError `INVALID_OPTION`; `UNKNOWN_EVENT_TYPE` for a type that the model does not have */
export function checkSelector(given: unknown, model: Model): Selector {
  if (given === undefined) throw invalidSelector('there is no selector');
  const { tag, sequences, types, where } = checkOptions('redact', SELECTOR_CHECKS, given);
  const kinds = [tag, sequences, types].filter((kind) => kind !== undefined).length;
  if (kinds !== 1) throw invalidSelector(kinds === 0 ? 'the selector selects nothing' : 'the selector has two kinds');
  if (where !== undefined && types === undefined) throw invalidSelector('where stands without types');
  if (tag !== undefined) return { kind: 'tag', tag };
  if (sequences !== undefined) {
    return { kind: 'sequences', sequences: [...new Set(sequences)].sort((a, b) => a - b) };
  }
  if (types!.length === 0) throw invalidSelector('the selector names no type');
  for (const type of types!) requireType(model, type);
  return { kind: 'types', types: new Set(types), where };
}

/** Names a selector in the log without its words: sha-256, hex. The same selector has the same hash. */
export function hashOfSelector(selector: Selector): string {
  return createHash('sha256')
    .update(JSON.stringify(plainOf(selector)))
    .digest('hex');
}

function plainOf(selector: Selector): object {
  if (selector.kind !== 'types') return selector;
  const { kind, types, where } = selector;
  return { kind, types: [...types].sort(), where: where === undefined ? null : String(where) };
}

/**
 * Asks `where` about an event.
 *
 * @throws RefoldError `INVALID_OPTION` when it throws, or gives anything but true or false
 */
export function isPicked(where: ((event: RecordedEvent) => unknown) | undefined, event: RecordedEvent): boolean {
  if (where === undefined) return true;
  let answer: unknown;
  try {
    answer = where(event);
  } catch (cause) {
    throw badWhere(event, `where threw: ${messageOf(cause)}`, cause);
  }
  if (typeof answer === 'boolean') return answer;
  letGo(answer);
  throw badWhere(event, `where gave ${isPromiseLike(answer) ? 'a promise' : 'neither true nor false'}`);
}

function badWhere({ sequence, type }: RecordedEvent, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact: at ${grouped(sequence)} ${problem}`, {
    sequence,
    type,
    cause,
    hint: 'Let where return true or false for every event of the types, synchronously; nothing was changed',
  });
}

function invalidSelector(problem: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact: ${problem}`, { type: 'selector', hint: SELECTOR_HINT });
}
