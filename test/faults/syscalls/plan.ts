/** Which system call fails, how, and when: all cases, and a fair order to try them. */
import type { Chance } from '../judging/chance.ts';
import type { Injection, SystemCall } from './tracer.ts';

/** A new log, or a log after a crash with a full write-ahead log. */
export const BASES = ['fresh', 'crashed'] as const;

export type Base = (typeof BASES)[number];

export type Case = { readonly base: Base; readonly seed: number } & (
  | { readonly kind: 'inject'; readonly injection: Injection; readonly harmless: boolean }
  /** No file may grow beyond `bytes`: such a write is shortened, and the next one fails. */
  | { readonly kind: 'limit'; readonly bytes: number }
);

export type Counts = { readonly [B in Base]: ReadonlyMap<SystemCall, number> };

/** True where SQLite and Node retry after an interruption, so that it must have no effect. */
const RETRIED: readonly SystemCall[] = ['openat', 'pread64', 'pwrite64', 'ftruncate'];

/**
 * `once`: the nth call; `on`: the nth and all later ones. A permanent interruption would make the process wait forever.
 */
const EFFECTS: readonly { readonly effect: string; readonly when: (nth: number) => string }[] = [
  'EIO',
  'ENOSPC',
  'EINTR',
].flatMap((error) => [
  { effect: `error=${error}`, when: (nth: number) => String(nth) },
  { effect: `error=${error}`, when: (nth: number) => (error === 'EINTR' ? `${nth}..${nth + 9}` : `${nth}+`) },
]);

/** A write that reports zero bytes. */
const NOTHING_WRITTEN = [
  { effect: 'retval=0', when: (nth: number) => String(nth) },
  { effect: 'retval=0', when: (nth: number) => `${nth}+` },
];

/** Limits grow in steps of an odd size, so that writes are shortened at every position in a page. */
const LIMIT_STEP_BYTES = 1_237;
const LIMITS = 120;

/** All cases, by group: one group per base, call, effect and manner. */
export function allCases(counts: Counts, seed: number): Case[][] {
  return BASES.flatMap((base) => [
    ...[...counts[base]].flatMap(([call, count]) =>
      injections(call).map((one) => casesOf(base, seed, call, count, one)),
    ),
    Array.from({ length: LIMITS }, (_, step) => ({
      base,
      seed,
      kind: 'limit' as const,
      bytes: step * LIMIT_STEP_BYTES,
    })),
  ]).filter((group) => group.length > 0);
}

function injections(call: SystemCall): typeof EFFECTS {
  return call === 'pwrite64' ? [...EFFECTS, ...NOTHING_WRITTEN] : EFFECTS;
}

function casesOf(
  base: Base,
  seed: number,
  call: SystemCall,
  count: number,
  { effect, when }: (typeof EFFECTS)[number],
): Case[] {
  const harmless = effect === 'error=EINTR' && RETRIED.includes(call);
  return Array.from({ length: count }, (_, index) => ({
    base,
    seed,
    kind: 'inject',
    injection: { call, effect, when: when(index + 1) },
    harmless,
  }));
}

/** All cases in a random order. Every prefix holds equally many of each group that is not used up. */
export function inFairOrder(groups: readonly Case[][], chance: Chance): Case[] {
  const shuffled = shuffle(groups, chance).map((group) => shuffle(group, chance));
  const longest = Math.max(...groups.map((group) => group.length));
  return Array.from({ length: longest }, (_, round) => shuffled.flatMap((group) => group[round] ?? [])).flat();
}

function shuffle<T>(items: readonly T[], chance: Chance): T[] {
  return items
    .map((item) => ({ item, key: chance.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** A case in one line, to repeat it. */
export function describeCase(one: Case): string {
  const what =
    one.kind === 'limit'
      ? `no file over ${one.bytes} bytes`
      : `${one.injection.call}:${one.injection.effect}:when=${one.injection.when}`;
  return `${what}, ${one.base} log, ledger ${one.seed}`;
}
