/**
 * Which of the files that take long `npm test` runs: one in three, at random. The others of these files take no more than seconds
 * each, and are all run. `REFOLD_FILES=all` runs all of them, as the gate does, and `REFOLD_FILES=NUMBER` those of a run that
 * printed this number.
 */
import { chanceOf } from './faults/judging/chance.ts';
import { RUNS_ALL } from './sample.ts';

/** One is drawn of so many. */
const OF = 3;

/** Below `test/`, without `.test.ts`; the longest first, so that each draw takes about the same time. */
export const LONG_FILES: readonly string[] = [
  'contracts/sqlite-log',
  'redis/transfer',
  'examples/orderbook/main',
  'engine/open-stores',
  'examples/orderbook/studio/trading',
  'redis/server/persistence/endings',
  'examples/orderbook/publishing/publisher',
  'redis/past/past',
  'engine/upkeep/compaction',
  'log/sqlite/writing/full-disk',
  'engine/upkeep/backup-to',
  'examples/orderbook/following/import',
  'engine/upkeep/repair',
  'log/sqlite/file/files',
  'engine/importing/import-events',
  'engine/replica/replica',
  'package/types',
  'cli/import-edges',
  'examples/orderbook/following/lobster-damage',
  'studio/troubles',
  'log/sqlite/file/witness',
  'package/bundlers',
  'engine/upkeep/restore',
  'package/sessions/sessions',
  'engine/past/tags',
  'engine/snapshots/snapshotter',
  'cli/commands',
  'engine/writing/order',
  'engine/upkeep/tag-lists',
  'engine/read-only',
  'studio/oracle',
  'examples/orderbook/studio/command',
  'studio/open-studio',
  'examples/orderbook/lobster',
  'engine/past/projection-failures',
  'log/sqlite/writing/ids',
  'log/blocks/cut-records',
  'engine/looking/warm',
  'redis/commands/transactions/transactions',
  'examples/orderbook/questions/commands',
  'examples/orderbook/publishing/command',
  'log/sqlite/redacting/scrubbing',
  'log/sqlite/reading/hostile',
  'cli/json/json',
  'engine/waiting/wait-for-lock',
  'engine/store',
  'engine/snapshots/nested-collections',
  'threads/timers',
  'cli/wrong/calls',
  'redis/server/commit-size',
  'cli/transfer',
  'redis/server/persistence/reading',
  'engine/upkeep/upkeep',
  'engine/upkeep/copy-log',
  'cli/load-model',
  'log/sqlite/writing/durability',
  'redis/model/every-kind',
  'examples/orderbook/studio/views',
  'examples/orderbook/questions/diff',
  'cli/serving/serve',
  'examples/orderbook/following/itch/faults',
  'engine/looking/cursor',
  'cli/ending/broken-output',
  'engine/looking/questions/why',
  'examples/orderbook/questions/trades',
  'engine/writing/transact',
  'log/sqlite/writing/checkpointer',
  'cli/loading/loud-models',
  'log/id-filter',
  'examples/orderbook/following/mbo',
  'log/sqlite/sealing/sealer',
  'faults/redis-kill/accounts',
  'engine/writing/fold-in-decide',
  'log/sqlite/file/leftovers',
  'package/documents',
  'engine/following/following',
  'examples/orderbook/following/itch/import',
  'faults/live/live',
  'studio/views/views',
  'redis/model/effects',
  'log/sqlite/reading/damage',
  'golden/habits',
  'cli/serving/studio',
  'log/sqlite/reading/cut-short',
  'examples/orderbook/questions/depth',
  'examples/orderbook/consensus',
  'engine/writing/strict',
  'engine/writing/call-input',
  'engine/writing/concurrency',
  'examples/orderbook/following/l3',
  'model/habits',
  'package/test-runners',
  'log/sqlite/writing/crash-steps',
  'examples/orderbook/following/l2/books',
  'engine/past/verify-file',
  'cli/completion/facts',
  'redis/server/keeping/heap',
  'engine/writing/reentrancy',
  'examples/orderbook-model/sums',
  'engine/erasing/redaction',
  'engine/roles/standby-life',
  'examples/orderbook/questions/order-life',
  'engine/log-source',
  'engine/looking/past',
  'engine/roles/standby',
  'redis/differential/differential',
  'engine/writing/outcomes',
  'cli/ending/interrupted',
  'examples/orderbook/lobster-mutations',
  'engine/past/recovery',
  'fold/fold-equivalence',
];

const NUMBERS = 1_000_000;

/** The number that decides what is drawn, or `all`. @throws Error for anything else in `REFOLD_FILES` */
export function wantedFiles(text: string | undefined = process.env.REFOLD_FILES): number | 'all' {
  if (text === 'all' || (text === undefined && RUNS_ALL)) return 'all';
  if (text === undefined) return Math.floor(Math.random() * NUMBERS);
  if (!/^\d{1,6}$/.test(text)) throw new Error(`REFOLD_FILES is all, or a number below ${NUMBERS}, not ${text}`);
  return Number(text);
}

/** The long files that are left out: two of each three neighbours. Pure. */
export function leftOut(wanted: number | 'all', files: readonly string[] = LONG_FILES): string[] {
  if (wanted === 'all') return [];
  const chance = chanceOf(wanted);
  const groups = Array.from({ length: Math.ceil(files.length / OF) }, (_, nth) =>
    files.slice(nth * OF, (nth + 1) * OF),
  );
  const drawn = groups.map((group) => chance.pick(group));
  return files.filter((file) => !drawn.includes(file));
}

/** For the first line of a run. */
export function saidOf(wanted: number | 'all'): string {
  if (wanted === 'all') return 'All files of tests';
  const run = LONG_FILES.length - leftOut(wanted).length;
  const again = `REFOLD_FILES=${wanted} draws the same, REFOLD_FILES=all takes all`;
  return `${run} of the ${LONG_FILES.length} files that take long, and all others: ${again}`;
}
