/** Which units of the suite are run, and why some of their tests fail. */

/** Run against a server that runs already. */
export const EXTERNAL_UNITS: readonly string[] = [
  ...['string', 'incr', 'list', 'list-2', 'list-3', 'set', 'zset', 'hash', 'stream', 'stream-cgroups'].map(
    (name) => `unit/type/${name}`,
  ),
  ...[
    'keyspace',
    'expire',
    'scan',
    'sort',
    'protocol',
    'multi',
    'pubsub',
    'introspection',
    'introspection-2',
    'bitops',
    'bitfield',
    'hyperloglog',
    'geo',
    'slowlog',
    'tracking',
    'dump',
    'quit',
    'other',
    'latency-monitor',
    'pause',
    'lazyfree',
    'info-command',
    'violations',
    'replybufsize',
  ].map((name) => `unit/${name}`),
  'integration/redis-cli',
];

/** These start servers themselves. */
export const INTERNAL_UNITS: readonly string[] = [
  'auth',
  'acl',
  'acl-v2',
  'maxmemory',
  'pubsubshard',
  'info',
  'shutdown',
].map((name) => `unit/${name}`);

/**
 * Tests that count as failed and are not run, because what they leave behind would make later tests fail as well.
 * The reason says what the server does not have.
 */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  [
    'exec with read commands and stale replica state change',
    'makes the server a replica of another one, and would leave MULTI open',
  ],
]);

/** Why tests fail that are run. */
export const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'SINTER with same integer elements but different encoding',
    'wants a set to keep its larger encoding after it has shrunk: here OBJECT ENCODING follows the content',
  ],
  ['verify reply buffer limits', 'looks at the buffers of a C program'],
  ['MASTERAUTH test with binary password', 'needs a replica'],
  ['slave buffer are counted correctly', 'needs a replica'],
  ["replica buffer don't induce eviction", 'needs a replica'],
  ['setup replication for following tests', 'needs a replica'],
  ['Temp rdb will be deleted if we use bg_unlink when shutdown', 'looks at RDB files of a child process'],
  ['Temp rdb will be deleted in signal handle', 'looks at RDB files of a child process'],
  ['SHUTDOWN will abort if rdb save failed on signal', 'lets saving fail by a folder in place of the RDB file'],
  [
    'SHUTDOWN will abort if rdb save failed on shutdown command',
    'lets saving fail by a folder in place of the RDB file',
  ],
  ['SHUTDOWN ABORT can cancel SIGTERM', 'a shutdown begins at once, so there is nothing to abort'],
]);
