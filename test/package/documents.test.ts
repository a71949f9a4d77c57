/** The programs in the documentation run as they are printed there, in a project that installed refold. */
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { sampleOf } from '../sample.ts';
import { firstExample, markedPrograms, typescriptBlocks, writeProgram } from './documents.ts';
import { ROOT, runNode } from './run.ts';

const { folder } = inject('consumer');

const README = join(ROOT, 'README.md');
const PAGES = globSync('docs/**/*.md', { cwd: ROOT }).sort();
const programs = [README, ...PAGES.map((page) => join(ROOT, page))].flatMap(markedPrograms);

describe('the 30-second example of the README', () => {
  test.each(['ts', 'js'] as const)('runs as %s', async (form) => {
    await expectToRun((await write(firstExample(README)))[form]);
  });
});

describe('a block that says it runs', () => {
  test.each(sampleOf(programs))('$name', async (program) => {
    await expectToRun((await write(program)).ts);
  });

  test('has a name that no other one has, and the guide has its programs', () => {
    const names = programs.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['an auction', 'restoring a backup', 'a second version']));
  });
});

test('blocks are found between their fences, and a program that fails is noticed', async () => {
  const page = 'Words\n```ts\n// run: it fails\nprocess.exit(3)\n```\nand\n```sh\nls\n```\n';
  expect(typescriptBlocks(page)).toEqual(['// run: it fails\nprocess.exit(3)\n']);
  const { ts } = await write({ name: 'it fails', source: 'process.exit(3)' });
  await expect(expectToRun(ts)).rejects.toThrow('code: 3');
});

/** Each form in a separate folder: a program may leave its log there, and the next must not find it. */
async function write(program: { name: string; source: string }): Promise<{ ts: string; js: string }> {
  const place = await mkdtemp(join(folder, 'program-'));
  if (/from 'ws'/.test(program.source)) await lend('ws', place);
  return writeProgram(program, place);
}

/** Gives a program a package that this project has and a user would have to install. */
async function lend(name: string, place: string): Promise<void> {
  await mkdir(join(place, 'node_modules'));
  await symlink(join(ROOT, 'node_modules', name), join(place, 'node_modules', name), 'dir');
}

async function expectToRun(path: string): Promise<void> {
  const { code, stderr } = await runNode([path], dirname(path));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}
