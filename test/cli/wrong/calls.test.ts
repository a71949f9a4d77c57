/**
 * Wrong calls of every command, with the exact message, hint, error code and exit code of each, as `calls.txt` has them. None of them
 * prints a stack, changes a file or leaves one behind.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { defineProgram } from '../../../src/cli/program.ts';
import { temporaryFolder } from '../support.ts';
import { type Called, Caller, wordsOf } from './calling.ts';
import { makeWrongFiles } from './wrong-files.ts';

interface WrongCall {
  readonly line: string;
  /** What it must print on stderr. */
  readonly stderr: string;
  readonly code: string;
  readonly exit: number;
}

const CALLS = readFileSync(join(import.meta.dirname, 'calls.txt'), 'utf8')
  .split('\n\n')
  .filter((block) => block.startsWith('$'))
  .map((block): WrongCall => {
    const [, line, stderr, code, exit] = /^\$ refold ?([^\n]*)\n(.*\n)([A-Z_]+), exit (\d+)\n?$/s.exec(block)!;
    return { line: line!, stderr: stderr!, code: code!, exit: Number(exit) };
  });

const folder = temporaryFolder()('.');
const answers = new Map<string, { readonly text: Called; readonly json: Called }>();
const states: string[][] = [];

beforeAll(async () => {
  await makeWrongFiles(folder);
  states.push(await contents());
  await using caller = await Caller.start(folder);
  for (const { line } of CALLS) {
    const words = wordsOf(line);
    answers.set(line, { text: await caller.call(words), json: await caller.call([...words, '--json']) });
  }
  states.push(await contents());
});

/** Every file but those that SQLite and the lock of a log need beside it, and what the log says about itself. */
async function contents(): Promise<string[]> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries.map(({ name }) => name).filter((name) => !/\.db-(?:wal|shm|lock|witness|ballast)$/.test(name));
  await using log = await openLog({ path: join(folder, 'shop.db') });
  const { events, chain, snapshots } = await log.info(); // the epoch counts writers, also one that found the wrong model
  const hashes = names.sort().map((name) => `${name} ${name === 'shop.db' ? '' : sha256(join(folder, name))}`);
  return [...hashes, JSON.stringify({ events, chain, snapshots })];
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('a wrong call', () => {
  test.each(CALLS)('refold $line', ({ line, stderr, code, exit }) => {
    const { text, json } = answers.get(line)!;
    expect(shown(text)).toEqual({ code: exit, stdout: '', stderr });
    const { error } = JSON.parse(json.stdout);
    const { message, hint } = error;
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: exit, stderr: text.stderr });
    expect({ code: error.code, text: `refold: ${message}\nhint: ${hint}\n` }).toEqual({ code, text: text.stderr });
  });

  function shown({ code, stdout, stderr }: Called): Called {
    return { code, stdout, stderr: stderr.replaceAll(`${folder}/`, '') };
  }
});

test('no wrong call changes a file or leaves one behind', () => {
  const [before, after] = states;
  expect(after).toEqual(before);
});

test('the table has calls of every command', () => {
  const commands = defineProgram('0.0.0').commands.map((command) => command.name());
  const called = new Set(CALLS.map(({ line }) => line.split(' ')[0]));
  expect(commands.filter((name) => !called.has(name))).toEqual([]);
  expect(CALLS.length).toBeGreaterThan(100);
});
