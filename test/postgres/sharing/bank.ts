/** A bank whose answers tell on which state they were given. */
import { z } from 'zod';
import type * as Refold from '../../../src/index.ts';

const Draw = z.object({ id: z.string(), amount: z.int(), pad: z.string() });

export interface BankState {
  total: number;
  /** How often each id was decided. */
  ids: Map<string, number>;
}

/** What an answer says of its state. */
export interface Told {
  readonly sequence: number;
  readonly total: number;
}

/** How much a call draws. */
export function amountOf(id: string): number {
  return 1 + (Number(id.slice(id.lastIndexOf(' ') + 1)) % 5);
}

/** Whether nothing is drawn. It depends on the state and on the call, so the bank never stands still. */
export function isUnlucky(total: number, amount: number): boolean {
  return (total + amount) % 7 === 3;
}

/** @param refold the engine that opens it, which may be a weakened one */
export const bankOf = ({ defineModel, reject }: Pick<typeof Refold, 'defineModel' | 'reject'>) =>
  defineModel({
    name: 'bank',
    events: { Drawn: Draw },
    initialState: (): BankState => ({ total: 0, ids: new Map() }),
    reducers: {
      Drawn(state, { id, amount }) {
        state.total += amount;
        state.ids.set(id, (state.ids.get(id) ?? 0) + 1);
      },
    },
    commands: {
      draw: {
        input: Draw,
        decide: ({ total }, input, { sequence }) => {
          if (isUnlucky(total, input.amount)) return reject('UNLUCKY', 'nothing is drawn now', { sequence, total });
          const told: Told = { sequence, total };
          return { events: { type: 'Drawn', data: input }, result: told };
        },
      },
    },
  });
