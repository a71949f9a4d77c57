/** redis.conf: one parameter a line, `#` for comments, quotes as in redis-cli, `include` for other files. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RefoldError } from '../../../index.ts';
import { splitInline } from '../../protocol/inline.ts';

/** A line of a file. */
export interface Directive {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** `redis.conf:12`. */
  readonly place: string;
}

/** Files that include each other in a circle are noticed at this depth. */
const DEEPEST_INCLUDE = 16;

/** @throws RefoldError `INVALID_OPTION` for a file that cannot be read, or a line that cannot be understood */
export function readConfigFile(path: string, depth = 0): readonly Directive[] {
  if (depth > DEEPEST_INCLUDE) throw unreadable(path, 'its includes form a circle', undefined);
  return linesOf(path).flatMap((line, index) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    const [name = '', ...args] = splitInline(text) ?? [];
    const place = `${path}:${index + 1}`;
    if (name === '') throw unreadable(place, 'quotes are not closed', undefined);
    if (name.toLowerCase() !== 'include') return [{ name: name.toLowerCase(), args, place }];
    return args.flatMap((each) => readConfigFile(resolve(dirname(path), each), depth + 1));
  });
}

/** @throws RefoldError `INVALID_OPTION` */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split(/\r?\n/);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error), error);
  }
}

function unreadable(path: string, why: string, cause: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read the configuration ${path}: ${why}`, {
    type: 'config',
    hint: 'Correct the file, or name another one with --config',
    cause,
  });
}
