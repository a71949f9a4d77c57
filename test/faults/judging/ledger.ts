/**
 * The oracle: it knows what was issued without asking the store.
 *
 * A ledger is a sequence of commits that a seed determines. So the process that writes them, the process that breaks
 * the disk and the process that judges the rest all know the same commits. Its model depends on every bit: each event's
 * data, time and sequence enter a digest in the state. The state also has a table, an ordered table and a sum that must
 * stay zero.
 */
import { ascending, defineModel, defineProjection, hashState, OrderedMap } from 'refold';
import { z } from 'zod';
import { type Chance, chanceOf } from './chance.ts';

interface Account {
  cents: number;
  moves: number;
  lastAt: number;
  lastMemo: string;
}

interface LedgerState {
  accounts: Map<string, Account>;
  /** The number of accounts for each balance. */
  byCents: OrderedMap<number, number>;
  journal: { events: number; digest: number };
}

export const ledgerModel = defineModel({
  name: 'ledger',
  version: 1,
  events: {
    AccountOpened: z.object({ account: z.string(), owner: z.string() }),
    MoneyMoved: z.object({ from: z.string(), to: z.string(), cents: z.int(), memo: z.string() }),
    NoteTaken: z.object({ text: z.string() }),
  },
  initialState: (): LedgerState => ({
    accounts: new Map(),
    byCents: new OrderedMap(ascending),
    journal: { events: 0, digest: 7 },
  }),
  reducers: {
    AccountOpened(state, data, event) {
      note(state, data, event);
      change(state, data.account, 0, { at: event.recordedAt, memo: data.owner });
    },
    MoneyMoved(state, data, event) {
      note(state, data, event);
      const last = { at: event.recordedAt, memo: data.memo };
      change(state, data.from, -data.cents, last);
      change(state, data.to, data.cents, last);
    },
    NoteTaken(state, data, event) {
      note(state, data, event);
    },
  },
  invariants: {
    zeroSum: (state) => [...state.accounts.values()].reduce((sum, { cents }) => sum + cents, 0) === 0,
  },
});

interface MovesView {
  perAccount: Map<string, number>;
}

/** Another view of the same log: how often each account was on either side. */
export const movesView = defineProjection<MovesView, typeof ledgerModel.events>({
  name: 'moves',
  version: 1,
  initialState: () => ({ perAccount: new Map() }),
  reducers: {
    MoneyMoved(state, data) {
      for (const name of [data.from, data.to]) state.perAccount.set(name, (state.perAccount.get(name) ?? 0) + 1);
    },
  },
});

function change(state: LedgerState, name: string, by: number, { at, memo }: { at: number; memo: string }): void {
  const before = state.accounts.get(name);
  if (before !== undefined) count(state, before.cents, -1);
  const cents = (before?.cents ?? 0) + by;
  state.accounts.set(name, { cents, moves: (before?.moves ?? 0) + 1, lastAt: at, lastMemo: memo });
  count(state, cents, 1);
}

function count(state: LedgerState, cents: number, by: number): void {
  const holders = (state.byCents.get(cents) ?? 0) + by;
  if (holders > 0) state.byCents.set(cents, holders);
  else state.byCents.delete(cents);
}

function note(state: LedgerState, data: object, event: { sequence: number; recordedAt: number }): void {
  const text = `${event.sequence} ${event.recordedAt} ${JSON.stringify(data)}`;
  let { digest } = state.journal;
  for (let index = 0; index < text.length; index++) digest = (Math.imul(digest, 31) + text.charCodeAt(index)) | 0;
  state.journal = { events: state.journal.events + 1, digest };
}

export type LedgerEvent =
  | { readonly type: 'AccountOpened'; readonly data: { readonly account: string; readonly owner: string } }
  | {
      readonly type: 'MoneyMoved';
      readonly data: { readonly from: string; readonly to: string; readonly cents: number; readonly memo: string };
    }
  | { readonly type: 'NoteTaken'; readonly data: { readonly text: string } };

/** An issued commit: all of its events or none. */
export interface LedgerCommit {
  /** Counted from 1. */
  readonly number: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly recordedAt: number;
  readonly events: readonly LedgerEvent[];
  /** Present for commits that can be retried. */
  readonly commandId: string | undefined;
}

/** The time of commit 0, and the time between two commits, in ms. */
const EPOCH = 1_700_000_000_000;
const COMMIT_GAP_MS = 1_000;

/** The clock's time at a commit. */
export function timeOfCommit(number: number): number {
  return EPOCH + number * COMMIT_GAP_MS;
}

export class Ledger {
  readonly commits: readonly LedgerCommit[];
  /** The text of each recorded event, by sequence - 1. */
  readonly #texts: readonly string[];
  readonly #commitEnding: ReadonlyMap<number, LedgerCommit>;
  readonly #stateHashes: string[] = [];
  readonly #viewHashes: string[] = [];

  constructor(seed: number, commits: number) {
    this.commits = planCommits(seed, commits);
    this.#texts = this.commits.flatMap(recordedTexts);
    this.#commitEnding = new Map(this.commits.map((commit) => [commit.lastSequence, commit]));
  }

  get lastSequence(): number {
    return this.#texts.length;
  }

  commit(number: number): LedgerCommit {
    return this.commits[number - 1]!;
  }

  /** The commit that ends at a sequence; undefined inside a commit. */
  commitEndingAt(sequence: number): LedgerCommit | undefined {
    return this.#commitEnding.get(sequence);
  }

  /** Whether a log may end at a sequence: at the end of a commit, or before the first one. */
  isCommitEnd(sequence: number): boolean {
    return sequence === 0 || this.#commitEnding.has(sequence);
  }

  /** Whether a recorded event is exactly the issued one. */
  isIssued(event: RecordedLike): boolean {
    return this.#texts[event.sequence - 1] === textOf(event);
  }

  /** The hash of the state after this many events. A plain loop folds the issued events. */
  stateHashAt(sequence: number): string {
    if (this.#stateHashes.length === 0) this.#foldAll();
    return this.#stateHashes[sequence]!;
  }

  /** The same for the projection. */
  viewHashAt(sequence: number): string {
    if (this.#viewHashes.length === 0) this.#foldAll();
    return this.#viewHashes[sequence]!;
  }

  #foldAll(): void {
    const state = ledgerModel.initialState();
    const view = movesView.initialState();
    this.#stateHashes.push(hashState(state));
    this.#viewHashes.push(hashState(view));
    for (const { events, firstSequence, recordedAt } of this.commits) {
      for (const [index, { type, data }] of events.entries()) {
        const event = { sequence: firstSequence + index, recordedAt, type, version: 1, data };
        const reduce = ledgerModel.reducers[type] as (...args: unknown[]) => void;
        reduce(state, data, event);
        if (type === 'MoneyMoved') movesView.reducers.MoneyMoved!(view, data as never, event as never);
        this.#stateHashes.push(hashState(state));
        this.#viewHashes.push(hashState(view));
      }
    }
  }
}

interface RecordedLike {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

function textOf({ sequence, recordedAt, type, version, data }: RecordedLike): string {
  return JSON.stringify([sequence, recordedAt, type, version, data]);
}

function recordedTexts({ events, firstSequence, recordedAt }: LedgerCommit): string[] {
  return events.map(({ type, data }, index) =>
    textOf({ sequence: firstSequence + index, recordedAt, type, version: 1, data }),
  );
}

function planCommits(seed: number, count: number): LedgerCommit[] {
  const commits: LedgerCommit[] = [];
  let sequence = 0;
  for (let number = 1; number <= count; number++) {
    const chance = chanceOf(seed, number);
    const size = chance.hit(0.4) ? 2 + chance.below(5) : 1;
    const events = Array.from({ length: size }, () => planEvent(chance));
    const commandId = number % 3 === 0 ? `command-${number}` : undefined;
    const firstSequence = sequence + 1;
    sequence += size;
    commits.push({
      number,
      firstSequence,
      lastSequence: sequence,
      recordedAt: timeOfCommit(number),
      events,
      commandId,
    });
  }
  return commits;
}

const OWNERS = ['Ada', 'Björn', 'Chloé', '直子', 'Ελένη', '🦊'];

function planEvent(chance: Chance): LedgerEvent {
  const account = (): string => `account-${chance.below(30)}`;
  const kind = chance.next();
  if (kind < 0.1) return { type: 'AccountOpened', data: { account: account(), owner: chance.pick(OWNERS) } };
  if (kind < 0.15) return { type: 'NoteTaken', data: { text: planText(chance) } };
  const cents = 1 + chance.below(100_000);
  return { type: 'MoneyMoved', data: { from: account(), to: account(), cents, memo: planMemo(chance) } };
}

function planMemo(chance: Chance): string {
  return Array.from({ length: chance.below(20) }, () => chance.pick('abcdefghijklmnop -é0123456789'.split(''))).join(
    '',
  );
}

/** Some texts span several pages of the database. */
function planText(chance: Chance): string {
  const words = chance.hit(0.15) ? 900 : chance.below(60);
  return Array.from({ length: words }, () => chance.below(1_000_000).toString(36)).join(' ');
}
