/**
 * How the options of a call are checked: the same for every public function that takes some.
 *
 * An option that is not known or is of the wrong kind is refused, never ignored: `compact({ dryrun: true })` must not
 * compact. Each option is read once, into an object of the engine's own, so that a getter or a proxy can do nothing later.
 */
import { isRefoldError, RefoldError } from '../core/errors.ts';
import { listNearest } from '../core/nearest.ts';

/** What an option must be, in words for the message, and the test for it. `undefined` always passes: it is the default. */
export type OptionCheck = readonly [words: string, test: (value: unknown) => boolean];

/** One check for each option that there is. */
export type OptionChecks<Options extends object> = { readonly [Option in keyof Required<Options>]: OptionCheck };

/**
 * Checks the options of one call and gives the engine's own copy of them, without those that are undefined.
 *
 * @param action what the call does, as in `Cannot ${action}: …`
 * @param options as the caller gave them; undefined means none
 * @throws RefoldError `INVALID_OPTION`, naming the option and those there are
 */
export function checkOptions<Options extends object>(
  action: string,
  checks: OptionChecks<Options>,
  options: unknown,
): Options {
  if (options === undefined) return NONE as Options;
  const given = readOptions(action, checks, options);
  for (const option of Object.keys(given)) {
    const [words, test] = checks[option as keyof Options];
    if (!test(given[option])) throw wrongKind(action, option, words);
  }
  return given as Options;
}

/** @throws RefoldError `INVALID_OPTION` for an option that is not of the kind that `words` say */
export function wrongKind(action: string, option: string, words: string): RefoldError {
  const message = `Cannot ${action}: the option ${option} is not ${words}`;
  return new RefoldError('INVALID_OPTION', message, { type: option, hint: `Give ${words}` });
}

const NONE: object = Object.freeze({});

/** An application's getter or proxy may throw anything, or be revoked. */
function readOptions(action: string, checks: OptionChecks<object>, options: unknown): Record<string, unknown> {
  try {
    if (!isOptionsObject(options)) throw notAnObject(action, checks);
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

/**
 * A plain object, an instance of the application's own class, or a module. A Map, a promise, an AbortSignal and the like
 * are something else that was meant for another place, and hold no options.
 */
function isOptionsObject(options: unknown): options is Record<string, unknown> {
  if (typeof options !== 'object' || options === null) return false;
  const kind = Object.prototype.toString.call(options);
  return kind === '[object Object]' || kind === '[object Module]';
}

/** Inherited options count, as they do wherever an option is read. */
function requireKnown(action: string, checks: OptionChecks<object>, options: object): void {
  for (const option in options) {
    if (Object.hasOwn(checks, option)) continue;
    const hint = `The options are ${listNearest(option, Object.keys(checks))}`;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: there is no option ${option}`, { type: option, hint });
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

export const A_SEQUENCE: OptionCheck = ['a sequence: a whole number from 0 on', isSequence];

export function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
