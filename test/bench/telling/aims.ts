/**
 * What the figures are compared with, in the order of the report.
 *
 * Ratios within one run, on one machine, decide. An absolute aim is what a prototype reached on two cores of a server: it
 * says whether the engine is where it should be there, and nothing about another machine.
 */

import { type Aim, LESS, MORE } from './aim.ts';
import { lookingBack } from './looking-aims.ts';
import { POSTGRES_AIMS } from './postgres-aims.ts';
import { STUDIO_AIMS } from './studio-aims.ts';

export const AIMS: readonly Aim[] = [
  {
    name: 'concurrent-vs-emmett',
    what: '1,000 concurrent appenders, synced, atomic ÷ the best of emmett-sqlite with as many, early acknowledgement allowed',
    of: (row) => row('append-concurrent-atomic') / Math.max(row('emmett-concurrent'), row('emmett-concurrent-early')),
    atLeast: 10,
  },
  {
    name: 'concurrent',
    what: '1,000 concurrent appenders, synced, atomic',
    of: (row) => row('append-concurrent-atomic'),
    atLeast: 150_000,
    unit: 'events/s',
  },
  {
    name: 'concurrent-vs-durable-event-storage',
    what: 'the same ÷ event-storage, made durable by a flush of ours after every 1,000 commits (it has no such mode)',
    of: (row) => row('append-concurrent-atomic') / row('es-durable'),
  },
  {
    name: 'batch-vs-redis',
    what: 'batches of 1,000, synced, direct ÷ Redis SET, AOF always, pipeline 50',
    of: (row) => row('append-batch-direct') / row('redis'),
    atLeast: 1,
  },
  {
    name: 'batch',
    what: 'batches of 1,000, synced, direct',
    of: (row) => row('append-batch-direct'),
    atLeast: 600_000,
    unit: 'events/s',
  },
  {
    name: 'import-vs-batch',
    what: 'importEvents, synced, one commit per event, with its snapshots and close ÷ the same batches',
    of: (row) => row('import-events') / row('append-batch-direct'),
  },
  {
    name: 'batch-vs-parts',
    what: 'the same ÷ its parts, each alone: validating, folding and encoding, and beside them write + fdatasync',
    of: (row) => {
      const folding = 1 / row('part-validate') + 1 / row('part-fold') + 1 / row('part-encode');
      return row('append-batch-direct') * Math.max(folding, 1 / row('bare-batch'));
    },
  },
  {
    name: 'batch-vs-emmett',
    what: 'batches of 1,000, synced, atomic ÷ emmett-sqlite',
    of: (row) => row('append-batch-atomic') / row('emmett-batch'),
  },
  {
    name: 'batch-direct-vs-emmett',
    what: 'batches of 1,000, synced, direct ÷ emmett-sqlite',
    of: (row) => row('append-batch-direct') / row('emmett-batch'),
  },
  {
    name: 'os-batch-vs-event-storage',
    what: "batches of 1,000, not synced, direct ÷ event-storage's unsynced commits",
    of: (row) => row('append-os-batch-direct') / Math.max(row('es-commit'), row('es-commit-batch')),
    atLeast: 2,
  },
  {
    name: 'lone-vs-bare',
    what: 'median latency of a lone append, synced ÷ write + fdatasync (the faster of the two)',
    of: (row) => row('append-lone:p50') / Math.min(row('bare-lone:p50'), row('bare-lone-prepared:p50')),
    atMost: 2,
    guard: { better: 'less', indifferent: 2 },
  },
  {
    name: 'lone-vs-parts',
    what: "the same ÷ its parts, each alone: SQLite's commit of a row + a message to a thread and back",
    of: (row) => row('append-lone:p50') / (row('bare-commit:p50') + row('bare-hop:p50')),
  },
  {
    name: 'book-replay',
    what: 'replay with fold, sealed, order book',
    of: (row) => row('book-replay-sealed'),
    atLeast: 1_200_000,
    unit: 'events/s',
  },
  ideal('book-replay', 'order book'),
  ideal('replay', 'orders table'),
  {
    name: 'book-replay-vs-event-storage',
    what: "replay with fold, sealed, order book ÷ event-storage's decoded scan without a fold",
    of: (row) => row('book-replay-sealed') / row('es-scan'),
    atLeast: 2,
  },
  {
    name: 'replay-vs-event-storage',
    what: "replay with fold, sealed, orders table ÷ event-storage's decoded scan without a fold",
    of: (row) => row('replay-sealed') / row('es-scan'),
  },
  {
    name: 'open-promise',
    what: 'the worst open after SIGKILL, over all lengths of the log ÷ recoverWithin',
    of: (row) => row('open-worst') / row('open-promise'),
    atMost: 1,
  },
  {
    name: 'open-flat',
    what: 'open after SIGKILL, longest log ÷ shortest',
    of: (row) => row('open-largest') / row('open-smallest'),
    atMost: 1.3,
    guard: { better: 'less', indifferent: 4 },
  },
  {
    name: 'followers-vs-subscribers',
    what: 'processor time with 500 followers ÷ with 500 subscribers, both at 1,000 appends a second',
    of: (row) => row('fan-out-followers-500-cpu') / row('fan-out-subscribers-500-cpu'),
    atMost: 2,
    guard: { better: 'less', indifferent: 2 },
  },
  {
    name: 'fan-out-append',
    what: 'p99 of an append with 10,000 followers in batches ÷ without',
    of: (row) => row('fan-out-batches-10000:p99') / row('fan-out-none:p99'),
    atMost: 2,
  },
  {
    name: 'fan-out-memory',
    what: 'memory held with 10,000 followers in batches, beyond that without',
    of: (row) => row('fan-out-batches-10000-memory') - row('fan-out-none-memory'),
    atMost: 200,
    unit: 'MB',
  },
  {
    name: 'many-stores-memory',
    what: 'resident memory of 100 stores that share two threads',
    of: (row) => row('many-stores-shared-memory') * 100,
    atMost: 400,
    unit: 'MB',
  },
  {
    name: 'many-stores-descriptors',
    what: 'descriptors of each store that shares its thread, the threads included',
    of: (row) => row('many-stores-shared-descriptors'),
    atMost: 5,
    unit: 'descriptors',
  },
  {
    name: 'many-stores-stall',
    what: 'the longest append of a store while another one in its thread writes, waits for a lock and compacts',
    of: (row) => row('many-stores-beside-one-stall'),
    atMost: 50,
    unit: 'ms',
  },
  {
    name: 'reactors-vs-appends',
    what: 'effects that do nothing, one after the other ÷ lone appends: each waits for one sync',
    of: (row) => row('reactors-one') / row('reactors-appends'),
  },
  {
    name: 'redaction-vs-replay',
    what: 'redact one customer in a long sealed log ÷ a replay of the log',
    of: (row) => row('redaction') / row('redaction-replay'),
  },
  {
    name: 'projection-save',
    what: 'the longest delay of the event loop while a projection is saved',
    of: (row) => row('projection-save'),
    unit: 'ms',
  },
  {
    name: 'table-flat',
    what: 'p99 of an append, atomic, largest table ÷ smallest',
    of: (row) => row('table-largest:p99') / row('table-smallest:p99'),
    atMost: 1.5,
  },
  {
    name: 'nested-flat',
    what: 'median of an append that changes one entry of a Map in an entry, largest Map ÷ smallest',
    of: (row) => row('shape-map-large:p50') / row('shape-map-small:p50'),
    atMost: 1.5,
  },
  {
    name: 'snapshot-flat',
    what: 'p99 of an append while a snapshot of the largest state is written ÷ while none is',
    of: (row) => row('snapshot-largest-busy:p99') / row('snapshot-largest-quiet:p99'),
    atMost: 2,
  },
  {
    name: 'at',
    what: '`at` anywhere in the longest log, median',
    of: (row) => row('at-largest'),
    atMost: 100,
    unit: 'ms',
  },
  {
    name: 'at-flat',
    what: '`at` anywhere, longest log ÷ shortest',
    of: (row) => row('at-largest') / row('at-smallest'),
    atMost: 1.5,
    // In so short a log the places of keyframes are chance. Without keyframes the figure is a multiple of this.
    guard: { better: 'less', indifferent: 6 },
  },
  ...lookingBack(),
  ...STUDIO_AIMS,
  ...POSTGRES_AIMS,
  {
    name: 'tags-statement-vs-at',
    what: 'the last 50 events of one account in the longest log ÷ `at` in it',
    of: (row) => row('tags-statement') / row('tags-at'),
    atMost: 20,
  },
  {
    name: 'tags-rare-vs-at',
    what: 'the only event of an account in the longest log ÷ `at` in it',
    of: (row) => row('tags-rare') / row('tags-at'),
    atMost: 20,
  },
  ...['events', 'follow'].flatMap((call) => [...loopDelays(call, 'small'), ...loopDelays(call, 'large')]),
  {
    name: 'replay-memory',
    what: 'peak memory of replaying the longest log, beyond a process that only has the state',
    of: (row) => row('replay-memory') - row('state-memory'),
    atMost: 200,
    unit: 'MB',
    guard: { better: 'less', indifferent: 50 },
  },
  {
    name: 'replay-memory-vs-fold',
    what: 'the same ÷ that of a process that folds as many events without a log',
    of: (row) => (row('replay-memory') - row('state-memory')) / (row('fold-memory') - row('state-memory')),
  },
  {
    name: 'sealed-bytes',
    what: 'size of an order-book event, sealed',
    of: (row) => row('book-replay-sealed-size'),
    atMost: 12,
    unit: 'bytes',
    guard: LESS,
  },
  {
    name: 'import',
    what: 'importing the package in a fresh process, beyond the start of Node',
    of: (row) => row('process-import') - row('process-start'),
    atMost: 60,
    unit: 'ms',
  },
  {
    name: 'book-vs-peer',
    what: 'limit orders into a durable log, direct ÷ nodejs-order-book in memory',
    of: (row) => row('book-limit-direct') / row('book-limit-peer'),
  },
  {
    name: 'tape-vs-peer',
    what: 'GOOG tape into a durable log, direct ÷ nodejs-order-book in memory',
    of: (row) => row('book-tape-direct') / row('book-tape-peer'),
    atLeast: 0.5,
  },
  {
    name: 'tape-atomic-vs-peer',
    what: 'the same, atomic',
    of: (row) => row('book-tape-atomic') / row('book-tape-peer'),
    atLeast: 0.3,
  },
  {
    name: 'tape-single-vs-peer',
    what: 'the same, direct, one command a commit',
    of: (row) => row('book-tape-direct-single') / row('book-tape-peer'),
  },
  {
    name: 'tape-atomic-single-vs-peer',
    what: 'the same, atomic, one command a commit',
    of: (row) => row('book-tape-atomic-single') / row('book-tape-peer'),
  },
  {
    name: 'follow-vs-peer',
    what: 'GOOG followed into a durable log, direct ÷ nodejs-order-book in memory',
    of: (row) => row('book-follow-direct') / row('book-follow-peer'),
    atLeast: 0.6,
  },
  {
    name: 'follow-atomic-vs-direct',
    what: 'GOOG followed into a durable log, atomic ÷ direct',
    of: (row) => row('book-follow-atomic') / row('book-follow-direct'),
    atLeast: 0.5,
  },
  {
    name: 'follow-single-vs-peer',
    what: 'GOOG followed, direct, one message a commit ÷ nodejs-order-book in memory',
    of: (row) => row('book-follow-direct-single') / row('book-follow-peer'),
  },
  {
    name: 'follow-atomic-single-vs-direct',
    what: 'GOOG followed, one message a commit, atomic ÷ direct',
    of: (row) => row('book-follow-atomic-single') / row('book-follow-direct-single'),
  },
  {
    name: 'ids',
    what: '1,000 commands in flight, synced, atomic, with a commandId that counts up ÷ without',
    of: (row) => row('execute-ids') / row('execute'),
    atLeast: 0.75,
  },
  {
    name: 'random-ids',
    what: 'the same with random ids, which are spread over the whole index of ids',
    of: (row) => row('execute-random-ids') / row('execute'),
  },
  {
    name: 'strict',
    what: '1,000 commands in flight, synced, atomic, strict ÷ not',
    of: (row) => row('execute-strict') / row('execute'),
  },
  {
    name: 'batch-vs-bare',
    what: 'batches of 1,000, synced, direct ÷ write + fdatasync of the same as JSON',
    of: (row) => row('append-batch-direct') / row('bare-batch'),
    guard: MORE,
  },
  {
    name: 'concurrent-vs-bare',
    what: '1,000 concurrent appenders, synced, atomic ÷ write + fdatasync of 1,000 at a time',
    of: (row) => row('append-concurrent-atomic') / row('bare-batch'),
    guard: MORE,
  },
  {
    name: 'atomic-vs-direct',
    what: 'batches of 1,000, synced, atomic ÷ direct',
    of: (row) => row('append-batch-atomic') / row('append-batch-direct'),
    guard: MORE,
  },
  {
    name: 'replay-vs-parse',
    what: 'replay with fold, sealed, orders table ÷ JSON.parse of the same events',
    of: (row) => row('replay-sealed') / row('bare-parse'),
    guard: MORE,
  },
  {
    name: 'open-replay-vs-parse',
    what: 'replay with fold, open blocks, orders table ÷ JSON.parse of the same events',
    of: (row) => row('replay-open') / row('bare-parse'),
    guard: MORE,
  },
  {
    name: 'table-median',
    what: 'median of an append, atomic, largest table ÷ smallest',
    of: (row) => row('table-largest:p50') / row('table-smallest:p50'),
    guard: LESS,
  },
  {
    name: 'nested-vs-composite',
    what: 'median of an append, a Map of the largest size in an entry ÷ a table with a composite key',
    of: (row) => row('shape-map-large:p50') / row('shape-composite-large:p50'),
  },
  ...['ordered', 'deque', 'array', 'object'].map(
    (shape): Aim => ({
      name: `shape-${shape}`,
      what: `the same in the shape "${shape}", ${['array', 'object'].includes(shape) ? '50,000 members' : 'largest'} ÷ smallest`,
      of: (row) => row(`shape-${shape}-large:p50`) / row(`shape-${shape}-small:p50`),
    }),
  ),
  {
    name: 'snapshot-pause',
    what: 'the longest append while a snapshot of the largest state is written ÷ the time that the snapshot takes',
    of: (row) => row('snapshot-largest-longest') / row('snapshot-largest-time'),
    guard: { better: 'less', indifferent: 0.15 },
  },
  {
    name: 'import-vs-start',
    what: 'a process that imports the package ÷ one that does nothing',
    of: (row) => row('process-import') / row('process-start'),
    guard: LESS,
  },
  ...['SET', 'INCR', 'LPUSH', 'ZADD', 'HSET'].flatMap((command) => [
    serving(command, 1, 'redis', 0.6),
    serving(command, 16, 'redis', 0.4),
  ]),
  serving('GET', 1, 'redis', 0.5),
  serving('GET', 16, 'redis', 0.25),
  ...['SET', 'GET', 'INCR'].map((command) => serving(command, 1, 'js', 1)),
  ...['LPUSH', 'ZADD'].map((command) => serving(command, 1, 'js', 20)),
  ...['HSET', 'ZADD', 'ZRANK', 'LPUSH', 'SRANDMEMBER'].map(
    (command): Aim => ({
      name: `large-${command}`,
      what: `${command} on a key of a million entries ÷ on one of a thousand`,
      of: (row) => row(`large-${command}-large`) / row(`large-${command}-small`),
      atLeast: 0.7,
    }),
  ),
  ...['keys', 'members'].map(
    (content): Aim => ({
      name: `bgsave-${content}`,
      what: `p99 of SET beside BGSAVE ÷ quiet, over ${content === 'keys' ? 'many keys' : 'one large key'}`,
      of: (row) => row(`bgsave-${content}`) / row(`quiet-${content}`),
      atMost: 2,
    }),
  ),
  {
    name: 'restart-vs-redis',
    what: "restart of the Redis-compatible server ÷ Redis's load of its AOF of the same writes",
    of: (row) => row('restart-refold') / row('restart-redis'),
    atMost: 1,
  },
  {
    name: 'memory-vs-redis',
    what: 'resident memory of keys with short strings ÷ Redis',
    of: (row) => row('memory-of-keys-refold') / row('memory-of-keys-redis'),
  },
];

/** How long the event loop waits while a call reads the log: the p99 of its delays, and the longest one. */
function loopDelays(call: string, size: 'small' | 'large'): Aim[] {
  const name = `${call}-loop-${size}`;
  const events = size === 'small' ? 'small events' : 'events of 64 KiB';
  return [
    {
      name,
      what: `the event loop while ${call} reads ${events}, p99 of its delays`,
      of: (row) => row(`${name}:p99`),
      atMost: 10,
      unit: 'ms',
    },
    { name: `${name}-longest`, what: 'the same, the longest delay', of: (row) => row(name), atMost: 25, unit: 'ms' },
  ];
}

/** A command of the Redis-compatible server against another server, in the same run. */
function serving(command: string, pipeline: number, other: 'redis' | 'js', atLeast: number): Aim {
  const name =
    other === 'redis' ? 'Redis with AOF, both synced always' : 'js-redis-server, which keeps nothing on disk';
  const entries = ['LPUSH', 'ZADD', 'HSET'].includes(command) ? ' on a key of 100,000 entries' : '';
  return {
    name: `serve-${command}-${pipeline}-vs-${other}`,
    what: `${command}${entries}, 50 clients, pipeline ${pipeline} ÷ ${name}`,
    of: (row) => row(`serve-${command}-${pipeline}-refold`) / row(`serve-${command}-${pipeline}-${other}`),
    atLeast,
  };
}

/** Decoding and folding one after the other, each as fast as alone. */
function ideal(prefix: string, words: string): Aim {
  return {
    name: `${prefix}-vs-ideal`,
    what: `replay with fold, sealed, ${words} ÷ its ideal, 1 / (1/decode + 1/fold)`,
    of: (row) => row(`${prefix}-sealed`) * (1 / row(`${prefix}-decode`) + 1 / row(`${prefix}-fold`)),
    atLeast: 0.75,
    guard: MORE,
  };
}
