/**
 * The tests of a unit of Redis's suite, read from its Tcl text: their names, and whether they need what this server leaves out.
 *
 * A test is left out when it runs a script or a function, or opens a replication stream. Everything else counts.
 */

export type Lack = 'script' | 'replication stream';

export interface UnitTest {
  /** As the file writes it: a `$variable` or a `[command]` in it stands for any text. */
  readonly name: string;
  /** What the test needs and the server does not have. */
  readonly lack: Lack | undefined;
}

/** A client of the suite, and a command that it is given: `r eval`, `$rd1 EVAL_RO`, `run_cli eval`. */
const RUNS_SCRIPT =
  /(?:\br|\bcli|\$\w+|\[srv[^\]]*\]|\{\*\}\S+)\s+(?:(?:eval|evalsha|eval_ro|evalsha_ro|fcall|fcall_ro)\b|(?:script|function)\s+(?:load|restore)\b)/i;
/** Procedures of the suite that run a script. */
const SCRIPT_PROCEDURES =
  /\b(?:run_script|fcall|create_default_function|get_function_code|get_no_writes_function_code)\b/;
const STREAM = /\b(?:attach_to_replication_stream|assert_replication_stream)\b|\btest_redis_cli_(?:rdb_dump|repl)\b/;

/** @param text of a `.tcl` file */
export function testsOf(text: string): readonly UnitTest[] {
  const tests: UnitTest[] = [];
  for (const { index } of text.matchAll(/^[ \t]*test(?=[ \t])/gm)) {
    const name = wordAt(text, text.indexOf('test', index) + 4);
    const body = name && wordAt(text, name.end);
    if (body !== undefined) tests.push({ name: name!.text, lack: lackOf(body.text) });
  }
  return tests;
}

function lackOf(body: string): Lack | undefined {
  const code = body.replace(/^\s*#.*$/gm, '');
  if (STREAM.test(code)) return 'replication stream';
  return RUNS_SCRIPT.test(code) || SCRIPT_PROCEDURES.test(code) ? 'script' : undefined;
}

interface Word {
  readonly text: string;
  readonly end: number;
}

/** The word of Tcl that begins behind `start`: in braces, in quotes, or plain. */
function wordAt(text: string, start: number): Word | undefined {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at++;
  if (text[at] === '{') return braced(text, at);
  const [whole, quoted] = /^(?:"((?:[^"\\]|\\[\s\S])*)"|\S+)/.exec(text.slice(at)) ?? [];
  return whole === undefined ? undefined : { text: quoted ?? whole, end: at + whole.length };
}

/** Braces nest. One behind a backslash does not count. */
function braced(text: string, start: number): Word | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return { text: text.slice(start + 1, at), end: at + 1 };
  }
  return undefined;
}

/** What the names of a test look like when its variables have values, as a regular expression that Tcl reads as well. */
export function patternOf({ name }: UnitTest): string {
  const parts = name.split(/\$\{?[\w:()]+\}?|\[[^\]]*\]/);
  const escaped = parts.map((part) => part.replace(/\\(.)/g, '$1').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `^${escaped.join('.*')}$`;
}
