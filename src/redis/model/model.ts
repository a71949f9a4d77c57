/** The model: the key space, and every effect that changes it. The thread that makes snapshots imports this module. */
import { defineModel, type Model } from '../../index.ts';
import type { EffectGroup } from './catalog.ts';
import { type HashEffects, hashEffects } from './effects/hashes.ts';
import { type KeyEffects, keyEffects } from './effects/keys.ts';
import { type ListEffects, listEffects } from './effects/lists.ts';
import { type SetEffects, setEffects } from './effects/sets.ts';
import { type StringEffects, stringEffects } from './effects/strings.ts';
import { emptyKeySpace, type KeySpace } from './key-space.ts';

/** What every effect records, by its name. */
export type Effects = KeyEffects & StringEffects & ListEffects & HashEffects & SetEffects;

type EffectSchemas = EffectGroup<Effects>['events'];

export const keySpaceModel: Model<KeySpace, EffectSchemas> = defineModel<KeySpace, EffectSchemas, Record<never, never>>(
  {
    name: 'redis',
    version: 1,
    module: import.meta.url,
    events: {
      ...keyEffects.events,
      ...stringEffects.events,
      ...listEffects.events,
      ...hashEffects.events,
      ...setEffects.events,
    },
    initialState: emptyKeySpace,
    reducers: {
      ...keyEffects.reducers,
      ...stringEffects.reducers,
      ...listEffects.reducers,
      ...hashEffects.reducers,
      ...setEffects.reducers,
    },
  },
);
