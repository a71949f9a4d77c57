/** The sections of INFO about the server itself, its clients and its memory. */
import { arch, release, type as systemName, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { PastPlace } from '../../calls/contracts/past.ts';
import type { Stats } from '../../calls/contracts/stats.ts';
import type { Config, Memory } from '../../calls/parts.ts';
import { DATABASES, databaseOf, type KeySpace } from '../../model/key-space.ts';
import { type Fields, humanBytes } from './info.ts';
import { refoldVersion } from './version.ts';

/** What does not change while the server runs. */
export interface ServerIdentity {
  readonly startedAt: number;
  /** 40 hexadecimal digits. */
  readonly runId: string;
  readonly configFile: string;
}

export function serverFields(identity: ServerIdentity, config: Config, version: string, now: number): Fields {
  const uptime = Math.floor((now - identity.startedAt) / 1000);
  return [
    ['redis_version', version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['refold_version', refoldVersion()],
    ['redis_mode', 'standalone'],
    ['os', `${systemName()} ${release()} ${arch()}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'libuv'],
    ['atomicvar_api', 'none'],
    ['gcc_version', '0.0.0'],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', identity.runId],
    ['tcp_port', config.text('port')],
    ['server_time_usec', now * 1000],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86_400)],
    ['hz', config.text('hz')],
    ['configured_hz', config.text('hz')],
    ['lru_clock', Math.floor(now / 1000) & 0xff_ff_ff],
    ['executable', process.argv[1] ?? process.execPath],
    ['config_file', identity.configFile],
    ['io_threads_active', 0],
  ];
}

export function memoryFields(memory: Memory, stats: Stats, config: Config): Fields {
  const { used_heap_size: heap, heap_size_limit: limit, total_heap_size: total } = getHeapStatistics();
  const rss = process.memoryUsage.rss();
  const used = memory.used();
  const peak = memory.peak();
  const data = memory.stateBytes;
  const overhead = used - data;
  const system = totalmem();
  const maxmemory = config.number('maxmemory');
  const ratio = rss / Math.max(used, 1);
  return [
    ...withHuman('used_memory', used),
    ...withHuman('used_memory_rss', rss),
    ...withHuman('used_memory_peak', peak),
    ['used_memory_peak_perc', `${((used / peak) * 100).toFixed(2)}%`],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', overhead - memory.bufferBytes],
    ['used_memory_dataset', data],
    ['used_memory_dataset_perc', `${((data / Math.max(data + memory.bufferBytes, 1)) * 100).toFixed(2)}%`],
    ['allocator_allocated', heap],
    ['allocator_active', total],
    ['allocator_resident', rss],
    ...withHuman('total_system_memory', system),
    ['used_memory_lua', 0],
    ['used_memory_vm_eval', 0],
    ['used_memory_lua_human', '0B'],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', 0],
    ...withHuman('used_memory_vm_total', 0),
    ['used_memory_functions', 0],
    ...withHuman('used_memory_scripts', 0),
    ...withHuman('maxmemory', maxmemory),
    ['maxmemory_policy', config.text('maxmemory-policy')],
    ['refold_heap_limit', limit],
    ['allocator_frag_ratio', (total / heap).toFixed(2)],
    ['allocator_frag_bytes', total - heap],
    ['allocator_rss_ratio', (rss / total).toFixed(2)],
    ['allocator_rss_bytes', rss - total],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', ratio.toFixed(2)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', memory.bufferBytes],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'v8'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', stats.lazyFreed],
  ];
}

function withHuman(name: string, bytes: number): Fields {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
}

/** Where a server is that only reads its file. */
export interface Reading {
  /** The place that it shows; undefined when it follows the file. */
  readonly moment: PastPlace | undefined;
  readonly isFollowing: boolean;
  /** Durable events that its state does not have yet. */
  readonly lag: number;
}

/** A server that only reads stands here as a replica, so that clients see it as one. Its master is the file. */
export function replicationFields(
  replicationId: string,
  offset: number,
  config: Config,
  reading: Reading | undefined,
): Fields {
  return [
    ...(reading === undefined ? MASTER_FIELDS : readingFields(reading, offset)),
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', replicationId],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', offset],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', config.text('repl-backlog-size')],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

const MASTER_FIELDS: Fields = [['role', 'master']];

function readingFields({ moment, isFollowing, lag }: Reading, offset: number): Fields {
  return [
    ['role', 'slave'],
    ['master_host', ''],
    ['master_port', 0],
    ['master_link_status', isFollowing ? 'up' : 'down'],
    ['master_sync_in_progress', 0],
    ['slave_read_repl_offset', offset],
    ['slave_repl_offset', offset],
    ['slave_priority', 0],
    ['slave_read_only', 1],
    ['replica_announced', 0],
    ...(moment === undefined
      ? ([['refold_lag', lag]] as const)
      : ([
          ['refold_at_sequence', moment.sequence],
          ['refold_at_time', new Date(moment.recordedAt).toISOString()],
        ] as const)),
  ];
}

export function cpuFields(): Fields {
  const { user, system } = process.cpuUsage();
  const seconds = (micros: number): string => (micros / 1e6).toFixed(6);
  return [
    ['used_cpu_sys', seconds(system)],
    ['used_cpu_user', seconds(user)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', seconds(system)],
    ['used_cpu_user_main_thread', seconds(user)],
  ];
}

/** @param now ms since the epoch */
export function keySpaceFields(space: KeySpace, now: number): Fields {
  return Array.from({ length: DATABASES }, (_, db) => ({ db, ...databaseOf(space, db) }))
    .filter(({ keys }) => keys.keys.length > 0)
    .map(({ db, keys, expires }) => [
      `db${db}`,
      `keys=${keys.keys.length},expires=${expires.keys.length},avg_ttl=${averageTtl(expires, now)}`,
    ]);
}

/** The mean of a few keys, in ms. Redis estimates it as well. */
function averageTtl({ values }: { readonly values: readonly number[] }, now: number): number {
  const sample = values.slice(0, 16);
  if (sample.length === 0) return 0;
  const sum = sample.reduce((total, at) => total + Math.max(at - now, 0), 0);
  return Math.round(sum / sample.length);
}
