/** A parameter of redis.conf, and the short forms in which the tables are written. */
import { LARGEST_COMMIT } from '../../calls/limits.ts';
import {
  anyText,
  BOUNDS,
  integer,
  type Kind,
  keyspaceEvents,
  memory,
  memoryOrPercent,
  oneOf,
  percentiles,
  unsignedMemory,
  yesNo,
} from './kinds.ts';

export interface Parameter {
  readonly name: string;
  /** Its older name, which CONFIG gives back as well. */
  readonly alias?: string;
  readonly kind: Kind;
  /** In the canonical spelling. */
  readonly standard: string;
  /** Whether CONFIG SET refuses it: the command line and the file set it. */
  readonly isImmutable?: true;
  /** Whether CONFIG SET needs `enable-protected-configs`. */
  readonly isProtected?: true;
  /** Whether `CONFIG GET` leaves it out, unless it is asked for by its name. */
  readonly isHidden?: true;
}

type Traits = Partial<Pick<Parameter, 'alias' | 'isImmutable' | 'isProtected' | 'isHidden'>>;

export const FIXED: Traits = { isImmutable: true };
export const HIDDEN: Traits = { isHidden: true };

export function parameter(name: string, kind: Kind, standard: string | number, traits: Traits = {}): Parameter {
  return { name, kind, standard: String(standard), ...traits };
}

/** Switches, all with one default. */
export function switches(standard: 'yes' | 'no', names: string, traits?: Traits): Parameter[] {
  return names.split(' ').map((name) => parameter(name, yesNo, standard, traits));
}

/** Texts that are empty by default. */
export function texts(names: string, traits?: Traits): Parameter[] {
  return names.split(' ').map((name) => parameter(name, anyText, '', traits));
}

export function number(
  name: string,
  standard: number,
  bounds: keyof typeof BOUNDS | readonly [number | bigint, number | bigint] = 'int',
  traits?: Traits,
): Parameter {
  return parameter(name, integer(typeof bounds === 'string' ? BOUNDS[bounds] : bounds), standard, traits);
}

/** Bytes. @param min the least value */
export function size(name: string, standard: number, min = 0, traits?: Traits): Parameter {
  return parameter(name, memory(min), standard, traits);
}

/** One of some words, separated by spaces. */
export function choice(name: string, standard: string, words: string, traits?: Traits): Parameter {
  return parameter(name, oneOf(...words.split(' ')), standard, traits);
}

const MB = 1024 * 1024;

/** Parameters of data structures, memory, expiry and what the server watches. */
export const DATA_PARAMETERS: readonly Parameter[] = [
  number('hash-max-listpack-entries', 512, 'long', { alias: 'hash-max-ziplist-entries' }),
  size('hash-max-listpack-value', 64, 0, { alias: 'hash-max-ziplist-value' }),
  number('list-max-listpack-size', -2, 'signed', { alias: 'list-max-ziplist-size' }),
  number('list-compress-depth', 0),
  number('set-max-intset-entries', 512, 'long'),
  number('zset-max-listpack-entries', 128, 'long', { alias: 'zset-max-ziplist-entries' }),
  size('zset-max-listpack-value', 64, 0, { alias: 'zset-max-ziplist-value' }),
  size('hll-sparse-max-bytes', 3000),
  size('stream-node-max-bytes', 4096),
  number('stream-node-max-entries', 100, 'long'),
  number('databases', 16, [1, 16], FIXED),
  parameter('maxmemory', unsignedMemory, 0),
  choice(
    'maxmemory-policy',
    'noeviction',
    'volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu allkeys-random noeviction',
  ),
  number('maxmemory-samples', 5, [1, BOUNDS.int[1]]),
  number('maxmemory-eviction-tenacity', 10, [0, 100]),
  parameter('maxmemory-clients', memoryOrPercent, 0),
  number('lfu-log-factor', 10),
  number('lfu-decay-time', 1),
  number('active-expire-effort', 1, [1, 10]),
  ...switches(
    'no',
    'lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush',
  ),
  ...switches('no', 'activedefrag'),
  size('active-defrag-ignore-bytes', 100 * MB, 1),
  number('active-defrag-threshold-lower', 10, [0, 1000]),
  number('active-defrag-threshold-upper', 100, [0, 1000]),
  number('active-defrag-cycle-min', 1, [1, 99]),
  number('active-defrag-cycle-max', 25, [1, 99]),
  number('active-defrag-max-scan-fields', 1000, [1, BOUNDS.long[1]]),
  ...switches('yes', 'activerehashing jemalloc-bg-thread dynamic-hz'),
  number('hz', 10),
  parameter('notify-keyspace-events', keyspaceEvents, ''),
  number('tracking-table-max-keys', 1_000_000, 'long'),
  number('refold-past-states', 2),
  parameter('refold-largest-commit', memory(1024, BigInt(LARGEST_COMMIT)), LARGEST_COMMIT),
  number('slowlog-log-slower-than', 10_000, [-1, BOUNDS.long[1]]),
  number('slowlog-max-len', 128, 'long'),
  number('latency-monitor-threshold', 0, 'long'),
  ...switches('yes', 'latency-tracking'),
  parameter('latency-tracking-info-percentiles', percentiles, '50 99 99.9'),
  number('busy-reply-threshold', 5000, 'long', { alias: 'lua-time-limit' }),
  choice('sanitize-dump-payload', 'no', 'no yes clients'),
  choice('propagation-error-behavior', 'ignore', 'ignore panic panic-on-replicas'),
];
