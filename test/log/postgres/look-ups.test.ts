import { expect, test } from 'vitest';
import { OutcomeLookUps } from '../../../src/log/postgres/outcomes/look-ups.ts';
import type { OutcomeRow } from '../../../src/log/postgres/tables/rows.ts';

const rowOf = (commandId: string): OutcomeRow => ({ commandId, ordinal: 1, recordedAt: 1, outcome: '{}', checksum: 0 });

/** Look-ups whose statements the test answers. */
function heldLookUps() {
  const asked: { readonly ids: readonly string[]; readonly answer: PromiseWithResolvers<readonly OutcomeRow[]> }[] = [];
  const lookUps = new OutcomeLookUps({
    ask: (ids) => {
      const answer = Promise.withResolvers<readonly OutcomeRow[]>();
      asked.push({ ids, answer });
      return answer.promise;
    },
    toSound: ({ commandId, recordedAt, outcome }) => {
      if (commandId === 'damaged') throw new Error('damaged');
      return { commandId, recordedAt, outcome };
    },
  });
  return { lookUps, asked };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked for while a statement is under way goes into the next one, each id once', async () => {
  const { lookUps, asked } = heldLookUps();
  const first = ['a', 'b'].map((id) => lookUps.find(id));
  await turn();
  const later = ['c', 'b', 'd', 'b'].map((id) => lookUps.find(id));
  await turn();
  expect(asked.map(({ ids }) => ids)).toEqual([['a', 'b']]);
  asked[0]!.answer.resolve([]);
  await turn();
  expect(asked.map(({ ids }) => ids)).toEqual([
    ['a', 'b'],
    ['c', 'b', 'd'],
  ]);
  asked[1]!.answer.resolve([rowOf('b')]);
  const found = await Promise.all([...first, ...later]);
  expect(found.map((outcome) => outcome?.commandId)).toEqual([undefined, undefined, undefined, 'b', undefined, 'b']);
});

test('a statement takes 1,000 ids at most', async () => {
  const { lookUps, asked } = heldLookUps();
  for (let id = 0; id < 1_502; id++) void lookUps.find(`${id}`);
  await turn();
  for (let nth = 0; nth < 2; nth++) {
    asked[nth]!.answer.resolve([]);
    await turn();
  }
  expect(asked.map(({ ids }) => ids.length)).toEqual([1_000, 502]);
});

test('a statement that fails fails its ids alone, and a damaged outcome its own', async () => {
  const { lookUps, asked } = heldLookUps();
  const first = lookUps.find('a');
  await turn();
  const later = [lookUps.find('damaged'), lookUps.find('sound')];
  asked[0]!.answer.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  await turn();
  asked[1]!.answer.resolve([rowOf('sound'), rowOf('damaged')]);
  await expect(later[0]).rejects.toThrow('damaged');
  expect((await later[1])?.commandId).toBe('sound');
});
