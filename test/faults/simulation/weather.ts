/** The faults of a world and the options of its stores. Each world has its own mixture. */
import type { StoreOptions } from 'refold';
import type { Chance } from '../judging/chance.ts';

export interface Weather {
  /** The share of operations at the device that fail. */
  readonly failures: number;
  /** Weights of the things that may happen in a step. A call of a client has a weight of about one. */
  readonly powerCuts: number;
  readonly kills: number;
  readonly usurpers: number;
  readonly damage: number;
  /** Whether answers overtake each other. */
  readonly reordering: boolean;
  /** Whether most events are so large that commits are split into blocks. */
  readonly fat: boolean;
  readonly options: Required<Pick<StoreOptions, 'fold' | 'recoverWithin' | 'history' | 'save'>>;
}

export function weatherOf(chance: Chance): Weather {
  const some = (probability: number, amount: number): number => (chance.hit(probability) ? amount * chance.next() : 0);
  return {
    failures: some(0.5, 0.08),
    powerCuts: some(0.8, 0.8),
    kills: some(0.6, 0.5),
    usurpers: some(0.4, 0.6),
    damage: some(0.4, 20),
    reordering: chance.hit(0.5),
    fat: chance.hit(0.015),
    options: {
      fold: chance.hit(0.75) ? 'atomic' : 'direct',
      recoverWithin: chance.pick([1_000, 1_000, 0.05, 0.2]),
      history: chance.pick(['keep', 'keep', 'discard', { maxEvents: 5 }, { maxEvents: 20 }] as const),
      save: chance.pick([[], [{ seconds: 3, changes: 4 }]]),
    },
  };
}
