/** The options of SET and GETEX: any order, any case. Options that exclude each other are a syntax error. */
import { syntaxError } from '../../calls/errors.ts';
import type { ExpiryUnit } from './expiry.ts';

export interface StringOptions {
  /** NX: only a new key. XX: only an existing one. */
  condition: 'NX' | 'XX' | undefined;
  /** Whether the old value is the reply. */
  isGet: boolean;
  /** What happens to the expiry time; undefined for what the command does by default. */
  expiry: 'KEEPTTL' | 'PERSIST' | { readonly unit: ExpiryUnit; readonly time: string } | undefined;
}

/** @param from the first argument that is an option @throws CommandError */
export function stringOptions(args: readonly string[], from: number, command: 'set' | 'getex'): StringOptions {
  const options: StringOptions = { condition: undefined, isGet: false, expiry: undefined };
  for (let at = from; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    const next = args[at + 1];
    if (command === 'set' && (word === 'NX' || word === 'XX') && (options.condition ?? word) === word) {
      options.condition = word;
    } else if (command === 'set' && word === 'GET') {
      options.isGet = true;
    } else if (word === (command === 'set' ? 'KEEPTTL' : 'PERSIST') && (options.expiry ?? word) === word) {
      options.expiry = word as 'KEEPTTL' | 'PERSIST';
    } else if (isUnit(word) && next !== undefined && isFree(options.expiry, word)) {
      options.expiry = { unit: word, time: next };
      at++;
    } else {
      throw syntaxError();
    }
  }
  return options;
}

function isUnit(word: string): word is ExpiryUnit {
  return word === 'EX' || word === 'PX' || word === 'EXAT' || word === 'PXAT';
}

/** Whether the unit may be given: once more is allowed, and the last one counts. */
function isFree(present: StringOptions['expiry'], unit: ExpiryUnit): boolean {
  return present === undefined || (typeof present === 'object' && present.unit === unit);
}
