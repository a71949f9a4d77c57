/** Effects on lists whose outcome depends on where they look. */
import { expect, test } from 'vitest';
import { type ListEffects, type ListEnd, listEffects } from '../../../../src/redis/model/effects/lists.ts';
import { emptyKeySpace, valueAtKey } from '../../../../src/redis/model/key-space.ts';
import type { List } from '../../../../src/redis/model/values.ts';

/** The items of a list after an effect, and the size that is left per item. */
function after<Type extends keyof ListEffects>(
  items: readonly string[],
  type: Type,
  data: Omit<ListEffects[Type], 'db' | 'key'>,
): string[] {
  const space = emptyKeySpace();
  const at = { db: 0, key: 'k' };
  listEffects.reducers.ListItemsPushed(space, { ...at, end: 'right', items });
  listEffects.reducers[type](space, { ...at, ...data } as never);
  const list = valueAtKey(space.databases[0]!, 'k') as List | undefined;
  if (list === undefined) return [];
  const rebuilt = emptyKeySpace();
  listEffects.reducers.ListItemsPushed(rebuilt, { ...at, end: 'right', items: [...list.items] });
  expect(space.databases[0]!.size).toBe(rebuilt.databases[0]!.size);
  return [...list.items];
}

const remove = (items: readonly string[], end: ListEnd, count: number): string[] =>
  after(items, 'ListItemsRemoved', { end, item: 'x', count });

test('removal counts from the end that it names', () => {
  const items = ['a', 'x', 'b', 'x', 'c', 'x'];
  expect(remove(items, 'left', 2)).toEqual(['a', 'b', 'c', 'x']);
  expect(remove(items, 'right', 2)).toEqual(['a', 'x', 'b', 'c']);
  expect(remove(items, 'right', 9)).toEqual(['a', 'b', 'c']);
  expect(remove(['x', 'x'], 'left', 2)).toEqual([]);
});

test('removal of many items keeps the order of the others', () => {
  const items = Array.from({ length: 3_000 }, (_, index) => (index % 3 === 0 ? 'x' : String(index)));
  const others = items.filter((item) => item !== 'x');
  expect(remove(items, 'left', 1_000)).toEqual(others);
  expect(remove(items, 'right', 999)).toEqual(['x', ...others]);
});

test('trimming beyond the ends keeps what is there', () => {
  expect(after(['a', 'b', 'c'], 'ListTrimmed', { index: 1, count: 9 })).toEqual(['b', 'c']);
  expect(after(['a', 'b', 'c'], 'ListTrimmed', { index: 3, count: 1 })).toEqual([]);
  expect(after(['a', 'b', 'c'], 'ListTrimmed', { index: 0, count: 0 })).toEqual([]);
});
