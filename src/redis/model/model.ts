/** The model: the key space, and every effect that changes it. The thread that makes snapshots imports this module. */
import { defineModel, type Model } from '../../index.ts';
import type { EffectGroup } from './catalog.ts';
import { type HashEffects, hashEffects } from './effects/hashes.ts';
import { type KeyEffects, keyEffects } from './effects/keys.ts';
import { type ListEffects, listEffects } from './effects/lists.ts';
import { type PackedEffects, packedEffects, type Unpacking } from './effects/packed.ts';
import { type SetEffects, setEffects } from './effects/sets.ts';
import { type SortedSetEffects, sortedSetEffects } from './effects/sorted-sets.ts';
import { type StreamGroupEffects, streamGroupEffects } from './effects/stream-groups.ts';
import { type StreamEffects, streamEffects } from './effects/streams.ts';
import { type StringEffects, stringEffects } from './effects/strings.ts';
import { emptyKeySpace, type KeySpace } from './key-space.ts';

/** What every effect records, by its name. */
export type Effects = HashEffects &
  KeyEffects &
  ListEffects &
  PackedEffects &
  SetEffects &
  SortedSetEffects &
  StreamEffects &
  StreamGroupEffects &
  StringEffects;

type EffectSchemas = EffectGroup<Effects>['events'];

const packed = packedEffects((): Unpacking => keySpaceModel);

export const keySpaceModel: Model<KeySpace, EffectSchemas> = defineModel<KeySpace, EffectSchemas, Record<never, never>>(
  {
    name: 'redis',
    version: 1,
    fingerprint: 'version',
    module: import.meta.url,
    events: {
      ...hashEffects.events,
      ...keyEffects.events,
      ...listEffects.events,
      ...packed.events,
      ...setEffects.events,
      ...sortedSetEffects.events,
      ...streamEffects.events,
      ...streamGroupEffects.events,
      ...stringEffects.events,
    },
    initialState: emptyKeySpace,
    reducers: {
      ...hashEffects.reducers,
      ...keyEffects.reducers,
      ...listEffects.reducers,
      ...packed.reducers,
      ...setEffects.reducers,
      ...sortedSetEffects.reducers,
      ...streamEffects.reducers,
      ...streamGroupEffects.reducers,
      ...stringEffects.reducers,
    },
  },
);
