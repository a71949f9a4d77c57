/** A small sample of the row `live`: two rounds on a log that drops its history, and what the judge says of answers that are wrong. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryPath } from '../../engine/harness.ts';
import { Child } from './child.ts';
import { problemWith } from './judge.ts';
import { lied } from './lies.ts';
import { askLive } from './row.ts';

let reader: Child;

beforeAll(async () => {
  reader = new Child('reader.ts');
  await reader.hear();
});

afterAll(() => reader.end());

test('every reading command answers rightly while another process writes, and a wrong answer is noticed', async () => {
  const seed = Math.floor(Math.random() * 1_000);
  const { answers, story, problems } = await askLive(reader, { path: await temporaryPath(), seed, rounds: 2 }, 'drop');
  const found = answers.flatMap((answer) => problemWith(answer, story) ?? []);
  expect({ seed, problems, found }).toEqual({ seed, problems: [], found: [] });
  const why = answers.find(({ question, out }) => question.command === 'why' && JSON.parse(out).changes.length > 1)!;
  expect(problemWith({ ...why, ...lied('forgets', why.question, why) }, story)).toMatch(
    /the place was changed by|another range/,
  );
  const state = answers.find(({ question }) => question.command === 'state')!;
  const late = { ...JSON.parse(state.out), stateHash: '0'.repeat(64) };
  expect(problemWith({ ...state, out: JSON.stringify(late) }, story)).toMatch(/another state/);
  expect(problemWith({ ...state, code: 4 }, story)).toMatch(/exit code 4/);
});
