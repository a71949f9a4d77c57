/**
 * What `--json` prints is a contract. Each command has a schema in `schemas/`, from which the files of `docs/json` are made, and a
 * golden file with the output of its calls. `REFOLD_WRITE=json` writes both kinds of files again; a difference in them is a
 * decision.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineProgram, run } from '../../../src/cli/program.ts';
import { linksOf, sectionOf, undocumented } from '../../documents/agreement.ts';
import { newFolder, type Printed, runHere } from '../../run-here.ts';
import { CALLS, type Call } from './calls.ts';
import { copyLogs, makeLogs } from './logs.ts';
import { ANSWERS, error, event, PRINTS_EVENTS, schemaFiles, WITHOUT_JSON } from './schemas/index.ts';

const WRITES = process.env.REFOLD_WRITE === 'json';
const GOLDEN = fileURLToPath(new URL('golden/', import.meta.url));
const SCHEMAS = fileURLToPath(new URL('../../../docs/json/', import.meta.url));
const { commands } = defineProgram('0.0.0');
const withJson = commands.filter(({ options }) => options.some(({ long }) => long === '--json'));
const names = withJson.map((command) => command.name());
/** Those that end by themselves, without a server. The tests of the studio and of PostgreSQL have the others. */
const ending = names.filter((name) => name !== 'studio' && name !== 'logs');

const folder = newFolder();
beforeAll(async () => {
  const busy = await makeLogs(folder.path);
  return async () => {
    await busy[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
});

test('every command has calls, and a schema for what they print', () => {
  const others = commands.map((command) => command.name()).filter((name) => !names.includes(name));
  expect(others).toEqual(WITHOUT_JSON);
  expect(Object.keys(CALLS).toSorted()).toEqual(ending.toSorted());
  expect([...new Set([...Object.keys(ANSWERS), ...PRINTS_EVENTS])].toSorted()).toEqual(names.toSorted());
});

describe('the output of', () => {
  test.each(ending)('%s is that of its golden file, and fits its schema', async (name) => {
    const place = copyLogs(folder.path, name);
    const found: { [call: string]: object } = {};
    for (const call of CALLS[name]!) {
      call.before?.(place);
      const printed = await runHere(place, () => run([...call.args, '--json'], '0.0.0'));
      found[nextKey(found, call)] = readOutput(name, printed);
    }
    const text = `${JSON.stringify(found, null, 2)}\n`;
    if (WRITES) writeFileSync(join(GOLDEN, `${name}.json`), text);
    expect(found).toEqual(JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), 'utf8')));
    const codes = Object.values(found).map((one) => (one as { exitCode: number }).exitCode);
    expect(codes).toContain(0); // it succeeds
    expect(codes.some((code) => code !== 0)).toBe(true); // and fails
  });
});

test('a golden file belongs to a command that there is', () => {
  expect(readdirSync(GOLDEN).toSorted()).toEqual(ending.map((name) => `${name}.json`).toSorted());
});

/** The call as a user writes it. The same call again has a number. */
function nextKey(found: object, { args }: Call): string {
  const words = args
    .map((word) => word.replace(/^.*\/fixtures\//, './'))
    .map((word) => (/ /.test(word) ? `'${word}'` : word));
  const key = `refold ${words.join(' ')}`;
  const again = Object.keys(found).filter((one) => one === key || one.startsWith(`${key} (`)).length;
  return again === 0 ? key : `${key} (${again + 1})`;
}

/** What was printed, after the schemas: what varies has become a placeholder. */
function readOutput(name: string, { code, stdout, stderr }: Printed): object {
  const lines = stdout.split('\n');
  expect(lines.pop()).toBe(''); // the last line ends
  const objects = lines.map((line) => JSON.parse(line) as object);
  const last = objects.at(-1);
  if (last !== undefined && 'error' in last) {
    expect(stderr).toMatch(/^refold: /m);
    return { exitCode: code, ...linesOf(name, objects.slice(0, -1)), ...(fits('error', error, last) as object) };
  }
  expect(stderr).toBe('');
  const answer = ANSWERS[name];
  if (
    answer === undefined ||
    (PRINTS_EVENTS.includes(name) && last !== undefined && 'sequence' in last && 'type' in last)
  ) {
    return { exitCode: code, lines: [], ...linesOf(name, objects) };
  }
  expect(objects).toHaveLength(1);
  return { exitCode: code, answer: fits(name, answer, objects[0]!) };
}

function linesOf(name: string, objects: readonly object[]): object {
  if (objects.length === 0) return {};
  expect(PRINTS_EVENTS).toContain(name);
  return { lines: objects.map((one) => fits('event', event, one)) };
}

/** What was printed fits the schema that users get, and this one, which allows no other member, and null in a state alone. */
function fits(name: string, schema: z.ZodType, printed: object): unknown {
  expect(published.get(name)!.safeParse(printed).error).toBeUndefined();
  expect(schema.safeParse({ ...printed, another: 1 }).success).toBe(false);
  for (const member of Object.keys(printed).filter((one) => !OF_A_STATE.includes(one))) {
    expect(schema.safeParse({ ...printed, [member]: null }).success).toBe(false);
  }
  return schema.parse(printed);
}

const OF_A_STATE = ['state', 'value', 'data'];

const published = new Map(
  [...schemaFiles()].map(([file, text]) => [file.replace('.schema.json', ''), z.fromJSONSchema(JSON.parse(text))]),
);

describe('docs/CLI.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/CLI.md', import.meta.url)), 'utf8');
  const common = sectionOf(page, '## Common to all');

  test.each(Object.keys(ANSWERS))('has every member that %s prints', (name) => {
    const text = [name, ...(AS_ANOTHER[name] ?? [])].map((one) => sectionOf(page, `## ${one}`)).join('\n');
    expect(undocumented(membersIn(JSON.parse(schemaFiles().get(`${name}.schema.json`)!)), text)).toEqual([]);
  });

  test('links to every schema', () => {
    const linked = linksOf(common).filter((link) => link.startsWith('json/'));
    expect(linked.toSorted()).toEqual([...schemaFiles().keys()].map((file) => `json/${file}`).toSorted());
  });
});

/** Sections that refer to another one. */
const AS_ANOTHER: { readonly [command: string]: readonly string[] } = { at: ['state'], import: ['export'] };

/** The names of all members of a JSON Schema. Those of an error are the same everywhere. */
function membersIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, $defs: _, ...rest } = schema as { properties?: object; $defs?: object };
  return [...Object.keys(properties), ...[...Object.values(properties), ...Object.values(rest)].flatMap(membersIn)];
}

describe('docs/json', () => {
  const files = schemaFiles();

  test.each([...files.keys()])('%s is made of the schema', (file) => {
    if (WRITES) writeFileSync(join(SCHEMAS, file), files.get(file)!);
    expect(readFileSync(join(SCHEMAS, file), 'utf8')).toBe(files.get(file)!);
  });

  test('has no other files', () => {
    const found = readdirSync(SCHEMAS);
    if (WRITES) for (const file of found) if (!files.has(file)) rmSync(join(SCHEMAS, file));
    expect(readdirSync(SCHEMAS).toSorted()).toEqual([...files.keys()].toSorted());
  });
});
