/**
 * What a writer does, step by step. The seed, the writer and the number decide a step, and so does what it changes.
 *
 * A step is one command, or one transaction. Each writer has keys that no other client changes, so the state of its keys
 * says how many of its steps the server has kept. Texts are `writer:number`, so that any output that shows one can be traced
 * to its step.
 */
import { chanceOf } from '../judging/chance.ts';

/** What the keys of one writer hold. */
export interface Holdings {
  readonly texts: Map<string, string>;
  /** Texts that expire, with the time in ms since the epoch. */
  readonly expiring: Map<string, { readonly text: string; readonly at: number }>;
  /** Two accounts. Transactions move money from one to the other, so the sum is always 0. */
  from: number;
  to: number;
  readonly list: string[];
  readonly hash: Map<string, string>;
  readonly scores: Map<string, number>;
  readonly entries: string[];
}

export interface Step {
  readonly number: number;
  readonly commands: readonly (readonly (string | number)[])[];
  /** Changes the holdings as the commands do. */
  readonly apply: (holdings: Holdings) => void;
  /** The pool that the step puts its text into. */
  readonly pool?: PoolName;
}

/** Pools are shared: writers put texts in, and others take them out. */
export const POOLS = ['popped', 'moved', 'drawn', 'ranked', 'read'] as const;
export type PoolName = (typeof POOLS)[number];

export const CHANNEL = 'news';

export function emptyHoldings(): Holdings {
  return {
    texts: new Map(),
    expiring: new Map(),
    from: 0,
    to: 0,
    list: [],
    hash: new Map(),
    scores: new Map(),
    entries: [],
  };
}

/** @param now in ms since the epoch */
export function makeStep(seed: number, writer: number, number: number, now: number): Step {
  const chance = chanceOf(seed, writer, number);
  const text = `${writer}:${number}`;
  const key = (name: string): string => `${name}:${writer}`;
  const slot = chance.below(5);
  const step = (commands: Step['commands'], apply: Step['apply'], pool?: PoolName): Step => ({
    number,
    commands,
    apply,
    ...(pool !== undefined && { pool }),
  });
  switch (chance.below(11)) {
    case 0:
      return step([['SET', `${key('text')}:${slot}`, text]], ({ texts }) => texts.set(`${slot}`, text));
    case 1: {
      const at = now + chance.pick([30, 300, 3_000, 3_600_000]);
      return step([['SET', `${key('brief')}:${slot}`, text, 'PXAT', at]], ({ expiring }) =>
        expiring.set(`${slot}`, { text, at }),
      );
    }
    case 2:
      return step([['RPUSH', key('list'), text]], ({ list }) => list.push(text));
    case 3:
      return step([['LTRIM', key('list'), -10, -1]], ({ list }) => list.splice(0, list.length - 10));
    case 4:
      return step([['HSET', key('hash'), `f${slot}`, text]], ({ hash }) => hash.set(`f${slot}`, text));
    case 5:
      return step([['HDEL', key('hash'), `f${slot}`]], ({ hash }) => hash.delete(`f${slot}`));
    case 6:
      return step([['ZADD', key('scores'), number, `m${slot}`]], ({ scores }) => scores.set(`m${slot}`, number));
    case 7:
      return step([['XADD', key('entries'), 'MAXLEN', 20, `${number}-1`, 'text', text]], ({ entries }) => {
        entries.push(`${number}-1`);
        entries.splice(0, entries.length - 20);
      });
    case 8: {
      const amount = 1 + chance.below(100);
      return step(
        transaction([
          ['DECRBY', key('from'), amount],
          ['HSET', key('hash'), 'transfer', text],
          ['INCRBY', key('to'), amount],
        ]),
        (holdings) => {
          holdings.from -= amount;
          holdings.to += amount;
          holdings.hash.set('transfer', text);
        },
      );
    }
    case 9:
      return step(
        transaction([
          ['SET', `${key('text')}:news`, text],
          ['PUBLISH', CHANNEL, text],
        ]),
        ({ texts }) => texts.set('news', text),
      );
    default: {
      const pool = chance.pick(POOLS);
      return step([offerTo(pool, text, number)], () => undefined, pool);
    }
  }
}

function transaction(commands: Step['commands']): Step['commands'] {
  return [['MULTI'], ...commands, ['EXEC']];
}

function offerTo(pool: PoolName, text: string, number: number): readonly (string | number)[] {
  switch (pool) {
    case 'drawn':
      return ['SADD', 'pool:drawn', text];
    case 'ranked':
      return ['ZADD', 'pool:ranked', number, text];
    case 'read':
      return ['XADD', 'pool:read', '*', 'text', text];
    default:
      return ['LPUSH', `pool:${pool}`, text];
  }
}
