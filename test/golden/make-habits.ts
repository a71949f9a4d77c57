/**
 * Writes a log for each bad habit with the release that is checked out, and reports what that release finds when it
 * opens the log again. Version 0.1.0 wrote the logs under `format-1-habits/`. They must not be written again:
 *
 *     node --conditions=refold-source test/golden/make-habits.ts
 *
 * `NAME.db.gz` was closed cleanly and has a snapshot at its end. `NAME.replay.db.gz` has no snapshot and is replayed
 * from the first event. `expected.ts` holds the hash of the state that a fresh model found in each.
 *
 * Logs that the writing release could not open again are not kept. Version 0.1.0 reported these errors for them:
 *
SAID
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isRefoldError, openStore } from '../../src/index.ts';
import { type Habit, habits, type Outside } from './habits/index.ts';

const TARGET = join(import.meta.dirname, 'format-1-habits');
const folder = fs.mkdtempSync(join(tmpdir(), 'refold-habits-'));
const expected: Record<string, Record<string, unknown>> = {};
const unopened: string[] = [];

fs.mkdirSync(TARGET, { recursive: true });
for (const habit of habits) await make(habit);
fs.rmSync(folder, { recursive: true });
const about = '/** What version 0.1.0 found when it opened the logs beside this file. Written by `make-habits.ts`. */';
const head = `${about}\nimport type { Found } from '../habits/index.ts';\n`;
const body = `export const expected: Readonly<Record<string, Found>> = ${JSON.stringify(expected, undefined, 2)};`;
fs.writeFileSync(join(TARGET, 'expected.ts'), `${head}\n${body}\n`);
for (const line of unopened.sort()) console.log(` * - ${line}`);

async function make(habit: Habit): Promise<void> {
  const path = join(folder, `${habit.name}.db`);
  const replayed = join(folder, `${habit.name}.replay.db`);
  const outside: Outside = {};
  const clock = habit.clock?.(outside) ?? ticking();
  const store = await openStore(habit.writer(outside), { path, clock, fold: habit.fold ?? 'atomic' });
  outside.store = store;
  await attempt(habit.name, 'write', () => habit.write(store, outside));
  const live = await attempt(habit.name, 'hash', () => store.stateHash());
  await attempt(habit.name, 'backup', () => store.backup(replayed));
  await attempt(habit.name, 'close', () => store.close());
  for (const file of [path, replayed]) if (fs.existsSync(file)) await keep(habit, file, live);
}

async function attempt<T>(name: string, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    console.log(`${name}: cannot ${what}: ${error}`);
    return undefined;
  }
}

/** Reads the clock at each call. */
function ticking(): () => number {
  let now = Date.UTC(2026, 10, 26);
  return () => (now += 1_000);
}

/** Opens copies with new models, as another process would. Keeps the file if that succeeds. */
async function keep(habit: Habit, file: string, live: string | undefined): Promise<void> {
  const name = file.slice(folder.length + 1, -'.db'.length);
  const bytes = fs.readFileSync(file);
  for (const fold of ['atomic', 'direct'] as const) {
    const copy = join(folder, 'copy', `${name}-${fold}`);
    fs.mkdirSync(join(folder, 'copy'), { recursive: true });
    fs.writeFileSync(copy, bytes);
    try {
      const store = await openStore(habit.reader(), { path: copy, fold, clock: () => 0 });
      const hash = (await attempt(name, 'hash', () => store.stateHash())) ?? 'none';
      if (hash !== live) console.log(`${name}: lived ${live}, found ${hash} (${store.recovery.reason})`);
      const after = habit.after && { after: await habit.after(store) };
      await attempt(name, 'close', () => store.close());
      expected[name] = { ...expected[name], sequence: store.sequence, [fold]: hash, ...after };
    } catch (error) {
      const what = isRefoldError(error) ? `${error.code}, ${error.message}` : String(error);
      unopened.push(`${name}, ${fold}: ${what.replaceAll(copy, 'FILE')}`);
    }
  }
  if (name in expected) fs.writeFileSync(join(TARGET, `${name}.db.gz`), gzipSync(bytes, { level: 9 }));
}
