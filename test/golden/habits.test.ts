/**
 * Logs that version 0.1.0 wrote with bad habits open as they did then. New refusals are for new events: what is in a log
 * may bring a warning, and gives the state that it gave.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isRefoldError, openStore } from '../../src/index.ts';
import { temporaryDirectory } from '../log/sqlite/fixtures.ts';
import { expected } from './format-1-habits/expected.ts';
import { type Found, type Habit, habits } from './habits/index.ts';

/** What may be refused by now: an upcaster has to give data, at once. The other state had neither a hash nor a snapshot. */
const REFUSED: Readonly<Record<string, object>> = {
  'an-upcaster-that-gives-undefined': { code: 'MODEL_MISMATCH', type: 'Told', sequence: 1 },
  'an-upcaster-that-gives-a-promise': { code: 'MODEL_MISMATCH', type: 'Told', sequence: 1 },
  'a-frozen-wrapper-that-hides-a-function': { code: 'REDUCER_FAILED', at: 'x.hidden.run' },
};

/**
 * Where 0.1.0 replayed another state than it had lived, since what the application gave was in two places, and the engine
 * takes a copy by now. The first two are what lived, as the snapshots beside them say.
 */
const MENDED: Readonly<Record<string, string | undefined>> = {
  'initial-state-with-a-shared-part.replay': expected['initial-state-with-a-shared-part']?.atomic,
  'initial-state-with-a-shared-table.replay': expected['initial-state-with-a-shared-table']?.atomic,
  'an-upcaster-that-gives-a-shared-constant-which-is-changed.replay':
    'af181a6baac6efe35aabeeab2515bfd584153e8e28c3ee6a77fbe2a5a775a069',
};

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

  test.each(logs.filter(([, { name }]) => !(name in REFUSED)))('%s', async (name, habit, found) => {
    for (const fold of ['atomic', 'direct'] as const) {
      const hash = MENDED[name] ?? found[fold];
      if (hash !== undefined) await opens(copyOf(name), habit, { ...found, [fold]: hash }, fold);
    }
  });

  test.each(logs.filter(([, { name }]) => name in REFUSED))('%s, or says why not', async (name, habit, found) => {
    try {
      await opens(copyOf(name), habit, found, 'atomic');
    } catch (error) {
      if (!isRefoldError(error)) throw error;
      expect(error).toMatchObject(REFUSED[habit.name]!);
    }
  });
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
