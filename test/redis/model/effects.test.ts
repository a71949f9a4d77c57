/**
 * Every effect of the catalog on every state. Whatever the effects are, no reducer throws, the key space stays sound, and
 * each way to fold gives the same.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enableMapSet, produce, setAutoFreeze } from 'immer';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore, type Store } from '../../../src/index.ts';
import { emptyKeySpace, type KeySpace } from '../../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../../src/redis/model/model.ts';
import { chanceOf } from '../../faults/judging/chance.ts';
import { sampleOf } from '../../sample.ts';
import { expectSound, extentOf, plainForm } from './invariants.ts';
import { EFFECT_TYPES, type RandomEffect, randomEffect, randomEffectOf } from './random-effects.ts';

const SEEDS = Array.from({ length: 6 }, (_, at) => at + 1);

type Reducer = (space: KeySpace, data: object) => void;
const reducers = keySpaceModel.reducers as unknown as { readonly [type: string]: Reducer };

function fold(space: KeySpace, { type, data }: RandomEffect): void {
  reducers[type]!(space, data);
}

function effectsOf(seed: number, count: number): RandomEffect[] {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, () => randomEffect(chance));
}

test('the schemas accept what is made from them', () => {
  const chance = chanceOf(1);
  const refused = EFFECT_TYPES.filter((type) => {
    const schema = keySpaceModel.events[type as never] as { safeParse(data: unknown): { success: boolean } };
    return Array.from({ length: 50 }, () => randomEffectOf(type, chance)).some(
      ({ data }) => !schema.safeParse(data).success,
    );
  });
  expect(refused).toEqual([]);
});

describe('random effects', () => {
  for (const seed of SEEDS) {
    test(`never throw, and leave a sound key space (seed ${seed})`, () => {
      const space = emptyKeySpace();
      for (const [at, effect] of effectsOf(seed, 4_000).entries()) {
        expect(() => fold(space, effect), JSON.stringify(effect)).not.toThrow();
        if (at % 50 === 0) expectSound(space);
      }
      expectSound(space);
    });
  }

  test('leave sizes that follow from the contents alone', () => {
    const sizes = new Map<string, number>();
    for (const seed of SEEDS) {
      const space = emptyKeySpace();
      for (const [at, effect] of effectsOf(seed + 100, 2_000).entries()) {
        fold(space, effect);
        if (at % 20 > 0) continue;
        for (const value of space.databases.flatMap(({ keys }) => keys.values)) {
          const extent = extentOf(value);
          if (extent === undefined || typeof value === 'string' || value.kind === 'bytes') continue;
          const kindAndCount = `${value.kind} of ${extent.count}`;
          const rest = value.size - extent.characters;
          expect(rest, kindAndCount).toBe(sizes.get(kindAndCount) ?? rest);
          sizes.set(kindAndCount, rest);
        }
      }
    }
    for (const kind of ['list', 'hash', 'set', 'zset']) {
      const perElement = sizes.get(`${kind} of 2`)! - sizes.get(`${kind} of 1`)!;
      expect(sizes.get(`${kind} of 3`)! - sizes.get(`${kind} of 2`)!, kind).toBe(perElement);
    }
  });
});

describe('every way to fold gives the same', () => {
  for (const seed of sampleOf(SEEDS.slice(0, 4))) {
    test(`as the reducers in immer's produce (seed ${seed})`, () => {
      enableMapSet();
      // Lists and ordered maps are changed in place, because immer does not know them.
      setAutoFreeze(false);
      const direct = emptyKeySpace();
      let produced = emptyKeySpace();
      for (const effect of effectsOf(seed, 300)) {
        fold(direct, effect);
        produced = produce(produced, (draft: KeySpace) => fold(draft, effect));
        expect(plainForm(produced), JSON.stringify(effect)).toEqual(plainForm(direct));
      }
    });

    test.each(['atomic', 'direct'] as const)(`in a strict store, %s fold (seed ${seed})`, async (kind) => {
      const effects = effectsOf(seed + 1_000, 400);
      const direct = emptyKeySpace();
      await using store = (await openStore(keySpaceModel, {
        path: ':memory:',
        fold: kind,
        strict: true,
      })) as Store<KeySpace>;
      for (let at = 0; at < effects.length; at += 20) {
        for (const effect of effects.slice(at, at + 20)) fold(direct, effect);
        await store.append(effects.slice(at, at + 20) as never);
        expect(plainForm(store.state as KeySpace)).toEqual(plainForm(direct));
      }
    });

    test(`from a snapshot and its tail, and from the whole log (seed ${seed})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const path = join(folder, 'redis.db');
      const effects = effectsOf(seed + 2_000, 400);
      const direct = emptyKeySpace();
      for (const effect of effects) fold(direct, effect);
      const store = (await openStore(keySpaceModel, { path, fold: 'direct' })) as Store<KeySpace>;
      for (let at = 0; at < effects.length; at += 40) {
        await store.append(effects.slice(at, at + 40) as never);
        if (at === 200) await store.snapshot();
      }
      const hash = await store.stateHash();
      await store.close();
      await using reader = (await openStore(keySpaceModel, {
        path,
        readOnly: true,
        fold: 'direct',
      })) as Store<KeySpace>;
      expect(plainForm(reader.state as KeySpace)).toEqual(plainForm(direct));
      expect(await reader.stateHash()).toEqual(hash);
      expect((await reader.verify()).problems).toEqual([]);
    });
  }
});
