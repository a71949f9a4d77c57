/** The effects of the golden log of the key space: every type, in usual and in odd uses. Only `make-format-2.ts` needs them. */
import { chanceOf } from '../../faults/judging/chance.ts';
import { EFFECT_TYPES, type RandomEffect, randomEffect, randomEffectOf } from '../../redis/model/random-effects.ts';

/** Each effect comes after others of its group as well: on keys that exist, and on those that do not. */
export function goldenEffects(): RandomEffect[] {
  const chance = chanceOf(1);
  const each = EFFECT_TYPES.filter((type) => type !== 'DatabaseFlushed').map((type) => randomEffectOf(type, chance));
  const many = Array.from({ length: 6_000 }, () => randomEffect(chance));
  const usual = { db: 3, key: 'kept' };
  return [
    ...many,
    ...each,
    { type: 'StringSet', data: { ...usual, value: 'text' } },
    { type: 'StringSetUntil', data: { ...usual, key: 'expiring', value: '\u00ff\0', at: 4_000_000_000_000 } },
    { type: 'ListItemsPushed', data: { ...usual, key: 'list', end: 'left', items: ['a', 'b', 'c'] } },
    { type: 'HashFieldsSet', data: { ...usual, key: 'hash', entries: ['f', 'v', '__proto__', ''] } },
    { type: 'SetMembersAdded', data: { ...usual, key: 'set', members: ['1', '2', 'x'] } },
    { type: 'ScoresSet', data: { ...usual, key: 'zset', members: ['m', 'n'], scores: ['-inf', '1.5'] } },
  ];
}
