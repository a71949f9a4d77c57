/** The manifest of a multi-part AOF: which files belong to it, in which order. */
import { RedisFileError } from '../bytes/file-error.ts';

export interface Manifest {
  /** The state from which the others go on, as an RDB file or as commands; undefined in an AOF that began empty. */
  readonly base: string | undefined;
  /** Commands since then, oldest first. */
  readonly increments: readonly string[];
}

/** The name that a server gives its AOF unless `appendfilename` says another. */
export const DEFAULT_NAME = 'appendonly.aof';

const SUFFIX = '.manifest';

export function manifestName(name: string): string {
  return name + SUFFIX;
}

/** Whether this is the name of a manifest. */
export function isManifestName(file: string): boolean {
  return file.endsWith(SUFFIX);
}

/** The text of a manifest. File names are plain: no spaces, no quotes. */
export function formatManifest({ base, increments }: Manifest): string {
  const lines = increments.map((file, at) => `file ${file} seq ${at + 1} type i\n`);
  return (base === undefined ? [] : [`file ${base} seq 1 type b\n`]).concat(lines).join('');
}

/** Reads a manifest, latin1. Files of the history, which a rewrite has replaced, are left out. */
export function parseManifest(text: string): Manifest {
  const bases: string[] = [];
  const increments: string[] = [];
  let offset = 0;
  let lastSequence = 0;
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith('#')) {
      const { file, sequence, type } = parseLine(line, offset);
      if (type === 'b') bases.push(file);
      if (type === 'i') {
        if (sequence <= lastSequence) fail('The manifest lists its INCR files out of order', offset);
        lastSequence = sequence;
        increments.push(file);
      }
    }
    offset += line.length + 1;
  }
  if (bases.length > 1) fail('The manifest lists more than one BASE file', 0);
  if (bases.length + increments.length === 0) fail('The manifest lists no files', 0);
  return { base: bases[0], increments };
}

interface Line {
  readonly file: string;
  readonly sequence: number;
  readonly type: string;
}

/** A line is words by twos, in any order: `file NAME seq N type b`. Words that are unknown are for newer versions. */
function parseLine(line: string, offset: number): Line {
  const words = splitWords(line) ?? fail('A line of the manifest has a quote that does not end', offset);
  const members = new Map(Array.from({ length: words.length / 2 }, (_, at) => [words[2 * at]!, words[2 * at + 1]!]));
  const file = members.get('file') ?? '';
  const sequence = Number(members.get('seq'));
  const type = members.get('type') ?? '';
  if (
    words.length % 2 !== 0 ||
    file === '' ||
    !Number.isSafeInteger(sequence) ||
    sequence < 1 ||
    !/^[bih]$/.test(type)
  ) {
    fail('A line of the manifest is not `file NAME seq NUMBER type b|i|h`', offset);
  }
  if (/[/\\\0]/.test(file) || file === '..') fail('The manifest names a file in another folder', offset);
  return { file, sequence, type };
}

/** Words between spaces; one in double quotes may have escapes. Undefined if a quote does not end with its word. */
function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  const next = /\s*(?:"((?:[^"\\]|\\.)*)"(?!\S)|([^\s"]\S*))\s*/y;
  while (next.lastIndex < line.length) {
    const found = next.exec(line);
    if (found === null) return undefined;
    words.push(found[1] === undefined ? found[2]! : unescaped(found[1]));
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function unescaped(quoted: string): string {
  return quoted.replaceAll(/\\(?:x([\da-f]{2})|(.))/gi, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function fail(what: string, offset: number): never {
  throw new RedisFileError('malformed', what, offset);
}
