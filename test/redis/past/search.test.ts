/** Which effects concern a key, and where its present value begins. */
import { describe, expect, test } from 'vitest';
import type { Search } from '../../../src/redis/calls/contracts/past.ts';
import { KeySearch } from '../../../src/redis/past/search.ts';

/** The types of the changes that a search finds, newest first. The history is told from its beginning. */
function found(history: readonly (readonly [type: string, data: object])[], search: Partial<Search>): string[] {
  const keySearch = new KeySearch({ db: 0, key: 'k', onlyPresent: false, count: 100, ...search });
  const events = history.map(([type, data], at) => ({ sequence: at + 1, recordedAt: 0, type, data }));
  for (const event of events.reverse()) keySearch.look(event);
  return keySearch.changes.map(({ effect }) => effect);
}

const PUSH = ['ListItemPushed', { db: 0, key: 'k', end: 'left', item: 'a' }] as const;

describe('the present value begins', () => {
  test.each([
    ['KeyDeleted', { db: 0, key: 'k' }],
    ['DatabaseFlushed', { db: 0 }],
    ['KeyRenamed', { db: 0, key: 'other', toKey: 'k' }],
    ['KeyRenamed', { db: 0, key: 'k', toKey: 'other' }],
    ['KeyMoved', { db: 1, key: 'k', toDb: 0 }],
    ['KeyCopied', { db: 0, key: 'k', fromDb: 0, fromKey: 'other' }],
    ['SortedSetStored', { db: 0, key: 'k', members: [], scores: [] }],
    ['BitsStored', { db: 0, key: 'k', value: '' }],
  ] as const)('at %s %j', (type, data) => {
    expect(found([PUSH, [type, data], PUSH], { onlyPresent: true })).toEqual(['ListItemPushed', type]);
  });

  test.each([
    ['ListItemMoved', { db: 0, key: 'other', end: 'left', toKey: 'k', toEnd: 'left' }],
    ['SetMemberMoved', { db: 0, key: 'other', member: 'a', toKey: 'k' }],
    ['ExpirySet', { db: 0, key: 'k', at: 1 }],
  ] as const)('not at %s %j, which is one change of it', (type, data) => {
    expect(found([PUSH, [type, data], PUSH], { onlyPresent: true })).toEqual([
      'ListItemPushed',
      type,
      'ListItemPushed',
    ]);
  });
});

test('changes of other keys and other databases are left out', () => {
  const others = [
    ['ListItemPushed', { db: 1, key: 'k', end: 'left', item: 'a' }],
    ['KeyDeleted', { db: 0, key: 'other' }],
    ['DatabaseFlushed', { db: 1 }],
    ['WritingResumed', {}],
  ] as const;
  expect(found([PUSH, ...others], {})).toEqual(['ListItemPushed']);
});

test('a swap of databases is followed back', () => {
  const history = [
    ['StringSet', { db: 1, key: 'k', value: 'a' }],
    ['DatabasesSwapped', { db: 0, toDb: 1 }],
    ['StringAppended', { db: 0, key: 'k', value: 'b' }],
  ] as const;
  expect(found(history, {})).toEqual(['StringAppended', 'StringSet']);
});

test('with a field only its changes are found, and what replaced the key', () => {
  const history = [
    ['KeyDeleted', { db: 0, key: 'k' }],
    ['HashFieldSet', { db: 0, key: 'k', field: 'a', value: '1' }],
    ['HashFieldsSet', { db: 0, key: 'k', entries: ['b', '1', 'c', '2'] }],
  ] as const;
  expect(found(history, { field: 'a' })).toEqual(['HashFieldSet', 'KeyDeleted']);
  expect(found(history, { field: 'c' })).toEqual(['HashFieldsSet', 'KeyDeleted']);
});
