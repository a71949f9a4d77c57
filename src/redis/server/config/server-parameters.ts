/** Parameters of the server: files, network, persistence, replication. Where one has no meaning here it is kept and given back. */

import { bufferLimits, STANDARD_BUFFER_LIMITS } from './buffer-limits.ts';
import {
  anyText,
  BOUNDS,
  hostname,
  octal,
  oomScores,
  plainName,
  saveRules,
  shutdownOptions,
  titleTemplate,
} from './kinds.ts';
import { choice, FIXED, HIDDEN, number, type Parameter, parameter, size, switches, texts } from './parameters.ts';

const MB = 1024 * 1024;

const PROCESS: readonly Parameter[] = [
  parameter('dir', anyText, '.', { isProtected: true }),
  ...switches('no', 'daemonize always-show-logo syslog-enabled', FIXED),
  choice('supervised', 'no', 'upstart systemd auto no', FIXED),
  ...texts('pidfile logfile aclfile server_cpulist bio_cpulist aof_rewrite_cpulist bgsave_cpulist', FIXED),
  choice('loglevel', 'notice', 'debug verbose notice warning'),
  parameter('syslog-ident', anyText, 'redis', FIXED),
  choice('syslog-facility', 'local0', 'user local0 local1 local2 local3 local4 local5 local6 local7', FIXED),
  ...switches('yes', 'crash-log-enabled crash-memcheck-enabled'),
  ...switches('yes', 'set-proc-title disable-thp', FIXED),
  parameter('proc-title-template', titleTemplate, '{title} {listen-addr} {server-mode}'),
  choice('oom-score-adj', 'no', 'no yes relative absolute'),
  parameter('oom-score-adj-values', oomScores, '0 200 800'),
  ...texts('ignore-warnings'),
  number('io-threads', 1, [1, 128], FIXED),
  ...switches('no', 'io-threads-do-reads', FIXED),
  choice('enable-debug-command', 'no', 'no yes local', FIXED),
  choice('enable-module-command', 'no', 'no yes local', FIXED),
  choice('enable-protected-configs', 'no', 'no yes local', FIXED),
  number('watchdog-period', 0, 'int', HIDDEN),
  ...switches('no', 'use-exit-on-panic', HIDDEN),
  number('shutdown-timeout', 10),
  parameter('shutdown-on-sigint', shutdownOptions, 'default'),
  parameter('shutdown-on-sigterm', shutdownOptions, 'default'),
];

const NETWORK: readonly Parameter[] = [
  parameter('bind', anyText, '127.0.0.1 -::1'),
  ...texts('bind-source-addr'),
  number('port', 6379, 'port'),
  number('tcp-backlog', 511, 'int', FIXED),
  parameter('unixsocket', anyText, '', FIXED),
  parameter('unixsocketperm', octal(0o777), 0, FIXED),
  number('socket-mark-id', 0, 'unsigned', FIXED),
  number('timeout', 0),
  number('tcp-keepalive', 300),
  ...switches('yes', 'protected-mode'),
  ...texts('requirepass'),
  number('acllog-max-len', 128, 'long'),
  choice('acl-pubsub-default', 'resetchannels', 'allchannels resetchannels'),
  number('maxclients', 10_000, [1, BOUNDS.unsigned[1]]),
  size('client-query-buffer-limit', 1024 * MB, MB),
  parameter('client-output-buffer-limit', bufferLimits, STANDARD_BUFFER_LIMITS),
  size('proto-max-bulk-len', 512 * MB, MB),
  number('tls-port', 0, 'port'),
  ...switches('no', 'tls-replication tls-cluster tls-prefer-server-ciphers'),
  ...switches('yes', 'tls-session-caching'),
  number('tls-session-cache-size', 20_480),
  number('tls-session-cache-timeout', 300),
  choice('tls-auth-clients', 'yes', 'no yes optional'),
  ...texts(
    'tls-cert-file tls-key-file tls-key-file-pass tls-client-cert-file tls-client-key-file tls-client-key-file-pass ' +
      'tls-dh-params-file tls-ca-cert-file tls-ca-cert-dir tls-protocols tls-ciphers tls-ciphersuites',
  ),
];

const PERSISTENCE: readonly Parameter[] = [
  parameter('save', saveRules, '3600 1 300 100 60 10000'),
  parameter('dbfilename', plainName('dbfilename', 'filename'), 'dump.rdb', { isProtected: true }),
  ...switches('yes', 'stop-writes-on-bgsave-error rdbcompression rdb-save-incremental-fsync'),
  ...switches('yes', 'rdbchecksum', FIXED),
  ...switches('no', 'rdb-del-sync-files'),
  number('rdb-key-save-delay', 0, 'signed', HIDDEN),
  number('key-load-delay', 0, 'signed', HIDDEN),
  size('loading-process-events-interval-bytes', 2 * MB, 1024, HIDDEN),
  ...switches('yes', 'appendonly'),
  parameter('appendfilename', plainName('appendfilename', 'filename'), 'appendonly.aof', FIXED),
  parameter('appenddirname', plainName('appenddirname', 'dirname'), 'appendonlydir', FIXED),
  choice('appendfsync', 'everysec', 'everysec always no'),
  ...switches('no', 'no-appendfsync-on-rewrite aof-timestamp-enabled aof-disable-auto-gc'),
  ...switches('yes', 'aof-load-truncated aof-use-rdb-preamble aof-rewrite-incremental-fsync'),
  number('auto-aof-rewrite-percentage', 100),
  size('auto-aof-rewrite-min-size', 64 * MB),
];

const REPLICATION: readonly Parameter[] = [
  parameter('replicaof', anyText, '', { ...FIXED, alias: 'slaveof' }),
  ...texts('masteruser masterauth'),
  ...switches('yes', 'replica-serve-stale-data', { alias: 'slave-serve-stale-data' }),
  ...switches('yes', 'replica-read-only', { alias: 'slave-read-only' }),
  ...switches('yes', 'replica-ignore-maxmemory', { alias: 'slave-ignore-maxmemory' }),
  ...switches('no', 'replica-lazy-flush', { alias: 'slave-lazy-flush' }),
  ...switches('yes', 'replica-announced repl-diskless-sync'),
  ...switches('no', 'replica-ignore-disk-write-errors repl-disable-tcp-nodelay'),
  number('repl-diskless-sync-delay', 5),
  number('repl-diskless-sync-max-replicas', 0),
  choice('repl-diskless-load', 'disabled', 'disabled on-empty-db swapdb'),
  number('repl-ping-replica-period', 10, [1, BOUNDS.int[1]], { alias: 'repl-ping-slave-period' }),
  number('repl-timeout', 60, [1, BOUNDS.int[1]]),
  size('repl-backlog-size', MB, 1),
  number('repl-backlog-ttl', 3600, 'long'),
  number('replica-priority', 100, 'int', { alias: 'slave-priority' }),
  number('min-replicas-to-write', 0, 'int', { alias: 'min-slaves-to-write' }),
  number('min-replicas-max-lag', 10, 'int', { alias: 'min-slaves-max-lag' }),
  parameter('replica-announce-ip', anyText, '', { alias: 'slave-announce-ip' }),
  number('replica-announce-port', 0, 'port', { alias: 'slave-announce-port' }),
];

const CLUSTER: readonly Parameter[] = [
  ...switches('no', 'cluster-enabled', FIXED),
  parameter('cluster-config-file', anyText, 'nodes.conf', FIXED),
  number('cluster-port', 0, 'port', FIXED),
  number('cluster-node-timeout', 15_000, 'long'),
  number('cluster-migration-barrier', 1),
  number('cluster-replica-validity-factor', 10, 'int', { alias: 'cluster-slave-validity-factor' }),
  ...switches('no', 'cluster-replica-no-failover', { alias: 'cluster-slave-no-failover' }),
  ...switches('yes', 'cluster-allow-replica-migration cluster-require-full-coverage'),
  ...switches('yes', 'cluster-allow-pubsubshard-when-down'),
  ...switches('no', 'cluster-allow-reads-when-down'),
  size('cluster-link-sendbuf-limit', 0),
  ...texts('cluster-announce-ip'),
  parameter('cluster-announce-hostname', hostname, ''),
  number('cluster-announce-port', 0, 'port'),
  number('cluster-announce-tls-port', 0, 'port'),
  number('cluster-announce-bus-port', 0, 'port'),
  choice('cluster-preferred-endpoint-type', 'ip', 'ip hostname unknown-endpoint'),
];

export const SERVER_PARAMETERS: readonly Parameter[] = [
  ...PROCESS,
  ...NETWORK,
  ...PERSISTENCE,
  ...REPLICATION,
  ...CLUSTER,
];
