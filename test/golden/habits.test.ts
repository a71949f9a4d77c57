/**
 * Logs that version 0.1.0 wrote with bad habits still open as they did then. Newer rules apply to new events only. An
 * event in a log may cause a warning, but gives the same state as then.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isRefoldError, openStore } from '../../src/index.ts';
import { temporaryDirectory } from '../log/sqlite/fixtures.ts';
import { expected } from './format-1-habits/expected.ts';
import { type Found, type Habit, habits } from './habits/index.ts';

/**
 * Logs that may be refused now. An upcaster must return data synchronously. The third state had neither a hash nor a
 * snapshot.
 */
const REFUSED: Readonly<Record<string, object>> = {
  'an-upcaster-that-gives-undefined': { code: 'MODEL_MISMATCH', type: 'Told', sequence: 1 },
  'an-upcaster-that-gives-a-promise': { code: 'MODEL_MISMATCH', type: 'Told', sequence: 1 },
  'a-frozen-wrapper-that-hides-a-function': { code: 'REDUCER_FAILED', at: 'x.hidden.run' },
};

/**
 * Here 0.1.0 replayed another state than its live one, because a value of the application was in two places. The engine
 * now copies such a value. The first two hashes are those of the live states, as the snapshots beside them confirm.
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

describe('a log that version 0.1.0 wrote with a bad habit opens with the same state', () => {
  test('there is a log for every habit that 0.1.0 could open again', () => {
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

  test.each(logs.filter(([, { name }]) => name in REFUSED))(
    '%s, or gives the expected error',
    async (name, habit, found) => {
      try {
        await opens(copyOf(name), habit, found, 'atomic');
      } catch (error) {
        if (!isRefoldError(error)) throw error;
        expect(error).toMatchObject(REFUSED[habit.name]!);
      }
    },
  );
});

/**
 * Opens the log for reading, like a process beside the writer. With an `after` it opens the log for writing.
 *
 * 0.1.0 could fold but not encode a state without a hash. Such a log only has to open.
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
