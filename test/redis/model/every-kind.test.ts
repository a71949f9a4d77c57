/**
 * Every effect on every kind of value, and on a missing key. An effect for another kind changes nothing at all, and no
 * effect changes a key that it does not name.
 */
import { describe, expect, test } from 'vitest';
import { hashEffects } from '../../../src/redis/model/effects/hashes.ts';
import { keyEffects } from '../../../src/redis/model/effects/keys.ts';
import { listEffects } from '../../../src/redis/model/effects/lists.ts';
import { packedEffects } from '../../../src/redis/model/effects/packed.ts';
import { setEffects } from '../../../src/redis/model/effects/sets.ts';
import { sortedSetEffects } from '../../../src/redis/model/effects/sorted-sets.ts';
import { streamGroupEffects } from '../../../src/redis/model/effects/stream-groups.ts';
import { streamEffects } from '../../../src/redis/model/effects/streams.ts';
import { stringEffects } from '../../../src/redis/model/effects/strings.ts';
import { emptyKeySpace, type KeySpace } from '../../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../../src/redis/model/model.ts';
import { type Kind, kindOf } from '../../../src/redis/model/values.ts';
import { chanceOf } from '../../faults/judging/chance.ts';
import { expectSound, plainForm } from './invariants.ts';
import { EFFECT_TYPES, type RandomEffect, randomEffectOf } from './random-effects.ts';

type Reducer = (space: KeySpace, data: object) => void;
const reducers = keySpaceModel.reducers as unknown as { readonly [type: string]: Reducer };

/** The kind of value that the effects of a group change. */
const OWN_KINDS: ReadonlyMap<string, Kind> = new Map(
  (
    [
      ['hash', hashEffects],
      ['list', listEffects],
      ['set', setEffects],
      ['zset', sortedSetEffects],
      ['stream', streamEffects],
      ['stream', streamGroupEffects],
      ['string', stringEffects],
    ] as const
  ).flatMap(([kind, { events }]) => Object.keys(events).map((type) => [type, kind] as const)),
);

/** These put a value in place of any other. */
const REPLACING = new Set(['StringSet', 'StringSetUntil', 'StringReplaced', 'BitsStored', 'SortedSetStored']);

const ID = (number: number): string => `${number}-1`;

/** What brings a value of each kind under a key. */
const BUILDERS: Readonly<Record<string, (key: string) => readonly RandomEffect[]>> = {
  missing: () => [],
  text: (key) => [{ type: 'StringSet', data: { db: 0, key, value: '17' } }],
  bytes: (key) => [{ type: 'StringAppended', data: { db: 0, key, value: 'xyz' } }],
  'expiring text': (key) => [{ type: 'StringSetUntil', data: { db: 0, key, value: 'x', at: 5 } }],
  list: (key) => [{ type: 'ListItemsPushed', data: { db: 0, key, end: 'right', items: ['x', 'y', 'x'] } }],
  hash: (key) => [{ type: 'HashFieldsSet', data: { db: 0, key, entries: ['x', '1', 'y', '2'] } }],
  set: (key) => [{ type: 'SetMembersAdded', data: { db: 0, key, members: ['x', 'y', '17'] } }],
  zset: (key) => [{ type: 'ScoresSet', data: { db: 0, key, members: ['x', 'y'], scores: ['1', '-inf'] } }],
  'empty stream': (key) => [{ type: 'StreamCreated', data: { db: 0, key } }],
  stream: (key) => [
    { type: 'EntryAdded', data: { db: 0, key, id: ID(1), field: 'x', value: 'y' } },
    { type: 'EntryAdded', data: { db: 0, key, id: ID(5), field: 'x', value: 'y' } },
    { type: 'GroupCreated', data: { db: 0, key, group: 'x', lastId: '0-0', entriesRead: 0 } },
    { type: 'ConsumerCreated', data: { db: 0, key, group: 'x', consumer: 'y', at: 1 } },
    { type: 'EntryDelivered', data: { db: 0, key, group: 'x', consumer: 'y', id: ID(1), at: 1, entriesRead: 1 } },
  ],
};

function fold(space: KeySpace, { type, data }: RandomEffect): void {
  reducers[type]!(space, data);
}

/** A space whose keys `a` and `b` hold these kinds, and `other` a list. */
function spaceWith(first: string, second: string): KeySpace {
  const space = emptyKeySpace();
  for (const effect of [...BUILDERS[first]!('a'), ...BUILDERS[second]!('b'), ...BUILDERS.list!('other')]) {
    fold(space, effect);
  }
  return space;
}

/** The effect as it would be on key `a`, and from or to key `b`. Databases are 0. */
function aimed({ type, data }: RandomEffect): RandomEffect {
  const entries = Object.entries(data).map(([name, value]) => {
    if (name === 'key') return [name, 'a'];
    if (/key$/i.test(name)) return [name, 'b'];
    return [name, /db$/i.test(name) ? 0 : value];
  });
  return { type, data: Object.fromEntries(entries) };
}

const KINDS = Object.keys(BUILDERS);
const DRAWS = 5;

test('each effect belongs to a group whose kind is known, or concerns any kind', () => {
  const anyKind = [keyEffects.events, packedEffects(() => keySpaceModel).events].flatMap((events) =>
    Object.keys(events),
  );
  expect([...OWN_KINDS.keys(), ...anyKind].sort()).toEqual([...EFFECT_TYPES].sort());
});

describe('on a key that holds', () => {
  test.each(KINDS)('%s, every effect does what fits, or nothing', (kind) => {
    const chance = chanceOf(5, KINDS.indexOf(kind));
    for (const type of EFFECT_TYPES) {
      for (let draw = 0; draw < DRAWS; draw++) {
        const second = KINDS[(draw + EFFECT_TYPES.indexOf(type)) % KINDS.length]!;
        const effect = aimed(randomEffectOf(type, chance));
        const space = spaceWith(kind, second);
        const before = plainForm(space);
        const told = JSON.stringify({ kind, second, effect });
        expect(() => fold(space, effect), told).not.toThrow();
        expectSound(space);
        expectOthersUntouched(space, type, told);
        if (fits(kind, type)) continue;
        expect(plainForm(space), told).toEqual(before);
      }
    }
  });
});

function fits(kind: string, type: string): boolean {
  const own = OWN_KINDS.get(type);
  if (own === undefined || kind === 'missing' || REPLACING.has(type)) return true;
  const [value] = spaceWith(kind, 'missing').databases[0]!.keys.values;
  return kindOf(value!) === own;
}

function expectOthersUntouched({ databases, index }: KeySpace, type: string, told: string): void {
  if (type === 'DatabaseFlushed' || type === 'DatabasesSwapped' || type === 'EffectPacked') return;
  const { slots, values } = databases[index[0]!]!.keys;
  const other = values[slots.get('other')!];
  expect(typeof other === 'object' && other.kind === 'list' && other.items.slice(), told).toEqual(['x', 'y', 'x']);
}
