/** How a book is driven, whichever it is: bare, through the engine in both folds, and beside it `nodejs-order-book`. */
import {
  type Context,
  collectGarbage,
  type Row,
  type Run,
  summarise,
  type Unit,
  type Workload,
} from '../../measuring/workload.ts';

export const PEER = 'nodejs-order-book';

/** Items of a commit. */
export const COMMIT = 1_000;

/** Runs all items once: commands, or messages of a feed. */
export type Drive<Item> = (items: readonly Item[], context: Context) => Promise<Run>;

export interface Driver<Item> {
  readonly by: string;
  readonly durability: string;
  readonly drive: Drive<Item>;
  readonly needs?: readonly string[];
  /** How many items a commit has, unless it is the usual number. */
  readonly commit?: string;
}

/** What a kind of book has to bring. */
export interface Drives<Item> {
  readonly bare: Drive<Item>;
  readonly inCommits: (fold: 'atomic' | 'direct') => Drive<Item>;
  /** One item a commit. */
  readonly single: (fold: 'atomic' | 'direct') => Drive<Item>;
  readonly peer: Drive<Item>;
}

/** The drivers of a book, by the last part of their workloads' names. */
export function driversOf<Item>({ bare, inCommits, single, peer }: Drives<Item>): readonly [string, Driver<Item>][] {
  const durability = 'synced (always)';
  const commit = ', one a commit';
  return Object.entries({
    bare: { by: 'the model alone', durability: 'memory only', drive: bare },
    direct: { by: 'refold, direct', durability, drive: inCommits('direct') },
    atomic: { by: 'refold, atomic', durability, drive: inCommits('atomic') },
    'direct-single': { by: 'refold, direct', durability, drive: single('direct'), commit },
    'atomic-single': { by: 'refold, atomic', durability, drive: single('atomic'), commit },
    peer: { by: PEER, durability: 'memory only', drive: peer, needs: [PEER] },
  });
}

/** @param words what is run, as the report says it */
export function bookWorkload<Item>(
  name: string,
  words: string,
  unit: Extract<Unit, 'commands/s' | 'messages/s'>,
  { by, durability, drive, needs = [], commit = '' }: Driver<Item>,
  load: (context: Context) => readonly Item[] | Promise<readonly Item[]>,
): Workload {
  const [items] = unit.split('/');
  const run = async (context: Context): Promise<Row[]> => {
    const all = (await load(context)).slice(0, context.sizes.flowCommands);
    const runs: Run[] = [];
    for (let round = -1; round < context.sizes.runs; round++) {
      collectGarbage();
      const run = await drive(all, context);
      if (round >= 0) runs.push(run);
    }
    const what = `${words}, ${all.length.toLocaleString('en')} ${items}${commit}`;
    return [{ name, what, by, durability, unit, ...summarise(runs) }];
  };
  return { name, needs, run };
}
