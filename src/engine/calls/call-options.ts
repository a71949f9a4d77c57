/**
 * How the options of a call are checked: the same for every public function that takes some.
 *
 * An option that is not known or is of the wrong kind is refused, never ignored: `compact({ dryrun: true })` must not
 * compact. Each option is read once, into the engine's copy, so that a getter or a proxy can do nothing later.
 */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import { listNearest, shortened } from '../../core/nearest.ts';
import { isParts } from '../../core/parts.ts';

/**
 * What an option must be, in words for the message, and the test for it. `undefined` always passes: it is the default.
 *
 * `copy` makes the engine's copy of an option that has parts. The copy is tested, and the copy is used. `advice` says what to do
 * about some of the refused values, in place of the usual hint. It does not throw.
 */
export type OptionCheck = readonly [
  words: string,
  test: (value: unknown) => boolean,
  copy?: ((value: unknown) => unknown) | undefined,
  advice?: (value: unknown) => string | undefined,
];

/** One check for each option. */
export type OptionChecks<Options extends object> = { readonly [Option in keyof Required<Options>]: OptionCheck };

/**
 * Checks the options of one call and gives the engine's copy of them, without those that are undefined.
 *
 * @param action what the call does, as in `Cannot ${action}: …`
 * @param options as the caller gave them; undefined means that no option was given
 * @throws RefoldError `INVALID_OPTION`, naming the option and the known ones
 */
export function checkOptions<Options extends object>(
  action: string,
  checks: OptionChecks<Options>,
  options: unknown,
): Options {
  if (options === undefined) return NONE as Options;
  const given = readOptions(action, checks, options);
  for (const option of Object.keys(given)) {
    const check: OptionCheck = checks[option as keyof Options];
    given[option] = checkValue(action, option, check, given[option]);
  }
  return given as Options;
}

/** Checks one value, such as a single argument, and gives the engine's copy of it. @throws RefoldError `INVALID_OPTION` */
export function checkValue(
  action: string,
  option: string,
  [words, test, copy, advice]: OptionCheck,
  value: unknown,
): unknown {
  let cause: unknown;
  try {
    const own = copy === undefined ? value : copy(value);
    if (test(own)) return own;
  } catch (error) {
    cause = error; // from a getter or a proxy
  }
  throw wrongKind(action, option, words, cause, advice?.(value));
}

/** @throws RefoldError `INVALID_OPTION` for an option that is not of the kind that `words` say */
export function wrongKind(
  action: string,
  option: string,
  words: string,
  cause?: unknown,
  hint: string = `Give ${words}`,
): RefoldError {
  const message = `Cannot ${action}: the option ${option} is not ${words}`;
  return new RefoldError('INVALID_OPTION', message, { type: option, hint, cause });
}

const NONE: object = Object.freeze({});

/** A getter or proxy of the application may throw anything. A proxy may be revoked. */
function readOptions(action: string, checks: OptionChecks<object>, options: unknown): Record<string, unknown> {
  try {
    if (!isParts(options)) throw notAnObject(action, checks);
    requireKnown(action, checks, options);
    const given: Record<string, unknown> = {};
    for (const option of Object.keys(checks)) {
      const value = options[option];
      if (value !== undefined) given[option] = value;
    }
    return given;
  } catch (cause) {
    if (isRefoldError(cause)) throw cause;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: reading its options threw`, {
      type: 'options',
      cause,
      hint: 'Pass a plain object, without getters that throw',
    });
  }
}

/** Inherited options count, as they do wherever an option is read. */
function requireKnown(action: string, checks: OptionChecks<object>, options: object): void {
  for (const option in options) {
    if (Object.hasOwn(checks, option)) continue;
    const hint = `The options are ${listNearest(option, Object.keys(checks))}`;
    const message = `Cannot ${action}: there is no option ${shortened(option)}`;
    throw new RefoldError('INVALID_OPTION', message, { type: option, hint });
  }
}

function notAnObject(action: string, checks: OptionChecks<object>): RefoldError {
  const options = Object.keys(checks).join('?, ');
  return new RefoldError('INVALID_OPTION', `Cannot ${action}: the options are not an object`, {
    type: 'options',
    hint: `Give an object: { ${options}? }`,
  });
}

export const TRUE_OR_FALSE: OptionCheck = ['true or false', (value) => typeof value === 'boolean'];

export const A_FUNCTION: OptionCheck = ['a function', (value) => typeof value === 'function'];

/** By what it can do: a test runner may put another class in the place of AbortSignal. */
export const A_SIGNAL: OptionCheck = [
  'an AbortSignal',
  (value) =>
    typeof value === 'object' &&
    typeof (value as AbortSignal).aborted === 'boolean' &&
    typeof (value as AbortSignal).addEventListener === 'function' &&
    typeof (value as AbortSignal).removeEventListener === 'function',
];

export const DURABILITY: OptionCheck = [
  "'always', 'everysec' or 'os'",
  (value) => value === 'always' || value === 'everysec' || value === 'os',
];

/** A string is iterable too, but it never holds events. */
export const AN_ITERABLE: OptionCheck = [
  'an iterable of events',
  (events) =>
    typeof events === 'object' &&
    (typeof (events as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function' ||
      typeof (events as Iterable<unknown>)[Symbol.iterator] === 'function'),
];

export const A_SEQUENCE: OptionCheck = ['a sequence: a whole number from 0 on', isSequence];

export function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
