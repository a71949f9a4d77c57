/**
 * Kinds of parameters: how a text is checked, and in which spelling it is kept and given back.
 *
 * Each kind is a function from what the user wrote to the canonical text. It throws a `ParameterError` with Redis's words.
 */
import { canonicalEvents, INVALID_EVENT_CLASS } from '../../protocol/keyspace-events.ts';
import { bytesOf, ULONG_MAX } from '../../protocol/memory-sizes.ts';

/** Why a value does not fit, in Redis's words. */
export class ParameterError extends Error {}

/** From a text to the canonical text of the value. @throws ParameterError */
export type Kind = (text: string) => string;

const INT_MAX = 2n ** 31n - 1n;
export const LONG_MAX: bigint = 2n ** 63n - 1n;

/** The bounds of C's types, for `integer` and `memory`. */
export const BOUNDS: {
  readonly [name in 'int' | 'signed' | 'long' | 'unsigned' | 'port']: readonly [bigint, bigint];
} = {
  int: [0n, INT_MAX],
  signed: [-INT_MAX - 1n, INT_MAX],
  long: [0n, LONG_MAX],
  unsigned: [0n, 2n ** 32n - 1n],
  port: [0n, 65535n],
};

export const yesNo: Kind = (text) => {
  const value = text.toLowerCase();
  if (value !== 'yes' && value !== 'no') throw new ParameterError("argument must be 'yes' or 'no'");
  return value;
};

/** Any text. */
export const anyText: Kind = (text) => text;

/** One of the words, in any case. */
export function oneOf(...words: readonly string[]): Kind {
  return (text) => {
    const value = text.toLowerCase();
    if (!words.includes(value)) throw notOneOf(words);
    return value;
  };
}

function notOneOf(words: readonly string[]): ParameterError {
  return new ParameterError(`argument(s) must be one of the following: ${words.join(', ')}`);
}

export function integer([min, max]: readonly [bigint | number, bigint | number]): Kind {
  return (text) => {
    const value = int64Of(text);
    if (value === undefined) throw new ParameterError("argument couldn't be parsed into an integer");
    return inside(value, BigInt(min), BigInt(max));
  };
}

/** A number in octal digits. */
export function octal(max: number): Kind {
  return (text) => {
    if (!/^[0-7]{1,6}$/.test(text)) throw new ParameterError("argument couldn't be parsed into an integer");
    return inside(BigInt(`0o${text}`), 0n, BigInt(max)) && text.replace(/^0+(?=.)/, '');
  };
}

/** Bytes, with a unit: 1k is 1,000 bytes, 1kb is 1,024. */
export function memory(min: bigint | number = 0, max: bigint = LONG_MAX): Kind {
  return (text) => {
    const value = bytesOf(text);
    if (value === undefined) throw new ParameterError('argument must be a memory value');
    return inside(value, BigInt(min), max);
  };
}

export const unsignedMemory: Kind = memory(0, ULONG_MAX);

/** Bytes, or a percentage of maxmemory. */
export const memoryOrPercent: Kind = (text) => {
  const percent = /^(\d+)%$/.exec(text)?.[1];
  const value = percent === undefined ? bytesOf(text) : BigInt(percent);
  if (value === undefined) throw new ParameterError('argument must be a memory or percent value');
  if (percent === undefined) return inside(value, 0n, LONG_MAX);
  if (value > 100n) throw new ParameterError('percentage argument must be less or equal to 100');
  return `${value}%`;
};

function inside(value: bigint, min: bigint, max: bigint): string {
  if (value < min || value > max) throw new ParameterError(`argument must be between ${min} and ${max} inclusive`);
  return String(value);
}

function int64Of(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > LONG_MAX || value < -LONG_MAX - 1n ? undefined : value;
}

/** The words of a value, which may stand in quotes. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Pairs of seconds and changes: `3600 1 300 100`. Empty: no rules. */
export const saveRules: Kind = (text) => {
  const words = wordsOf(text);
  const wrong = words.length % 2 === 1 || words.some((word, at) => int64Of(word) === undefined || +word < 1 - (at % 2));
  if (wrong) throw new ParameterError('Invalid save parameters');
  return words.join(' ');
};

/** `save`, `nosave`, `now`, `force` in one value, or `default`. */
export const shutdownOptions: Kind = (text) => {
  const known = ['default', 'save', 'nosave', 'now', 'force'];
  const words = wordsOf(text.toLowerCase());
  if (words.length === 0 || words.some((word) => !known.includes(word))) throw notOneOf(known);
  if (words.includes('save') && words.includes('nosave')) {
    throw new ParameterError("shutdown options SAVE and NOSAVE can't be used simultaneously");
  }
  return known.filter((word) => words.includes(word)).join(' ');
};

/** Letters of event classes, in Redis's order. */
export const keyspaceEvents: Kind = (text) => {
  const canonical = canonicalEvents(text);
  if (canonical === undefined) throw new ParameterError(INVALID_EVENT_CLASS);
  return canonical;
};

export const oomScores: Kind = (text) => {
  const words = wordsOf(text);
  if (words.length !== 3) throw new ParameterError('wrong number of arguments');
  const values = words.map(Number);
  if (values.some((value) => !Number.isInteger(value) || Math.abs(value) > 2000)) {
    throw new ParameterError('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
  }
  return values.join(' ');
};

export const percentiles: Kind = (text) => {
  const words = wordsOf(text);
  for (const word of words) {
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)) {
      throw new ParameterError('Invalid latency-tracking-info-percentiles parameters');
    }
    if (Number(word) < 0 || Number(word) > 100) {
      throw new ParameterError('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]');
    }
  }
  return words.map((word) => String(Number(word))).join(' ');
};

export const hostname: Kind = (text) => {
  if (text.length > 255) throw new ParameterError('Hostnames must be less than 256 characters');
  if (!/^[\w.-]*$/.test(text) || text.includes('_')) {
    throw new ParameterError('Hostnames may only contain alphanumeric characters, hyphens or dots');
  }
  return text;
};

export const titleTemplate: Kind = (text) => {
  const known = ['title', 'listen-addr', 'server-mode', 'port', 'tls-port', 'unixsocket', 'config-file'];
  const names = [...text.matchAll(/\{([^}]*)\}?/g)].map(([whole, name]) => (whole.endsWith('}') ? name : undefined));
  if (names.some((name) => name === undefined || !known.includes(name))) {
    throw new ParameterError('template format is invalid or contains unknown variables');
  }
  return text;
};

/** A name inside of `dir`. @param what `filename` or `dirname` */
export function plainName(parameter: string, what: string): Kind {
  return (text) => {
    if (/[/\\]/.test(text)) throw new ParameterError(`${parameter} can't be a path, just a ${what}`);
    return text;
  };
}
