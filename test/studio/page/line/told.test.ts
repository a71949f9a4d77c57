import { expect, test } from 'vitest';
import { commitText, costText, waitingText } from '../../../../src/studio/page/line/told.ts';
import { troublesOf } from '../../../../src/studio/page/line/troubles.ts';

test.each([
  [{ keyframe: 4_201_472, eventsFolded: 12_340, ms: 21.4 }, 5_000_000, 'keyframe 4,201,472 + 12,340 events, 21 ms'],
  [{ checkpoint: 1_000, eventsFolded: 1, ms: 0.24 }, 1_001, 'checkpoint 1,000 + 1 event, 0.2 ms'],
  [{ eventsFolded: 1_015, ms: 1_240 }, 1_015, 'start + 1,015 events, 1.2 s'],
  [{ eventsFolded: 1, ms: 0.31 }, 2_000, '1 event, 0.3 ms'],
  [{ eventsFolded: 0, ms: 0 }, 0, '0 events, 0.0 ms'],
])('a cost of %j at %d reads %s', (cost, sequence, text) => expect(costText(cost, sequence)).toBe(text));

const snapshot = (sequence: number, isUsable?: boolean) => ({
  ...{ sequence, recordedAt: 0, bytes: 5_400_000 },
  ...(isUsable !== undefined && { isUsable }),
});

test.each([
  [1_500, [snapshot(1_800), snapshot(1_002, true), snapshot(700)], 'keyframe 1,002 (5.1 MiB) + 498 events'],
  [1_500, [snapshot(1_002, false), snapshot(700)], 'keyframe 700 (5.1 MiB) + 800 events'],
  [1_500, [], 'start + 1,500 events'],
  ['end' as const, [snapshot(1_999)], 'keyframe 1,999 (5.1 MiB) + 1 event'],
])('until the state at %j is there, the way to it is told', (position, snapshots, way) => {
  const at = position === 'end' ? '2,000' : '1,500';
  expect(waitingText(position, { snapshots, lastSequence: 2_000 })).toBe(`Building the state at ${at}: ${way}`);
});

test('a place that only the server can read is told as it was given', () => {
  expect(waitingText('10:31:07', { snapshots: [], lastSequence: 2_000 })).toBe('Building the state at 10:31:07');
});

test('a commit says which of its events this is', () => {
  expect(commitText(1_015, { first: 1_014, last: 1_018 })).toBe('commit 1,014–1,018, 2 of 5');
  expect(commitText(7, { first: 7, last: 7 })).toBe('commit 7');
});

const well = { problems: [], first: 101, shown: 500 };
const problem = (code: string, sequence?: number) => ({ code, message: `it is ${code}`, hint: 'do this', sequence });

test('what is well is not told', () => expect(troublesOf(well)).toEqual([]));

test.each([
  ['SERVER_GONE', { server: problem('SERVER_GONE') }, { does: 'retry', says: 'Try now' }],
  ['HISTORY_GONE', { moment: problem('HISTORY_GONE') }, { does: 'go', says: 'Go to 101', sequence: 101 }],
  ['INVALID_OPTION', { moment: problem('INVALID_OPTION') }, { does: 'go', says: 'Back to 500', sequence: 500 }],
  ['INVALID_OPTION', { moment: problem('INVALID_OPTION'), shown: undefined }, undefined],
  ['LINK_DIFFERS', { link: problem('LINK_DIFFERS') }, { does: 'dismiss', says: 'Dismiss' }],
  ['WRITER_GONE', { lostWriter: { pid: 12 } }, { does: 'dismiss', says: 'Dismiss' }],
  ['LOG_CORRUPT', { problems: [problem('LOG_CORRUPT')] }, undefined],
])('%s is told with one thing to do', (code, facts, action) => {
  const [only, ...others] = troublesOf({ ...well, ...facts });
  expect(others).toEqual([]);
  expect(only).toMatchObject({ code });
  expect(only!.action).toEqual(action);
});

test('a reducer that fails is told once, with the last state that can be shown', () => {
  const failed = problem('REDUCER_FAILED', 42);
  const all = troublesOf({ ...well, moment: failed, broken: failed });
  expect(all).toHaveLength(1);
  expect(all[0]!.hint).toContain('up to event 41');
});

test('several are told in the order in which they matter', () => {
  const all = troublesOf({
    ...{ ...well, server: problem('SERVER_GONE'), link: problem('LINK_DIFFERS'), lostWriter: { pid: 1 } },
    ...{ moment: problem('HISTORY_GONE'), problems: [problem('LOG_CORRUPT')] },
  });
  expect(all.map(({ code }) => code)).toEqual([
    'SERVER_GONE',
    'HISTORY_GONE',
    'LINK_DIFFERS',
    'WRITER_GONE',
    'LOG_CORRUPT',
  ]);
});

test('many problems of the log do not fill the page', () => {
  const all = troublesOf({ ...well, problems: Array.from({ length: 50 }, (_, n) => problem('LOG_CORRUPT', n)) });
  expect(all).toHaveLength(3);
  expect(all.at(-1)!.message).toBe('48 more problems');
});
