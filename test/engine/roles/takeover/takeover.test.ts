/** Three processes on one file are stopped, killed and closed. Another one takes over, and nothing is lost or told twice. */
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RUNS_ALL } from '../../../sample.ts';
import { temporaryPath } from '../../harness.ts';
import { type Entry, type History, parseDiary, violationsOf } from './history.ts';
import { tellStory } from './story.ts';

const ROUNDS = RUNS_ALL ? 200 : 10;
const LONG = RUNS_ALL ? 3_600_000 : 600_000;
const ASKED: Entry[] = ['x', 'y'].map((id) => ({ kind: 'ask', id }));
const SOUND: History = {
  diaries: [
    [
      { kind: 'life' },
      ...ASKED,
      { kind: 'done', id: 'x', sequence: 1 },
      { kind: 'heard', sequence: 1 },
      { kind: 'heard', sequence: 2 },
    ],
  ],
  log: ['x', 'y'],
  effects: [1, 2, 2],
  epochs: [1, 1, 2],
};

async function folderOf(name: string): Promise<string> {
  const folder = join(await temporaryPath(name));
  fs.mkdirSync(folder);
  return folder;
}

test.skipIf(process.platform === 'win32')(
  'every acknowledged event is once in the log, and its effect ran',
  async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}`);
    const history = await tellStory({ folder: await folderOf('story'), seed, rounds: ROUNDS });
    expect(history.log.length).toBeGreaterThan(ROUNDS);
    expect(history.diaries.flat().some(({ kind }) => kind === 'refused')).toBe(true);
    expect(new Set(history.epochs).size).toBeGreaterThan(1);
    expect(violationsOf(history)).toEqual([]);
  },
  LONG,
);

test.skipIf(process.platform === 'win32')(
  'members that acknowledge before the event is durable are found out',
  async () => {
    for (let seed = 1; ; seed++) {
      const violations = violationsOf(
        await tellStory({ folder: await folderOf(`lies-${seed}`), seed, rounds: 4, lies: true }),
      );
      if (violations.some((text) => text.includes('was acknowledged'))) return;
      expect(seed).toBeLessThan(10);
    }
  },
  LONG,
);

describe('the checker of histories', () => {
  test('accepts a sound one, and a life that was cut short', () => {
    expect(violationsOf(SOUND)).toEqual([]);
    expect(parseDiary('\nlife .\nask x .\ndone x 1 .\nheard 1 .\nrefused y NOT_WRITER .\nunknown z .\nask cu')).toEqual(
      [
        { kind: 'life' },
        { kind: 'ask', id: 'x' },
        { kind: 'done', id: 'x', sequence: 1 },
        { kind: 'heard', sequence: 1 },
        { kind: 'refused', id: 'y', code: 'NOT_WRITER' },
        { kind: 'unknown', id: 'z' },
      ],
    );
  });

  test.each<[string, Partial<History>, string]>([
    [
      'an acknowledged event that is missing',
      { log: ['y'], effects: [1] },
      'x was acknowledged at 1, and the log has it nowhere',
    ],
    ['an acknowledged event at another place', { log: ['y', 'x'] }, 'the log has it at 2'],
    ['an event that is there twice', { log: ['x', 'y', 'x'], effects: [1, 2, 3] }, 'the log has x twice'],
    ['an event that came from nowhere', { log: ['x', 'y', 'z'], effects: [1, 2, 3] }, 'z, which was not asked for'],
    ['an effect that is missing', { effects: [1] }, 'the effect of 2 never ran'],
    ['an epoch that falls', { epochs: [2, 1] }, 'the epoch fell from 2 to 1'],
    [
      'a refused event that is there',
      { diaries: [[...ASKED, { kind: 'refused', id: 'y', code: 'NOT_WRITER' }]] },
      'y was refused',
    ],
    ['another refusal', { diaries: [[...ASKED, { kind: 'refused', id: 'q', code: 'STORE_FAILED' }]] }, 'STORE_FAILED'],
    [
      'an event that was told twice',
      { diaries: [[...ASKED, { kind: 'heard', sequence: 1 }, { kind: 'heard', sequence: 1 }]] },
      'got 1 after 1',
    ],
    [
      'an event that was not told',
      { diaries: [[...ASKED, { kind: 'heard', sequence: 1 }, { kind: 'heard', sequence: 3 }]] },
      'got 3 after 1',
    ],
  ])('notices %s', (_, change, words) => {
    expect(violationsOf({ ...SOUND, ...change }).join('; ')).toContain(words);
  });
});
