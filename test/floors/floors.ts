/**
 * The floor plan as a table, and the pure function that checks a file against it.
 *
 * Imports point down. Each floor, and each wing of a floor, is a folder with a row. The row lists the folders it may
 * see, the files that others may import, and the packages that only it may import. A folder must not import anything
 * else. Type imports count, and so do dynamic imports and the files from which workers start.
 */

/** One row: the files of one folder, without those of the folders in it, and what they may import. */
interface Floor {
  /** The folder, from the project's root; or a single file, for the doors of the package. */
  readonly files: string;
  /** The folders (without those in them) and files that they may import from, beside their own folder. */
  readonly sees: readonly string[];
  /** The files that other folders may import; all of them when left out, as on the lowest floors. */
  readonly doors?: readonly string[];
  readonly packages?: readonly string[];
  /** Of Node's modules: all of them, or these. */
  readonly node: 'all' | readonly string[];
}

/** Node's modules for a pure floor: hashes, but no disk, clock or random numbers. */
const PURE: readonly string[] = ['node:assert', 'node:buffer', 'node:crypto', 'node:util'];

const CORE = 'src/core/';
const FLAT = 'src/core/flat/';
const THREADS = 'src/threads/';
const FOLD = 'src/fold/';
const COLLECTIONS = 'src/fold/collections/';
const DRAFTS = 'src/fold/atomic/drafts/';
const NOTING = 'src/fold/atomic/noting/';
const ENCODING = 'src/fold/encoding/';
const LOG = 'src/log/';
const BLOCKS = 'src/log/blocks/';
const COLUMNS = 'src/log/blocks/columns/';
const CONTRACT = 'src/log/contract/';
const REDACTING = 'src/log/contract/redacting/';
const COPYING = 'src/log/copying/';
const COPYING_CASES = 'src/log/contract/copying/';
const SERVER = 'src/log/postgres/server/';
const PG_TURNS = 'src/log/postgres/turns/';
const PG_OUTCOMES = 'src/log/postgres/outcomes/';
const TABLES = 'src/log/postgres/tables/';
const PAGING = 'src/log/paging/';
const WITNESS = 'src/log/witness/';
const UNPACKING = 'src/log/unpacking/';
const FILE = 'src/log/sqlite/file/';
const CALLS = 'src/engine/calls/';
const FOLDING = 'src/engine/folding/';
const FOLLOWING = 'src/engine/following/';
const METRICS = 'src/engine/metrics/';
const PAST = 'src/engine/past/';
const WRITING = 'src/engine/writing/';
const TURNS = 'src/engine/writing/turns/';
const TURN_QUEUE = 'src/engine/writing/sharing/';
const INTAKE = 'src/engine/writing/intake/';
const OUTCOMES = 'src/engine/writing/outcomes/';
const SNAPSHOTS = 'src/engine/snapshots/';
const UPKEEP = 'src/engine/upkeep/';
const IMPORTING = 'src/engine/importing/';
const REPLICA = 'src/engine/replica/';
const REACTING = 'src/engine/reacting/';
const ERASING = 'src/engine/erasing/';
const SHARING = 'src/engine/sharing/';
const ROLES = 'src/engine/roles/';
const LOOKING = 'src/engine/looking/';
const QUESTIONS = 'src/engine/looking/questions/';
const MOVING = 'src/engine/looking/moving/';

const BELOW_THE_ENGINE = [CORE, THREADS, FOLD, COLLECTIONS, ENCODING, LOG, BLOCKS, COPYING, UNPACKING];
const BELOW_SQLITE = [CORE, THREADS, LOG, BLOCKS, PAGING, WITNESS, COPYING];
const BELOW_THE_DOORS = [
  ...BELOW_THE_ENGINE,
  'src/engine/',
  CALLS,
  FOLDING,
  FOLLOWING,
  METRICS,
  PAST,
  WRITING,
  TURNS,
  TURN_QUEUE,
  SNAPSHOTS,
  UPKEEP,
  IMPORTING,
  REPLICA,
  INTAKE,
  OUTCOMES,
  REACTING,
  ERASING,
  SHARING,
  ROLES,
  LOOKING,
  QUESTIONS,
  MOVING,
];
const PACKAGE = ['src/index.ts'];
const POSTGRES_DOOR = 'src/postgres.ts';
/** What guests share: the command line, and whatever else shows a log to people. */
const GUESTS = 'src/guests/';
/** The progress bar, numbers for people, and escaping. The examples see it as `#terminal`, and nothing else below `refold`. */
const TERMINAL = 'src/terminal/';
/** How the examples tell their stories. */
const TELLING = 'examples/telling/';
const ORDER_BOOK = [
  ...['', 'model/', 'follow/', 'publishing/', 'demo/', 'audit/', 'studio/'],
  ...['feeds/reading/', 'feeds/matching/', 'feeds/following/'],
  ...['itch/', 'l2/', 'l3/', 'mbo/'].map((kind) => `feeds/following/${kind}`),
  ...['questions/', 'questions/books/'],
].map((wing) => `examples/orderbook/${wing}`);

/** The studio's rooms on the server. */
const STUDIO = ['server', 'moments', 'jobs', 'views', 'views/tiles'].map((room) => `src/studio/${room}/`);
/** What both sides of the studio say to each other: the page sees nothing else of refold. */
const STUDIO_WIRE = 'src/studio/wire.ts';
/** The rooms of the studio's page. */
const STUDIO_PAGE = [
  ...['', 'base/', 'moment/', 'timeline/', 'line/', 'events/', 'help/'],
  ...['state/', 'state/asked/', 'state/event/', 'state/parts/'],
  ...['book/', 'book/heatmap/', 'book/heatmap/colours/', 'book/heatmap/tiles/'],
].map((room) => `src/studio/page/${room}`);
/** What the build bundles into the page. */
const PAGE_PACKAGES = ['preact', '@preact/signals', 'tinykeys', 'lucide'];

/** What the commands of the Redis server stand on: the protocol, and the key space. */
const REDIS_DATA = ['src/redis/protocol/', 'src/redis/model/', 'src/redis/model/effects/'];
/** What a command sees, and the interfaces of the server's parts. */
const REDIS_CALLS = ['src/redis/calls/', 'src/redis/calls/contracts/', 'src/redis/calls/requests/'];
/** A folder for each group of commands. */
const REDIS_COMMANDS = [
  // one a line
  'acl',
  'admin',
  'admin/debug',
  'bitmaps',
  'cluster',
  'command',
  'command/docs',
  'connection',
  'geo',
  'hashes',
  'hyperloglog',
  'keys',
  'lists',
  'observing',
  'pubsub',
  'refold',
  'scripting',
  'sets',
  'sorted-sets',
  'streams',
  'strings',
  'transactions',
].map((group) => `src/redis/commands/${group}/`);
/** The server beside its core. */
const REDIS_SERVER = [
  // one a line
  'clients',
  'config',
  'info',
  'keeping',
  'observing',
  'persistence',
].map((part) => `src/redis/server/${part}/`);
/** Who may do what. */
const REDIS_ACL = 'src/redis/acl/';
/** Redis's file formats. */
const REDIS_FORMATS = ['bytes', 'values', 'rdb', 'aof'].map((wing) => `src/redis/files/${wing}/`);
/** What stands on the key space and on files. */
const REDIS_PLAIN = 'src/redis/plain/';
const REDIS = [
  ...REDIS_DATA,
  ...REDIS_CALLS,
  'src/redis/acl/',
  REDIS_PLAIN,
  REDIS_ACL,
  'src/redis/commands/',
  ...REDIS_COMMANDS,
  'src/redis/past/',
  'src/redis/server/',
  ...REDIS_SERVER,
];

export const FLOORS: readonly Floor[] = [
  { files: CORE, sees: [], packages: ['zod'], node: PURE },
  { files: FLAT, sees: [CORE], packages: ['zod'], node: PURE },
  { files: THREADS, sees: [CORE], node: 'all' },

  {
    files: FOLD,
    sees: [CORE, COLLECTIONS, 'src/fold/atomic/', DRAFTS, NOTING, 'src/fold/strict/'],
    node: PURE,
  },
  {
    files: COLLECTIONS,
    sees: [CORE],
    doors: ['comparators.ts', 'deque.ts', 'map-methods.ts', 'ordered-map.ts', 'set-methods.ts'],
    node: PURE,
  },
  { files: ENCODING, sees: [CORE, FOLD, COLLECTIONS], doors: ['state-codec.ts'], node: PURE },
  {
    files: 'src/fold/atomic/',
    sees: [CORE, FOLD, COLLECTIONS, DRAFTS, NOTING],
    doors: [
      'atomic-state.ts',
      'adopt.ts',
      'commit-draft.ts',
      'copiers.ts',
      'guard.ts',
      'nested-tables.ts',
      'noted.ts',
      'placing.ts',
      'scope.ts',
      'staged-commit.ts',
      'unwieldy.ts',
    ],
    node: PURE,
  },
  {
    files: DRAFTS,
    sees: [CORE, FOLD, COLLECTIONS, 'src/fold/atomic/'],
    doors: [
      ...['map-draft.ts', 'ordered-map-draft.ts', 'deque-draft.ts', 'node-draft.ts', 'set-draft.ts'],
      ...['misuse.ts', 'touched.ts'],
    ],
    node: PURE,
  },
  {
    files: NOTING,
    sees: [CORE, FOLD, COLLECTIONS, 'src/fold/atomic/', DRAFTS],
    doors: ['changes.ts', 'kept-root.ts', 'nested-maps.ts'],
    node: PURE,
  },
  {
    files: 'src/fold/strict/',
    sees: [CORE, FOLD, COLLECTIONS, ENCODING, 'src/fold/atomic/', DRAFTS],
    doors: ['strict-state.ts'],
    node: PURE,
  },

  { files: LOG, sees: [CORE, THREADS, BLOCKS, COPYING], node: 'all' },
  { files: COPYING, sees: [CORE, LOG, BLOCKS], node: 'all' },
  { files: PAGING, sees: [CORE, THREADS, LOG, BLOCKS], node: 'all' },
  { files: WITNESS, sees: [CORE, LOG], node: 'all' },
  { files: UNPACKING, sees: [CORE, THREADS, LOG, BLOCKS], doors: ['unpacking.ts'], node: 'all' },
  {
    files: CONTRACT,
    sees: [CORE, LOG, BLOCKS, REDACTING, COPYING_CASES],
    doors: ['contract.ts', 'bench.ts', 'fixtures.ts'],
    node: 'all',
  },
  { files: REDACTING, sees: [CORE, LOG, BLOCKS, CONTRACT], doors: ['redacting.ts'], node: 'all' },
  { files: COPYING_CASES, sees: [CORE, LOG, BLOCKS, COPYING, CONTRACT], doors: ['copying.ts'], node: 'all' },
  {
    files: BLOCKS,
    sees: [CORE, 'src/log/log-store.ts', 'src/log/log-care.ts', 'src/log/log-errors.ts', COLUMNS],
    doors: [
      ...[
        'block.ts',
        'block-rules.ts',
        'chain.ts',
        'next-block.ts',
        'sealed-block.ts',
        'sealing.ts',
        'snapshot-chunks.ts',
      ],
      ...['packed-values.ts', 'redacting.ts', 'tag-list.ts'],
    ],
    packages: ['msgpackr'],
    node: 'all',
  },
  {
    files: COLUMNS,
    sees: [CORE, 'src/log/log-store.ts', BLOCKS],
    doors: ['decode-columns.ts', 'encode-columns.ts', 'extras.ts'],
    node: PURE,
  },
  {
    files: 'src/log/sqlite/',
    sees: [
      ...BELOW_SQLITE,
      ...['file', 'reading', 'writing', 'sharing', 'sealing', 'redacting', 'mending', 'copying'].map(
        (wing) => `src/log/sqlite/${wing}/`,
      ),
    ],
    doors: ['sqlite-log.ts', 'sqlite-source.ts'],
    node: 'all',
  },
  { files: FILE, sees: BELOW_SQLITE, packages: ['better-sqlite3'], node: 'all' },
  {
    files: 'src/log/sqlite/reading/',
    sees: [...BELOW_SQLITE, FILE],
    doors: ['reader.ts', 'new-log.ts', 'open-readers.ts', 'watch.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/mending/',
    sees: [...BELOW_SQLITE, FILE],
    doors: ['backup.ts', 'check.ts', 'structure.ts', 'repair.ts', 'restore.ts', 'salvage.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/copying/',
    sees: [...BELOW_SQLITE, FILE, 'src/log/sqlite/mending/'],
    doors: ['file-backup.ts', 'file-contents.ts', 'file-filling.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/writing/',
    sees: [...BELOW_SQLITE, FILE, ...['mending', 'redacting', 'sharing'].map((wing) => `src/log/sqlite/${wing}/`)],
    doors: ['writer-client.ts', 'writer-protocol.ts', 'append-sending.ts', 'snapshot-sending.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/sharing/',
    sees: [...BELOW_SQLITE, FILE, 'src/log/sqlite/reading/', 'src/log/sqlite/writing/'],
    doors: ['log-threads.ts', 'hosting.ts', 'host-protocol.ts', 'job-line.ts', 'turns.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/redacting/',
    sees: [...BELOW_SQLITE, FILE],
    doors: ['staging.ts', 'rebuilding.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/sealing/',
    sees: [...BELOW_SQLITE, FILE, 'src/log/sqlite/writing/'],
    doors: ['sealer.ts'],
    node: 'all',
  },
  {
    files: 'src/log/postgres/',
    sees: [...BELOW_SQLITE, UNPACKING, SERVER, TABLES, PG_TURNS, PG_OUTCOMES, 'src/log/postgres/copying/'],
    doors: ['postgres-source.ts', 'reading.ts'],
    node: 'all',
  },
  {
    files: 'src/log/postgres/copying/',
    sees: [...BELOW_SQLITE, 'src/log/postgres/', SERVER, TABLES, PG_TURNS],
    doors: ['server-contents.ts', 'server-filling.ts'],
    node: 'all',
  },
  {
    files: 'src/log/postgres/overview/',
    sees: [...BELOW_SQLITE, 'src/log/postgres/', SERVER, TABLES],
    doors: ['asking.ts', 'examine-log.ts', 'list-logs.ts'],
    node: 'all',
  },
  { files: PG_OUTCOMES, sees: [...BELOW_SQLITE, TABLES, PG_TURNS], node: PURE },
  { files: PG_TURNS, sees: [...BELOW_SQLITE, SERVER, TABLES], node: 'all' },
  { files: TABLES, sees: [CORE, LOG, BLOCKS, PAGING, SERVER], node: 'all' },
  { files: SERVER, sees: [CORE, THREADS, LOG], packages: ['pg'], node: 'all' },

  { files: CALLS, sees: [...BELOW_THE_ENGINE, 'src/log/sqlite/'], node: 'all' },
  { files: FOLDING, sees: [...BELOW_THE_ENGINE, CALLS], node: 'all' },
  {
    files: FOLLOWING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING],
    doors: ['followed.ts', 'follower.ts', 'frozen.ts', 'selection.ts', 'tail.ts'],
    node: 'all',
  },
  { files: METRICS, sees: BELOW_THE_ENGINE, node: 'all' },
  { files: PAST, sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, FOLLOWING], node: 'all' },
  {
    files: LOOKING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, QUESTIONS, MOVING],
    doors: [
      'past.ts',
      'one-question.ts',
      'past-options.ts',
      'counts.ts',
      'cursor.ts',
      'walk.ts',
      'walk-each.ts',
      'sound-blocks.ts',
      'keyframes.ts',
      'position.ts',
    ],
    node: 'all',
  },
  {
    files: MOVING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, LOOKING],
    doors: ['moving-state.ts', 'standing.ts', 'state-builder.ts'],
    node: 'all',
  },
  {
    files: QUESTIONS,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, LOOKING],
    doors: [
      'bisect.ts',
      'condition.ts',
      'question.ts',
      'rehearsal-report.ts',
      'rehearse.ts',
      'watched-place.ts',
      'why.ts',
    ],
    node: 'all',
  },
  {
    files: WRITING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLLOWING, METRICS, TURNS, TURN_QUEUE, INTAKE, OUTCOMES],
    doors: [
      'write-path.ts',
      'write-options.ts',
      'commands.ts',
      'publisher.ts',
      'clock.ts',
      'commit-queue.ts',
      'queued-write.ts',
      'shadow-world.ts',
      'transaction.ts',
    ],
    node: 'all',
  },
  { files: TURNS, sees: [CALLS], node: PURE },
  { files: TURN_QUEUE, sees: [CORE, THREADS, LOG, CALLS, METRICS, WRITING, TURNS], node: 'all' },
  { files: INTAKE, sees: [CORE, FLAT, LOG, BLOCKS], node: PURE },
  { files: OUTCOMES, sees: [CORE, LOG], node: PURE },
  {
    files: SNAPSHOTS,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING],
    doors: ['snapshotter.ts', 'policy.ts', 'rates.ts'],
    node: 'all',
  },
  {
    files: UPKEEP,
    sees: [
      ...BELOW_THE_ENGINE,
      'src/log/sqlite/mending/',
      'src/log/sqlite/copying/',
      CALLS,
      FOLDING,
      PAST,
      WRITING,
      OUTCOMES,
      SNAPSHOTS,
      REACTING,
    ],
    doors: ['upkeep.ts', 'backup.ts', 'copy-log.ts', 'compaction.ts', 'repair.ts', 'restore.ts', 'retag.ts'],
    node: 'all',
  },
  {
    files: IMPORTING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING, INTAKE, SNAPSHOTS],
    doors: ['import-events.ts', 'imported-event.ts', 'clamps.ts'],
    node: 'all',
  },
  {
    files: REPLICA,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING],
    doors: ['replica.ts', 'inflow.ts', 'reader-state.ts', 'renewal.ts', 'still-reader.ts', 'waiters.ts'],
    node: 'all',
  },
  {
    files: REACTING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLLOWING, PAST],
    doors: ['reactors.ts', 'reactor.ts', 'definition.ts', 'progress.ts'],
    node: 'all',
  },
  {
    files: ERASING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING, INTAKE, OUTCOMES, UPKEEP, REPLICA, REACTING],
    doors: ['erasure.ts', 'report.ts', 'selector.ts'],
    node: 'all',
  },
  {
    files: SHARING,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING, TURN_QUEUE, REPLICA],
    doors: ['head-at.ts', 'member.ts'],
    node: 'all',
  },
  {
    files: ROLES,
    sees: [
      ...BELOW_THE_ENGINE,
      CALLS,
      FOLDING,
      FOLLOWING,
      METRICS,
      PAST,
      WRITING,
      SNAPSHOTS,
      UPKEEP,
      REPLICA,
      REACTING,
      ERASING,
      TURN_QUEUE,
      SHARING,
    ],
    doors: ['workings.ts', 'role-listeners.ts'],
    node: 'all',
  },
  {
    files: 'src/engine/',
    sees: [
      ...BELOW_THE_ENGINE,
      'src/log/sqlite/',
      'src/log/sqlite/sharing/',
      CALLS,
      FOLDING,
      FOLLOWING,
      METRICS,
      PAST,
      WRITING,
      INTAKE,
      OUTCOMES,
      SNAPSHOTS,
      UPKEEP,
      REPLICA,
      IMPORTING,
      REACTING,
      ERASING,
      ROLES,
      LOOKING,
    ],
    node: 'all',
  },

  { files: 'src/index.ts', sees: BELOW_THE_DOORS, node: [] },
  { files: 'src/testing.ts', sees: BELOW_THE_DOORS, node: 'all' },
  { files: 'src/model.ts', sees: BELOW_THE_DOORS, node: [] },
  { files: 'src/browser/', sees: [], node: [] },
  { files: POSTGRES_DOOR, sees: ['src/log/postgres/', 'src/log/postgres/overview/', SERVER, TABLES], node: [] },
  { files: 'src/log.ts', sees: [CORE, LOG, BLOCKS, COPYING, CONTRACT], node: [] },

  { files: TERMINAL, sees: [], packages: ['pretty-bytes', 'pretty-ms'], node: 'all' },
  { files: GUESTS, sees: [...PACKAGE, TERMINAL], node: 'all' },
  {
    files: 'src/cli/',
    sees: [
      ...PACKAGE,
      GUESTS,
      POSTGRES_DOOR,
      ...['', 'moving/', 'reading/', 'replaying/', 'looking/'].map((wing) => `src/cli/commands/${wing}`),
      'src/cli/completion/',
      'src/cli/input/',
      'src/cli/output/',
    ],
    packages: ['commander'],
    node: 'all',
  },
  ...['', 'moving/', 'reading/', 'replaying/', 'looking/'].map((wing) => ({
    files: `src/cli/commands/${wing}`,
    sees: [
      ...PACKAGE,
      POSTGRES_DOOR,
      GUESTS,
      'src/redis/index.ts',
      'src/studio/index.ts',
      'src/cli/',
      'src/cli/commands/reading/',
      'src/cli/completion/',
      'src/cli/doctor/',
      'src/cli/input/',
      'src/cli/output/',
      'src/cli/output/events/',
      'src/cli/output/states/',
    ],
    packages: ['commander'],
    node: 'all' as const,
  })),
  {
    files: 'src/cli/completion/',
    sees: [...PACKAGE, GUESTS, 'src/cli/', 'src/cli/input/', 'src/cli/output/'],
    packages: ['commander', '@bomb.sh/tab'],
    node: 'all',
  },
  { files: 'src/cli/doctor/', sees: [...PACKAGE, POSTGRES_DOOR, GUESTS, 'src/cli/', 'src/cli/output/'], node: 'all' },
  { files: 'src/cli/input/', sees: [...PACKAGE, GUESTS, 'src/cli/output/'], node: 'all' },
  {
    files: 'src/cli/output/',
    sees: [...PACKAGE, GUESTS, TERMINAL],
    packages: ['commander', 'pretty-ms'],
    node: 'all',
  },
  { files: 'src/cli/output/events/', sees: [...PACKAGE, GUESTS, 'src/cli/output/'], node: 'all' },
  { files: 'src/cli/output/states/', sees: [...PACKAGE, 'src/cli/output/'], node: 'all' },
  { files: 'src/studio/', sees: [...PACKAGE, GUESTS, ...STUDIO], node: 'all' },
  { files: 'src/studio/server/', sees: [...PACKAGE, GUESTS, 'src/studio/'], node: 'all' },
  { files: 'src/studio/moments/', sees: [...PACKAGE, 'src/studio/', 'src/studio/server/'], node: 'all' },
  { files: 'src/studio/jobs/', sees: [...PACKAGE, GUESTS, TERMINAL, ...STUDIO, 'src/studio/'], node: PURE },
  { files: 'src/studio/views/', sees: [...PACKAGE, GUESTS, 'src/model.ts', ...STUDIO, 'src/studio/'], node: [] },
  { files: 'src/studio/views/tiles/', sees: [...PACKAGE, ...STUDIO, 'src/studio/'], node: 'all' },
  ...STUDIO_PAGE.map(
    (files): Floor => ({
      files,
      sees: [...STUDIO_PAGE, STUDIO_WIRE],
      packages: PAGE_PACKAGES,
      node: [],
    }),
  ),

  { files: 'src/redis/', sees: [...REDIS, 'src/redis/transfer/'], node: 'all' },
  { files: 'src/redis/protocol/', sees: [], node: 'all' },
  { files: 'src/redis/model/', sees: [...PACKAGE, 'src/redis/model/effects/'], packages: ['zod'], node: PURE },
  { files: 'src/redis/model/effects/', sees: [...PACKAGE, 'src/redis/model/'], packages: ['zod'], node: PURE },
  { files: 'src/redis/acl/', sees: [...REDIS_DATA, ...REDIS_CALLS], node: 'all' },
  ...REDIS_CALLS.map((files): Floor => ({ files, sees: [...REDIS_DATA, ...REDIS_CALLS], node: 'all' })),
  { files: REDIS_ACL, sees: [...REDIS_DATA, ...REDIS_CALLS], node: 'all' },
  { files: REDIS_PLAIN, sees: [...REDIS_DATA, ...REDIS_CALLS, ...REDIS_FORMATS], node: 'all' },
  { files: 'src/redis/commands/', sees: [...REDIS_DATA, ...REDIS_CALLS, ...REDIS_COMMANDS], node: 'all' },
  ...REDIS_COMMANDS.map(
    (files): Floor => ({
      files,
      sees: [...PACKAGE, ...REDIS_DATA, ...REDIS_CALLS, REDIS_PLAIN, ...REDIS_FORMATS, ...REDIS_COMMANDS],
      node: 'all',
    }),
  ),
  {
    files: 'src/redis/past/',
    sees: [...PACKAGE, ...REDIS_DATA, ...REDIS_CALLS, REDIS_PLAIN, 'src/redis/commands/'],
    doors: ['past.ts', 'past-gate.ts'],
    node: 'all',
  },
  { files: 'src/redis/server/', sees: [...PACKAGE, ...REDIS], node: 'all' },
  ...REDIS_SERVER.map((files): Floor => ({ files, sees: [...PACKAGE, ...REDIS], node: 'all' })),
  {
    files: 'src/redis/transfer/',
    sees: [...PACKAGE, ...REDIS, 'src/redis/files/', ...REDIS_FORMATS],
    node: 'all',
  },
  { files: 'src/redis/files/', sees: REDIS_FORMATS, node: 'all' },
  { files: 'src/redis/files/bytes/', sees: [], node: PURE },
  { files: 'src/redis/files/values/', sees: ['src/redis/protocol/'], node: PURE },
  {
    files: 'src/redis/files/rdb/',
    sees: ['src/redis/protocol/', 'src/redis/files/bytes/', 'src/redis/files/values/'],
    doors: ['dump.ts', 'read-rdb.ts', 'write-rdb.ts'],
    node: PURE,
  },
  {
    files: 'src/redis/files/aof/',
    sees: ['src/redis/protocol/', 'src/redis/files/bytes/', 'src/redis/files/values/'],
    node: PURE,
  },
  { files: 'src/redis/server/clients/', sees: [...PACKAGE, ...REDIS], node: 'all' },

  { files: TELLING, sees: [], packages: ['commander'], node: 'all' },
  ...['examples/redis/', 'examples/redis/chapters/'].map(
    (files): Floor => ({
      files,
      sees: ['examples/redis/', 'examples/redis/chapters/', TELLING],
      packages: ['refold', 'ioredis'],
      node: 'all',
    }),
  ),
  ...ORDER_BOOK.map(
    (files): Floor => ({
      files,
      sees: [...ORDER_BOOK, TELLING],
      packages: ['refold', '#terminal', 'zod', 'commander', 'pure-rand', 'tinyqueue', 'pretty-ms', 'yauzl'],
      node: 'all',
    }),
  ),
];

/** A folder with more files than this is hard to survey. */
export const LARGEST_FOLDER = 15;

/** A message for each folder that holds too many files. */
export function crowdedFolders(paths: readonly string[]): string[] {
  const files = Map.groupBy(paths, folderOf);
  return [...files]
    .filter(([, inside]) => inside.length > LARGEST_FOLDER)
    .map(([folder, inside]) => `${folder} holds ${inside.length} files: divide it into subfolders`);
}

/** A module that a file imports, and whether it imports only types. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** The imported names: `import { a, b as c }` gives a and b. */
  readonly names: readonly string[];
}

/**
 * A message for each forbidden import of the file; empty when it obeys the floor plan.
 *
 * @param path from the project's root, with `/`
 */
export function violationsOf(path: string, source: string): string[] {
  const floor = floorOf(path);
  if (floor === undefined) return [`${path} is on no floor: add a row for its folder`];
  const complaints = importsOf(source).flatMap((imported) => complaintsOf(imported, path, floor));
  return [...complaints, ...(floor.node === PURE ? impuritiesOf(source) : [])].map((why) => `${path} ${why}`);
}

/** A pure floor must not use the clock, random numbers or the process. */
function impuritiesOf(source: string): string[] {
  const code = source.replaceAll(TOKENS, '');
  const found = code.matchAll(
    /\b(?:Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|process\.|setTimeout)/g,
  );
  return [...found].map(([global]) => `uses ${global}: this floor is pure`);
}

function floorOf(path: string): Floor | undefined {
  return FLOORS.find(({ files }) => files === path) ?? FLOORS.find(({ files }) => files === folderOf(path));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function complaintsOf(imported: Import, path: string, floor: Floor): string[] {
  const { specifier } = imported;
  if (specifier.startsWith('.'))
    return sees(path, specifier, floor) ? [] : [`imports ${specifier}, which is not below it, or not a door`];
  if (specifier.startsWith('node:')) return builtinComplaints(imported, floor);
  const name = packageOf(specifier);
  if (floor.packages?.includes(name) !== true)
    return [`imports the package ${name}, which is another floor's business`];
  if (floor.files === 'src/core/' && !imported.typeOnly)
    return [`imports ${name} itself: only its types are allowed here`];
  return [];
}

/** Whether the import is in the file's own folder, or a door of a folder that the floor names. */
function sees(path: string, specifier: string, floor: Floor): boolean {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const folder = folderOf(target);
  if (folder === folderOf(path)) return floor.files.endsWith('/') || floor.sees.includes(target);
  const doors = FLOORS.find(({ files }) => files === folder)?.doors;
  if (doors?.includes(target.slice(folder.length)) === false) return false;
  return floor.sees.includes(folder) || floor.sees.includes(target);
}

function builtinComplaints({ specifier, typeOnly, names }: Import, floor: Floor): string[] {
  if (floor.node !== 'all' && !floor.node.includes(specifier)) return [`imports ${specifier}: this floor is pure`];
  // If an old Node's module lacks a name, linking fails with a SyntaxError before refold can report NODE_TOO_OLD.
  if (floor.files.startsWith('src/') && specifier === 'node:zlib' && !typeOnly && names.length > 0) {
    return [`imports { ${names.join(', ')} } from node:zlib by name: Node 20 lacks some, so import zlib as a whole`];
  }
  return [];
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * Every module that the source names. Comments do not count. A string that looks like the path of a source
 * file always counts, because that is how the file of a worker is named.
 */
export function importsOf(source: string): Import[] {
  return [...source.matchAll(TOKENS)].flatMap(({ groups }) => {
    const { statement, from, bare, dynamic, path } = groups ?? {};
    const specifier = from ?? bare ?? dynamic ?? path;
    if (specifier === undefined) return [];
    return [{ specifier, ...bindingsOf(statement ?? '') }];
  });
}

/** The order matters: a comment hides its content, an import is matched as a whole, and other strings are skipped. */
const TOKENS = new RegExp(
  [
    String.raw`\/\*[\s\S]*?\*\/|\/\/[^\n]*`,
    String.raw`\b(?<statement>(?:import|export)\b[^'"();=]*?)\bfrom\s*['"](?<from>[^'"\n]+)['"]`,
    String.raw`\bimport\s*['"](?<bare>[^'"\n]+)['"]`,
    String.raw`\b(?:import|require)\s*\(\s*['"\u0060](?<dynamic>[^'"\u0060\n]+)['"\u0060]`,
    String.raw`(?<quote>['"])(?:(?<path>\.{1,2}\/[\w./-]+\.[jt]sx?)|(?:[^'"\\\n]|\\.)*?)\k<quote>`,
  ].join('|'),
  'g',
);

function bindingsOf(statement: string): Pick<Import, 'typeOnly' | 'names'> {
  const listed = /\{([^}]*)\}/.exec(statement)?.[1]?.split(',') ?? [];
  const members = listed.map((member) => member.trim()).filter((member) => member !== '');
  const values = members.filter((member) => !member.startsWith('type '));
  const onlyTypesListed = members.length > 0 && values.length === 0 && /^\w+\s*\{/.test(statement);
  return {
    typeOnly: /^(import|export)\s+type\b/.test(statement) || onlyTypesListed,
    names: values.map((member) => member.split(/\s/)[0]!),
  };
}
