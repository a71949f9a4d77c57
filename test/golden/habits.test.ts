/**
 * Logs that version 0.1.0 wrote with bad habits open as they did then. New refusals are for new events: what is in a log
 * may bring a warning, and gives the state that it gave.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isRefoldError, openStore } from '../../src/index.ts';
import { temporaryDirectory } from '../log/sqlite-fixtures.ts';
import { expected } from './format-1-habits/expected.ts';
import { type Found, type Habit, habits } from './habits/index.ts';

/** The one exception, which docs/GUIDE.md tells: an upcaster has to give data, at once. */
const REFUSED: readonly string[] = ['an-upcaster-that-gives-undefined', 'an-upcaster-that-gives-a-promise'];

const logs = Object.entries(expected).map(([name, found]): [string, Habit, Found] => {
  const habit = habits.find((each) => each.name === name.replace(/\.replay$/, ''));
  if (habit === undefined) throw new Error(`no habit is called ${name}`);
  return [name, habit, found];
});

describe('a log that version 0.1.0 wrote with a bad habit opens, and is what it was', () => {
  test('every habit that it could open again has one', () => {
    const kept = new Set(logs.map(([, { name }]) => name));
    const lost = habits.map(({ name }) => name).filter((name) => !kept.has(name));
    expect(lost).toEqual(['append-inside-a-reducer-while-the-clock-ticks', 'a-clock-of-nanoseconds']);
  });

  test.each(logs.filter(([, { name }]) => !REFUSED.includes(name)))('%s', async (name, habit, found) => {
    for (const fold of ['atomic', 'direct'] as const) {
      if (found[fold] !== undefined) await opens(copyOf(name), habit, found, fold);
    }
  });

  test.each(logs.filter(([, { name }]) => REFUSED.includes(name)))(
    '%s, or says why not',
    async (name, habit, found) => {
      try {
        await opens(copyOf(name), habit, found, 'atomic');
      } catch (error) {
        if (!isRefoldError(error, 'MODEL_MISMATCH')) throw error;
        expect(error).toMatchObject({ type: 'Told', sequence: 1 });
      }
    },
  );
});

/**
 * Opens it for reading, as a process beside the writer; with an `after`, for writing.
 *
 * A state without a hash is one that 0.1.0 could fold but not encode: it opens, and that is all.
 */
async function opens(path: string, habit: Habit, found: Found, fold: 'atomic' | 'direct'): Promise<void> {
  const readOnly = habit.after === undefined;
  await using store = await openStore(habit.reader(), { path, fold, readOnly });
  expect(store.sequence).toBe(found.sequence);
  if (found[fold] !== 'none') expect(await store.stateHash()).toBe(found[fold]);
  if (habit.after !== undefined) expect(await habit.after(store)).toEqual(found.after);
}

function copyOf(name: string): string {
  const path = join(temporaryDirectory(), 'log.db');
  fs.writeFileSync(path, gunzipSync(fs.readFileSync(join(import.meta.dirname, 'format-1-habits', `${name}.db.gz`))));
  return path;
}
