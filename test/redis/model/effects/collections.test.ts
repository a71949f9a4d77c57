/** Effects on lists, hashes and sets: any of them on any state, and what the state is then. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashEffects } from '../../../../src/redis/model/effects/hashes.ts';
import { type ListEnd, listEffects } from '../../../../src/redis/model/effects/lists.ts';
import { setEffects } from '../../../../src/redis/model/effects/sets.ts';
import {
  type Database,
  emptyKeySpace,
  type KeySpace,
  putValue,
  sizeOfValue,
  valueAtKey,
} from '../../../../src/redis/model/key-space.ts';
import { type Effects, keySpaceModel } from '../../../../src/redis/model/model.ts';
import type { Hash, List, Members } from '../../../../src/redis/model/values.ts';

const reducers = { ...listEffects.reducers, ...hashEffects.reducers, ...setEffects.reducers };
type Type = keyof typeof reducers;

function fold(space: KeySpace, type: Type, data: Effects[Type]): void {
  expect(keySpaceModel.events[type as never]).toBeDefined();
  (reducers[type] as (space: KeySpace, data: Effects[Type]) => void)(space, data);
}

const key = fc.constantFrom('a', 'b', 'text', '__proto__');
const text = fc.constantFrom('x', 'y', '', '\x00\xff', '__proto__', 'longer');
const listOfTexts = fc.array(text, { maxLength: 5 });
const end = fc.constantFrom<ListEnd>('left', 'right');
const count = fc.constantFrom(0, 1, 2, 7, Number.MAX_SAFE_INTEGER);
const base = { db: fc.constantFrom(0, 15), key };

const SHAPES: { readonly [T in Type]: { readonly [member: string]: fc.Arbitrary<unknown> } } = {
  ListItemPushed: { ...base, end, item: text },
  ListItemsPushed: { ...base, end, items: listOfTexts },
  ListItemsPopped: { ...base, end, count },
  ListItemMoved: { ...base, end, toKey: key, toEnd: end },
  ListItemSet: { ...base, index: count, item: text },
  ListItemInserted: { ...base, index: count, item: text },
  ListItemsRemoved: { ...base, end, item: text, count },
  ListTrimmed: { ...base, index: count, count },
  HashFieldSet: { ...base, field: text, value: text },
  HashFieldsSet: { ...base, entries: listOfTexts },
  HashFieldRemoved: { ...base, field: text },
  HashFieldsRemoved: { ...base, fields: listOfTexts },
  SetMemberAdded: { ...base, member: text },
  SetMembersAdded: { ...base, members: listOfTexts },
  SetMemberRemoved: { ...base, member: text },
  SetMembersRemoved: { ...base, members: listOfTexts },
  SetMemberMoved: { ...base, member: text, toKey: key },
};

const effect: fc.Arbitrary<{ readonly type: Type; readonly data: never }> = fc.oneof(
  ...Object.entries(SHAPES).map(([type, members]) =>
    fc.record({ type: fc.constant(type as Type), data: fc.record(members) as unknown as fc.Arbitrary<never> }),
  ),
);

/** The sizes that follow from the entries. */
function expectWhole({ keys, size }: Database): void {
  let sum = 0;
  for (const [slot, name] of keys.keys.entries()) {
    const value = keys.values[slot]!;
    expect(keys.slots.get(name)).toBe(slot);
    expect(entriesOf(value), `the entries of ${name}`).not.toBe(0);
    if (typeof value !== 'string') expect(sizeOfValue(value), name).toBe(sizeOfValue(rebuilt(value as List)));
    sum += 80 + name.length + sizeOfValue(value);
  }
  expect(size).toBe(sum);
}

function entriesOf(value: Database['keys']['values'][number]): number {
  if (typeof value === 'string') return 1;
  if (value.kind === 'list') return value.items.size;
  return value.kind === 'hash' ? value.fields.keys.length : (value as Members).members.keys.length;
}

/** A collection with the same entries, made by one effect. */
function rebuilt(value: List | Hash | Members): List | Hash | Members {
  const space = emptyKeySpace();
  const at = { db: 0, key: 'k' };
  if (value.kind === 'list') fold(space, 'ListItemsPushed', { ...at, end: 'right', items: [...value.items] });
  else if (value.kind === 'set') fold(space, 'SetMembersAdded', { ...at, members: value.members.keys });
  else {
    const { keys, values } = value.fields;
    fold(space, 'HashFieldsSet', { ...at, entries: keys.flatMap((field, slot) => [field, values[slot]!]) });
  }
  return valueAtKey(space.databases[0]!, 'k') as List | Hash | Members;
}

test('any effects on any state leave the sizes right, and no collection empty', () => {
  fc.assert(
    fc.property(fc.array(effect, { maxLength: 40 }), (effects) => {
      const space = emptyKeySpace();
      putValue(space.databases[0]!, 'text', 'a string');
      for (const { type, data } of effects) fold(space, type, data);
      for (const database of space.databases) expectWhole(database);
      expect(valueAtKey(space.databases[0]!, 'text')).toBe('a string');
    }),
    { numRuns: 500 },
  );
});

test('each effect passes its own schema unchanged', () => {
  fc.assert(
    fc.property(effect, ({ type, data }) => {
      const { events } = keySpaceModel as unknown as { events: Record<string, { parse(data: unknown): unknown }> };
      expect(events[type]!.parse(data)).toEqual(data);
    }),
  );
});

describe('lists', () => {
  test('removal counts from the end that it names', () => {
    const items = ['a', 'x', 'b', 'x', 'c', 'x'];
    expect(afterRemoval(items, 'left', 2)).toEqual(['a', 'b', 'c', 'x']);
    expect(afterRemoval(items, 'right', 2)).toEqual(['a', 'x', 'b', 'c']);
    const many = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? 'x' : String(index)));
    expect(afterRemoval(many, 'left', 1000)).toEqual(many.filter((item) => item !== 'x'));
    expect(afterRemoval(many, 'right', 999)).toEqual(['x', ...many.filter((item) => item !== 'x')]);
  });

  function afterRemoval(items: readonly string[], from: ListEnd, removed: number): string[] {
    const space = emptyKeySpace();
    fold(space, 'ListItemsPushed', { db: 0, key: 'k', end: 'right', items });
    fold(space, 'ListItemsRemoved', { db: 0, key: 'k', end: from, item: 'x', count: removed });
    return [...(valueAtKey(space.databases[0]!, 'k') as List).items];
  }
});
