/** A small sample of the row `takeover`, and what the checker of histories says of wrong ones. */
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryPath } from '../../engine/harness.ts';
import { type Entry, type History, parseDiary, violationsOf } from './history.ts';
import { tellStory } from './story.ts';

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

test.skipIf(process.platform === 'win32')(
  'every acknowledged event is once in the log, and its effect ran',
  async () => {
    const seed = Date.now() % 1_000_000;
    const folder = await temporaryPath('story');
    fs.mkdirSync(folder);
    const history = await tellStory({ folder, seed, rounds: 1 });
    expect(history.log.length).toBeGreaterThan(2);
    expect({ seed, violations: violationsOf(history) }).toEqual({ seed, violations: [] });
  },
  600_000,
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
