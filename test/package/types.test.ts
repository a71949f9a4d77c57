/** Checks the types as an application's compiler does: strictly, and with the declarations themselves. */
import { globSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { firstExample, markedPrograms, writeProgram } from './documents.ts';
import { ROOT, runNode } from './run.ts';

const { folder } = inject('consumer');

const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');

const SETTINGS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

/** Uses both entry points and checks the types: with `any`, the lines that must fail would compile. */
const APPLICATION = `
import { defineModel, openStore, type RecordedEvent, type StateOf } from 'refold';
import { specification } from 'refold/testing';
import { z } from 'zod';

const counter = defineModel({
  name: 'counter',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ total: 0 }),
  reducers: { Counted(state, data) { state.total += data.by; } },
});
const state: StateOf<typeof counter> = { total: 1 };
const store = await openStore(counter, { path: ':memory:' });
await store.append({ type: 'Counted', data: { by: state.total } });
const total: number = store.state.total;
for await (const event of store.events()) { const recorded: RecordedEvent = event; void recorded; }
void total;
specification(counter);

// @ts-expect-error: there is no such event type
await store.append({ type: 'Recounted', data: { by: 1 } });
// @ts-expect-error: the data of this type is a number
await store.append({ type: 'Counted', data: { by: 'one' } });
// @ts-expect-error: state is read-only
store.state.total = 2;
`;

test.each(['nodenext', 'bundler'] as const)('resolve and are correct under %s', async (resolution) => {
  const { code, stdout } = await compile(resolution, { 'application.ts': APPLICATION });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('are correct for the 30-second example of the README', async () => {
  const { ts } = await writeProgram(firstExample(join(ROOT, 'README.md')), join(folder, 'types-of'));
  const { code, stdout } = await compile('nodenext', {}, [ts]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('are correct for every program of the documentation', async () => {
  const pages = globSync('docs/**/*.md', { cwd: ROOT }).map((page) => join(ROOT, page));
  const place = join(folder, 'types-of-programs');
  const written = await Promise.all(pages.flatMap(markedPrograms).map((program) => writeProgram(program, place)));
  // A package that a user of that program would have to install, and its types.
  await mkdir(join(place, 'node_modules/@types'), { recursive: true });
  for (const name of ['ws', '@types/ws']) {
    await symlink(join(ROOT, 'node_modules', name), join(place, 'node_modules', name), 'dir');
  }
  expect(written.length).toBeGreaterThan(30);
  const { code, stdout } = await compile(
    'nodenext',
    {},
    written.map(({ ts }) => ts),
    NEWEST,
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('refuse a program that misuses them', async () => {
  const wrong = `import { openStore } from 'refold'; await openStore(1, { path: 2 });`;
  const { code, stdout } = await compile('bundler', { 'wrong.ts': wrong });
  expect({ code, stdout }).toEqual({ code: expect.any(Number), stdout: expect.stringContaining('wrong.ts') });
});

/** What an application sets that runs on the newest Node. */
const NEWEST = { target: 'esnext', lib: ['esnext'], noUncheckedIndexedAccess: true, preserveSymlinks: true };

async function compile(
  resolution: keyof typeof SETTINGS,
  sources: Record<string, string>,
  files: string[] = [],
  settings: object = {},
) {
  const project = join(folder, `compiled-${resolution}-${[...Object.keys(sources), ...files].length}-${counter++}`);
  await mkdir(project);
  for (const [name, source] of Object.entries(sources)) await writeFile(join(project, name), source);
  const compilerOptions = {
    ...SETTINGS[resolution],
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
    ...settings,
  };
  const config = { compilerOptions, files: [...Object.keys(sources), ...files] };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
  return runNode([COMPILER, '-p', project], project);
}

let counter = 0;
