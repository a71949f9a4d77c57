/**
 * The simulated model: accounts that must not be overdrawn.
 *
 * Every event names its attempt, its position in that attempt, and what its decider saw. So an
 * oracle can identify each commit by its content, and recognise a decision on a wrong state by its result.
 */
import { ascending, defineModel, defineProjection, OrderedMap, reject } from 'refold';
import { z } from 'zod';

export interface BankState {
  accounts: Map<string, { cents: number; lastAt: number }>;
  /** The last sequence at which each account moved. */
  moves: OrderedMap<number, string>;
  journal: { events: number; digest: number };
}

const Part = { attempt: z.int(), index: z.int(), size: z.int() };

export const bank = defineModel({
  name: 'bank',
  version: 1,
  events: {
    Deposited: z.object({ ...Part, account: z.string(), cents: z.int(), memo: z.string() }),
    /** `left` is the remaining balance that the decider computed. */
    Withdrawn: z.object({ ...Part, account: z.string(), cents: z.int(), left: z.int() }),
    /** Its reducer changes the draft and then throws. */
    Spoilt: z.object(Part),
  },
  initialState: (): BankState => ({
    accounts: new Map(),
    moves: new OrderedMap<number, string>(ascending),
    journal: { events: 0, digest: 7 },
  }),
  reducers: {
    Deposited(state, data, event) {
      note(state, data, event);
      move(state, data.account, data.cents, event);
    },
    Withdrawn(state, data, event) {
      note(state, data, event);
      move(state, data.account, -data.cents, event);
    },
    Spoilt(state, data, event) {
      note(state, data, event);
      throw new Error('a reducer that throws');
    },
  },
  commands: {
    withdraw: {
      input: z.object({ attempt: z.int(), size: z.int(), account: z.string(), cents: z.int() }),
      decide(state, { attempt, size, account, cents }) {
        const held = state.accounts.get(account)?.cents ?? 0;
        if (held < cents * size) return reject('OVERDRAWN', `${account} holds ${held}`);
        return Array.from({ length: size }, (_, index) => ({
          type: 'Withdrawn' as const,
          data: { attempt, index, size, account, cents, left: held - cents * (index + 1) },
        }));
      },
    },
  },
});

interface Withdrawals {
  withdrawals: Map<string, number>;
}

/** Another view of the same log. */
export const perAccount = defineProjection<Withdrawals, typeof bank.events>({
  name: 'per-account',
  version: 1,
  initialState: () => ({ withdrawals: new Map() }),
  reducers: {
    Withdrawn(state, { account }) {
      state.withdrawals.set(account, (state.withdrawals.get(account) ?? 0) + 1);
    },
  },
});

function note(state: BankState, data: object, event: { sequence: number; recordedAt: number }): void {
  const text = `${event.sequence} ${event.recordedAt} ${JSON.stringify(data).slice(0, 200)}`;
  let { digest } = state.journal;
  for (let index = 0; index < text.length; index++) digest = (Math.imul(digest, 31) + text.charCodeAt(index)) | 0;
  state.journal = { events: state.journal.events + 1, digest };
}

function move(state: BankState, account: string, by: number, event: { sequence: number; recordedAt: number }): void {
  const cents = (state.accounts.get(account)?.cents ?? 0) + by;
  state.accounts.set(account, { cents, lastAt: event.recordedAt });
  for (const [sequence, other] of state.moves) {
    if (other !== account) continue;
    state.moves.delete(sequence);
    break;
  }
  state.moves.set(event.sequence, account);
}
