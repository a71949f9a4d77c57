/** The model: the key space, and every effect that changes it. The thread that makes snapshots imports this module. */
import { defineModel, type Model } from '../../index.ts';
import type { EffectGroup } from './catalog.ts';
import { type KeyEffects, keyEffects } from './effects/keys.ts';
import { type SortedSetEffects, sortedSetEffects } from './effects/sorted-sets.ts';
import { type StringEffects, stringEffects } from './effects/strings.ts';
import { emptyKeySpace, type KeySpace } from './key-space.ts';

/** What every effect records, by its name. */
export type Effects = KeyEffects & SortedSetEffects & StringEffects;

type EffectSchemas = EffectGroup<Effects>['events'];

export const keySpaceModel: Model<KeySpace, EffectSchemas> = defineModel<KeySpace, EffectSchemas, Record<never, never>>(
  {
    name: 'redis',
    version: 1,
    module: import.meta.url,
    events: { ...keyEffects.events, ...sortedSetEffects.events, ...stringEffects.events },
    initialState: emptyKeySpace,
    reducers: { ...keyEffects.reducers, ...sortedSetEffects.reducers, ...stringEffects.reducers },
  },
);
