/**
 * What the commands of the order book print with `--json`: each fits its schema, and is that of its golden file. `REFOLD_WRITE=json`
 * writes the golden files again.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineProgram, run } from '../../../../examples/orderbook/program.ts';
import { error } from '../../../cli/json/schemas/index.ts';
import { newFolder, type Printed, runHere } from '../../../run-here.ts';
import { makeFiles } from './books.ts';
import { CALLS } from './calls.ts';
import { ANSWERS, MESSAGE } from './schemas.ts';

const WRITES = process.env.REFOLD_WRITE === 'json';
const GOLDEN = fileURLToPath(new URL('golden/', import.meta.url));
const names = defineProgram().commands.map((command) => command.name());
/** It prints lines, and has no `--json`. */
const STREAMS = 'publish';

const folder = newFolder();
beforeAll(() => makeFiles(folder.path));
afterAll(() => folder[Symbol.dispose]());

test('every command has calls, a schema and a golden file', () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(names.toSorted());
  expect([...Object.keys(ANSWERS), STREAMS].toSorted()).toEqual(names.toSorted());
  if (!WRITES) expect(readdirSync(GOLDEN).toSorted()).toEqual(names.map((name) => `${name}.json`).toSorted());
});

describe('the output of', () => {
  test.each(Object.keys(CALLS))('%s is that of its golden file, and fits its schema', async (name) => {
    const found: { [call: string]: object } = {};
    for (const call of CALLS[name]!) {
      const args = name === STREAMS ? call.split(' ') : [...call.split(' '), '--json'];
      const again = call in found ? `${call} (again)` : call;
      found[again] = readOutput(name, await runHere(folder.path, () => run(args)));
    }
    const file = join(GOLDEN, `${name}.json`);
    if (WRITES) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
    expect(found).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
});

function readOutput(name: string, { code, stdout, stderr }: Printed): object {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const objects = lines.map((line) => JSON.parse(line) as object);
  if (name === STREAMS) {
    expect(code === 0 ? stderr : stdout).toBe('');
    return { exitCode: code, lines: objects.map((one) => MESSAGE.parse(one)) };
  }
  expect(objects).toHaveLength(1);
  if ('error' in objects[0]!) return { exitCode: code, ...(error.parse(objects[0]) as object) };
  return { exitCode: code, answer: ANSWERS[name]!.parse(objects[0]) };
}
