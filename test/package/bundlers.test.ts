/**
 * A bundle works when refold is external. Otherwise opening a log fails with a clear error before it touches any file.
 */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { sampleOf } from '../sample.ts';
import { runNode } from './run.ts';

const { folder, packed } = inject('consumer');

/** Prints the result of using a store, then the files beside the program. */
const PROGRAM = `
import { readdirSync } from 'node:fs';
import { defineModel, openLog, openStore } from 'refold';
import { z } from 'zod';

const counter = defineModel({
  name: 'counter',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ total: 0 }),
  reducers: { Counted(state, data) { state.total += data.by; } },
});
const path = process.argv[2];
try {
  const store = await openStore(counter, { path });
  await store.append([{ type: 'Counted', data: { by: 1 } }, { type: 'Counted', data: { by: 2 } }]);
  await store.snapshot();
  const { ok } = await store.verify();
  await store.compact();
  if (path !== ':memory:') await store.backup('copy.db');
  await store.close();
  console.log(JSON.stringify({ total: store.state.total, ok }));
} catch ({ code, message, hint }) {
  console.log(JSON.stringify({ code, message, hint, left: readdirSync('.') }));
}
`;

/** In the consumer's folder, so that external packages are found. */
async function emptyFolder(): Promise<string> {
  return mkdtemp(join(folder, 'bundle-'));
}

async function bundle(external: readonly string[]): Promise<string> {
  const base = await emptyFolder();
  writeFileSync(join(base, 'source.js'), PROGRAM);
  const build = await rolldown({ input: join(base, 'source.js'), platform: 'node', external: [/^node:/, ...external] });
  await build.write({ file: join(base, 'program.mjs'), format: 'esm', codeSplitting: false });
  return join(base, 'program.mjs');
}

async function outcomeOf(program: string, path: string): Promise<Record<string, unknown>> {
  const cwd = await emptyFolder();
  const { code, stdout, stderr } = await runNode([program, path], cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const REFUSAL = {
  code: 'STORE_FAILED',
  message: expect.stringMatching(/^Cannot open .*book\.db: the file of its writer thread is not beside the code/),
  hint: expect.stringContaining('Mark refold as external in your bundler'),
  left: [],
};

test('everything works with refold external', async () => {
  const program = await bundle(['refold']);
  expect(await outcomeOf(program, 'book.db')).toEqual({ total: 3, ok: true });
  expect(await outcomeOf(program, ':memory:')).toEqual({ total: 3, ok: true });
});

describe.each([
  ['refold in the bundle', ['better-sqlite3']],
  ['refold and its native module in the bundle', []],
])('with %s', (_, external) => {
  let program: string;
  beforeAll(async () => {
    program = await bundle(external);
  });

  test('opening a log in a file fails at once and leaves no file', async () => {
    expect(await outcomeOf(program, 'book.db')).toEqual(REFUSAL);
  });

  test('a log in memory needs no threads', async () => {
    expect(await outcomeOf(program, ':memory:')).toEqual({ total: 3, ok: true });
  });
});

const threads = packed.flatMap((path) => /^dist\/refold-([\w-]+)\.js$/.exec(path)?.[1] ?? []);

test('there are seven threads', () => {
  expect(threads).toHaveLength(7);
});

/** A program with a separate copy of refold, whose files a test may break. */
async function programWithOwnRefold(harm: (dist: string) => void): Promise<string> {
  const base = await emptyFolder();
  const own = join(base, 'node_modules/refold');
  cpSync(join(folder, 'node_modules/refold'), own, { recursive: true, dereference: true });
  harm(join(own, 'dist'));
  writeFileSync(join(base, 'program.mjs'), PROGRAM);
  return join(base, 'program.mjs');
}

describe('a log cannot be opened when the file of one thread is missing', () => {
  test.each(sampleOf(threads))('%s', async (thread) => {
    const program = await programWithOwnRefold((dist) => rmSync(join(dist, `refold-${thread}.js`)));
    const message = expect.stringContaining(`the file of its ${thread} thread is not beside the code`);
    expect(await outcomeOf(program, 'book.db')).toEqual({ ...REFUSAL, message });
  });
});

describe('a thread that fails at its start', () => {
  const brokenly = (name: string, text: string) =>
    programWithOwnRefold((dist) => writeFileSync(join(dist, `refold-${name}.js`), text));

  test.each([
    ['throws', "throw new Error('broken')", 'broken'],
    ['lacks a module', "import './nowhere.js'", 'nowhere.js'],
    ['ends without an error', '', 'ended'],
  ])('the writer: %s', async (_, text, why) => {
    expect(await outcomeOf(await brokenly('writer', text), 'book.db')).toEqual({
      code: 'STORE_FAILED',
      message: expect.stringContaining(why),
      hint: expect.any(String),
      left: [],
    });
  });

  test.each([
    ['check-worker', 'check'],
    ['backup-worker', 'back up'],
  ])('%s', async (name, action) => {
    const program = await brokenly(name, "throw new Error('broken')");
    const { code, message, left } = await outcomeOf(program, 'book.db');
    expect({ code, message }).toEqual({
      code: 'STORE_FAILED',
      message: expect.stringMatching(new RegExp(`^Cannot ${action} .*book\\.db: its thread failed: broken$`)),
    });
    expect(left).not.toContain('copy.db');
  });

  test.each(['checkpointer-worker', 'sealer-worker', 'snapshot-worker'])(
    '%s: refold does small work without the thread',
    async (name) => {
      expect(await outcomeOf(await brokenly(name, "throw new Error('broken')"), 'book.db')).toMatchObject({ total: 3 });
    },
  );
});

test('the programs leave only their log in the current folder', async () => {
  const cwd = await emptyFolder();
  await runNode([await bundle(['refold']), 'book.db'], cwd);
  expect(readdirSync(cwd).filter((name) => !/^(book|copy)\.db/.test(name))).toEqual([]);
});
