/** The random writes that clients want, and how they are sent to a store. */
import type { Store } from 'refold';
import type { CommandOutcome } from '../../../src/index.ts';
import type { Chance } from '../judging/chance.ts';
import type { BankState, bank } from './bank.ts';
import type { Attempt, Wish } from './oracle.ts';

export type BankStore = Store<BankState, typeof bank.events>;

const ACCOUNTS = ['ada', 'björn', 'chloé', '直子'];
const FAT_MEMO = 'm'.repeat(140_000);

/** @param fat whether this world has large events */
export function wishOf(chance: Chance, fat: boolean): Wish {
  const kind = kindOf(chance);
  const isFat = fat && chance.hit(0.6);
  return {
    kind,
    size: 1 + chance.below(3),
    account: chance.pick(ACCOUNTS),
    cents: 1 + chance.below(kind === 'deposit' ? 900 : 500),
    memo: isFat ? FAT_MEMO : `memo ${chance.below(1_000)}`,
  };
}

function kindOf(chance: Chance): Wish['kind'] {
  if (chance.hit(0.04)) return 'spoilt';
  if (chance.hit(0.04)) return 'invalid';
  return chance.hit(0.5) ? 'withdraw' : 'deposit';
}

/**
 * A withdrawal is a command; everything else is appended. A `spoilt` or `invalid` commit has the bad event at its end.
 */
export function send(
  store: BankStore,
  { kind, commandId, id, size, account, cents, memo }: Attempt,
): Promise<CommandOutcome> {
  const options = { commandId };
  if (kind === 'withdraw') {
    return (store as Store<any, any, any>).execute('withdraw', { attempt: id, size, account, cents }, options);
  }
  const events = Array.from({ length: size }, (_, index) => {
    const last = index === size - 1;
    if (kind === 'spoilt' && last) return { type: 'Spoilt', data: { attempt: id, index, size } };
    const amount = kind === 'invalid' && last ? 'much' : cents;
    return { type: 'Deposited', data: { attempt: id, index, size, account, cents: amount, memo } };
  });
  return store.append(events as never, options).then((commit) => ({ ...ACCEPTED, commit }));
}

/** For a negative control: turns an error into a success. */
export function pretend(work: Promise<CommandOutcome>): Promise<CommandOutcome> {
  return work.catch(() => ({ ...ACCEPTED, commit: { firstSequence: 1, lastSequence: 1, recordedAt: 0 } }));
}

const ACCEPTED = { status: 'accepted', events: undefined, result: undefined, replayed: false } as const;
