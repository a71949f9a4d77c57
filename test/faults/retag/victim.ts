/** A process that tags a log again, to be killed. It also says what the log and its model are. */
import { z } from 'zod';
import { defineModel, openStore } from '../../../src/index.ts';
import { writeMark } from '../kill/marks.ts';
import type { Kill } from '../kill/plan.ts';

export interface RetagVictim {
  readonly path: string;
  readonly kill: Kill | undefined;
}

const schema = z.object({ account: z.string(), memo: z.string() });
const shared = {
  name: 'accounts',
  version: 1,
  initialState: () => ({ moves: 0 }),
  reducers: {
    Moved(state: { moves: number }) {
      state.moves += 1;
    },
  },
};

/** The model that wrote the log, and the one that gives its events tags. */
export const untaggedModel = defineModel({ ...shared, events: { Moved: { schema } } });
export const taggedModel = defineModel({
  ...shared,
  events: { Moved: { schema, tags: (d) => [`account:${d.account}`] } },
});

/** So much text fills a sealed block with few events. */
const MEMO = 'a word or two '.repeat(20_000);
export const EVENTS = 60;
/** Sealed up to here. */
export const SEALED = 56;
export const ACCOUNTS = 3;

export function moveAt(sequence: number) {
  return { type: 'Moved', data: { account: `a${sequence % ACCOUNTS}`, memo: `${sequence} ${MEMO}` } } as const;
}

if (process.argv[1] === import.meta.filename) {
  const { path, kill }: RetagVictim = JSON.parse(process.argv[2]!);
  // The writer thread inherits this environment.
  if (kill !== undefined) process.env.REFOLD_KILL = JSON.stringify(kill);
  const store = await openStore(taggedModel, { path });
  const { untaggedEvents } = await store.retag();
  await store.close();
  writeMark(`done ${untaggedEvents}`);
}
