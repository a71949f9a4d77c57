/** Processes that are measured in turns. */
import { expect, test } from 'vitest';
import { Lane } from './lane.ts';

const SCRIPT = new URL('fixtures/echo-lane.ts', import.meta.url);

test('answer what they are asked, each for itself', async () => {
  const lanes = await Promise.all(['one', 'two'].map((name) => Lane.open<string, string>(SCRIPT, [name])));
  const answers: string[] = [];
  for (const question of ['a', 'b']) for (const lane of lanes) answers.push(await lane.ask(question));
  await Promise.all(lanes.map((lane) => lane.close()));
  expect(answers).toEqual(['one a', 'two a', 'one b', 'two b']);
});

test('say that they have died, instead of being waited for', async () => {
  const lane = await Lane.open<string, string>(SCRIPT, ['one']);
  await expect(lane.ask('die')).rejects.toThrow('ended with 3');
  await lane.close();
});
