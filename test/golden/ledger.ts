/**
 * The model of the golden files, and the expected content of each file.
 *
 * The meaning of this model must never change, because the files were written with it. Its `version` keeps the
 * fingerprint of its snapshots the same when the text of a reducer changes.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  ascending,
  type CatalogOf,
  type CommandOutcome,
  defineModel,
  defineProjection,
  OrderedMap,
  reject,
} from '../../src/index.ts';

export const GOLDEN_FOLDER: string = import.meta.dirname;

export interface GoldenState {
  accounts: Map<string, { balance: number; tags: string[] }>;
  byBalance: OrderedMap<number, string>;
  totals: { events: number; large: bigint; lastAt: Date; bytes: Uint8Array; kinds: Set<string> };
}

export const goldenModel = defineModel({
  name: 'golden-ledger',
  version: 1,
  events: {
    AccountOpened: z.object({ account: z.string(), tags: z.array(z.string()).optional() }),
    AmountMoved: z.object({ account: z.string(), amount: z.number(), memo: z.string().nullable() }),
  },
  initialState: (): GoldenState => ({
    accounts: new Map(),
    byBalance: new OrderedMap(ascending),
    totals: { events: 0, large: 0n, lastAt: new Date(0), bytes: new Uint8Array(2), kinds: new Set() },
  }),
  reducers: {
    AccountOpened(state, { account, tags = [] }, event) {
      state.accounts.set(account, { balance: 0, tags });
      count(state, event);
    },
    AmountMoved(state, { account, amount }, event) {
      const entry = state.accounts.get(account)!;
      entry.balance += amount;
      state.byBalance.set(entry.balance, account);
      count(state, event);
    },
  },
  commands: {
    open: {
      input: z.object({ account: z.string() }),
      decide: (state, { account }) =>
        state.accounts.has(account)
          ? reject('TAKEN', `there is an account ${account}`)
          : { type: 'AccountOpened', data: { account } },
    },
  },
});

function count(state: GoldenState, event: { readonly type: string; readonly recordedAt: number }): void {
  const { totals } = state;
  totals.events += 1;
  totals.large += 2n ** 70n;
  totals.lastAt = new Date(event.recordedAt);
  totals.bytes = Uint8Array.of(totals.events % 256, 7);
  totals.kinds.add(event.type);
}

export const goldenProjection = defineProjection<{ memos: string[] }, CatalogOf<typeof goldenModel>>({
  name: 'memos',
  version: 1,
  initialState: () => ({ memos: [] }),
  reducers: {
    AmountMoved(state, { memo }) {
      if (memo !== null) state.memos.push(memo);
    },
  },
});

/** The expected content of a golden file. */
export interface Golden {
  readonly sequence: number;
  readonly firstSequence: number;
  readonly stateHash: string;
  /** The snapshot that recovery starts from. */
  readonly snapshot: number | undefined;
  readonly blocks: { readonly openBlocks: number; readonly sealedBlocks: number };
  readonly past: { readonly sequence: number; readonly state: unknown };
  readonly command: { readonly id: string; readonly outcome: CommandOutcome };
  readonly projection: unknown;
}

/** A state holds kinds of values that JSON lacks. */
const REVIVED: Record<string, (value: any) => unknown> = {
  bigint: BigInt,
  date: (ms) => new Date(ms),
  bytes: (list) => Uint8Array.from(list),
  set: (list) => new Set(list),
  map: (entries) => new Map(entries),
  ordered: (entries: [number, string][]) => new OrderedMap<number, string>(ascending, entries),
};

export function readGolden(name: string): Golden {
  const revive = (_: string, value: any): unknown => (value?.$ in REVIVED ? REVIVED[value.$]!(value.value) : value);
  return JSON.parse(fs.readFileSync(join(GOLDEN_FOLDER, `${name}.json`), 'utf8'), revive);
}

export function writeGolden(name: string, golden: Golden): void {
  fs.writeFileSync(join(GOLDEN_FOLDER, `${name}.json`), `${JSON.stringify(tagged(golden), undefined, 2)}\n`);
}

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { $: 'bigint', value: String(value) };
  if (value instanceof Date) return { $: 'date', value: value.getTime() };
  if (value instanceof Uint8Array) return { $: 'bytes', value: [...value] };
  if (value instanceof Set) return { $: 'set', value: [...value].map(tagged) };
  if (value instanceof Map) return { $: 'map', value: [...value].map(tagged) };
  if (value instanceof OrderedMap) return { $: 'ordered', value: [...value].map(tagged) };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, tagged(inner)]));
}
