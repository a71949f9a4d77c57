/**
 * What the figures are held against: ratios within one run, on one machine.
 *
 * A ratio names the rows it compares; where several stand on one side, the best of them counts. Rows that are missing,
 * because a workload was left out or a library is absent, leave the ratio out.
 */
import { median } from './statistics.ts';
import type { Row } from './workload.ts';

export interface Aim {
  readonly name: string;
  readonly what: string;
  /** The figure above the line, and the best of the rows below it. */
  readonly over: (row: (name: string) => number) => number;
  readonly under: (row: (name: string) => number) => number;
  /** What the ratio should be at least, or at most; without either it is for information. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Ratio {
  readonly name: string;
  readonly what: string;
  readonly ratio: number;
  readonly aim: string;
  readonly reached: boolean | undefined;
}

type Figure = (name: string) => number;

const AIMS: readonly Aim[] = [
  {
    name: 'concurrent-vs-emmett',
    what: '1,000 concurrent appenders, synced, atomic ÷ the best of emmett-sqlite with as many, early acknowledgement allowed',
    over: (row) => row('append-concurrent-atomic'),
    under: (row) => Math.max(row('emmett-concurrent'), row('emmett-concurrent-early')),
    atLeast: 10,
  },
  {
    name: 'concurrent-vs-durable-event-storage',
    what: 'the same ÷ event-storage, made durable by a flush of ours after every 1,000 commits (it has no such mode)',
    over: (row) => row('append-concurrent-atomic'),
    under: (row) => row('es-durable'),
  },
  {
    name: 'batch-vs-emmett',
    what: 'batches of 1,000, synced, atomic ÷ emmett-sqlite',
    over: (row) => row('append-batch-atomic'),
    under: (row) => row('emmett-batch'),
  },
  {
    name: 'batch-direct-vs-emmett',
    what: 'batches of 1,000, synced, direct ÷ emmett-sqlite',
    over: (row) => row('append-batch-direct'),
    under: (row) => row('emmett-batch'),
  },
  {
    name: 'os-batch-vs-event-storage',
    what: "batches of 1,000, not synced, direct ÷ event-storage's unsynced commits",
    over: (row) => row('append-os-batch-direct'),
    under: (row) => Math.max(row('es-commit'), row('es-commit-batch')),
    atLeast: 2,
  },
  {
    name: 'batch-vs-redis',
    what: 'batches of 1,000, synced, direct ÷ Redis SET, AOF always, pipeline 50',
    over: (row) => row('append-batch-direct'),
    under: (row) => row('redis'),
    atLeast: 1,
  },
  {
    name: 'replay-vs-event-storage',
    what: "replay with fold, sealed, orders table ÷ event-storage's decoded scan without a fold",
    over: (row) => row('replay-sealed'),
    under: (row) => row('es-scan'),
    atLeast: 2,
  },
  {
    name: 'book-replay-vs-event-storage',
    what: "replay with fold, sealed, order book ÷ event-storage's decoded scan without a fold",
    over: (row) => row('book-replay-sealed'),
    under: (row) => row('es-scan'),
    atLeast: 2,
  },
  ideal('replay', 'orders table'),
  ideal('book-replay', 'order book'),
  {
    name: 'lone-vs-bare',
    what: 'median latency of a lone append, synced ÷ write + fdatasync (the faster of the two)',
    over: (row) => row('append-lone:p50'),
    under: (row) => Math.min(row('bare-lone:p50'), row('bare-lone-prepared:p50')),
    atMost: 2,
  },
  {
    name: 'table-p99',
    what: 'p99 of a commit into the largest table ÷ into the smallest',
    over: (row) => row('table-largest:p99'),
    under: (row) => row('table-smallest:p99'),
    atMost: 1.5,
  },
  {
    name: 'sealed-bytes',
    what: 'bytes per order-book event, sealed',
    over: (row) => row('book-replay-sealed-size'),
    under: () => 1,
    atMost: 12,
  },
  {
    name: 'book-vs-peer',
    what: 'limit orders into a durable log, direct ÷ nodejs-order-book in memory',
    over: (row) => row('book-limit-direct'),
    under: (row) => row('book-limit-peer'),
  },
  {
    name: 'tape-vs-peer',
    what: 'GOOG tape into a durable log, direct ÷ nodejs-order-book in memory',
    over: (row) => row('book-tape-direct'),
    under: (row) => row('book-tape-peer'),
  },
];

function ideal(prefix: string, words: string): Aim {
  return {
    name: `${prefix}-vs-ideal`,
    what: `replay with fold, sealed, ${words} ÷ its ideal, 1 / (1/decode + 1/fold)`,
    over: (row) => row(`${prefix}-sealed`),
    under: (row) => 1 / (1 / row(`${prefix}-decode`) + 1 / row(`${prefix}-fold`)),
    atLeast: 0.75,
  };
}

/** How many ratios have an aim. */
export const AIMED: number = AIMS.filter(({ atLeast, atMost }) => (atLeast ?? atMost) !== undefined).length;

/** The ratios whose rows are there, in the order of the aims. */
export function ratiosOf(rows: readonly Row[]): Ratio[] {
  const figures = new Map<string, number>();
  for (const { name, runs, latency } of rows) {
    figures.set(name, median(runs));
    if (latency !== undefined) figures.set(`${name}:p50`, latency.p50).set(`${name}:p99`, latency.p99);
  }
  const row: Figure = (name) => figures.get(name) ?? Number.NaN;
  return AIMS.flatMap(({ name, what, over, under, atLeast, atMost }) => {
    const ratio = over(row) / under(row);
    if (!Number.isFinite(ratio)) return [];
    const aim = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';
    return [{ name, what, ratio, aim, reached: isReached(ratio, atLeast, atMost) }];
  });
}

function isReached(ratio: number, atLeast: number | undefined, atMost: number | undefined): boolean | undefined {
  if (atLeast !== undefined) return ratio >= atLeast;
  if (atMost !== undefined) return ratio <= atMost;
  return undefined;
}
