/**
 * The floor plan as a table, and the pure function that holds a file against it.
 *
 * Imports point down. Each floor, and each wing of a floor, is a folder with a row of its own: the folders it may see,
 * which of its files others may see, and the packages that are its business alone. Whatever it does not name is out of its
 * reach. Type imports count, and so do dynamic imports and the files a worker starts from.
 */

/** One row: the files of one folder, without those of the folders in it, and what they may import. */
interface Floor {
  /** The folder, from the project's root; or a single file, for the doors of the package. */
  readonly files: string;
  /** The folders (without those in them) and files that they may import from, beside their own folder. */
  readonly sees: readonly string[];
  /** The files that other folders may import; all of them when left out, as on the floors that everybody stands on. */
  readonly doors?: readonly string[];
  readonly packages?: readonly string[];
  /** Of Node's modules: all of them, or these. */
  readonly node: 'all' | readonly string[];
}

/** Of what is built into Node, a pure floor needs hashes and nothing that knows disk, clock or chance. */
const PURE: readonly string[] = ['node:assert', 'node:buffer', 'node:crypto', 'node:util'];

const CORE = 'src/core/';
const THREADS = 'src/threads/';
const FOLD = 'src/fold/';
const ENCODING = 'src/fold/encoding/';
const LOG = 'src/log/';
const BLOCKS = 'src/log/blocks/';
const FILE = 'src/log/sqlite/file/';
const CALLS = 'src/engine/calls/';
const FOLDING = 'src/engine/folding/';
const PAST = 'src/engine/past/';
const WRITING = 'src/engine/writing/';
const SNAPSHOTS = 'src/engine/snapshots/';
const UPKEEP = 'src/engine/upkeep/';

const BELOW_THE_ENGINE = [CORE, THREADS, FOLD, ENCODING, LOG, BLOCKS];
const BELOW_SQLITE = [CORE, THREADS, LOG, BLOCKS];
const BELOW_THE_DOORS = [...BELOW_THE_ENGINE, 'src/engine/', CALLS, FOLDING, PAST, WRITING, SNAPSHOTS, UPKEEP];
const PACKAGE = ['src/index.ts'];
const ORDER_BOOK = ['', 'model/', 'feeds/', 'demo/', 'audit/'].map((wing) => `examples/orderbook/${wing}`);

export const FLOORS: readonly Floor[] = [
  { files: CORE, sees: [], packages: ['zod'], node: PURE },
  { files: THREADS, sees: [CORE], node: 'all' },

  {
    files: FOLD,
    sees: [CORE, 'src/fold/atomic/', 'src/fold/strict/'],
    packages: ['sorted-btree'],
    node: PURE,
  },
  { files: ENCODING, sees: [CORE, FOLD], doors: ['state-codec.ts'], node: PURE },
  {
    files: 'src/fold/atomic/',
    sees: [CORE, FOLD],
    doors: ['atomic-state.ts', 'adopt.ts', 'commit-draft.ts', 'map-draft.ts', 'ordered-map-draft.ts'],
    node: PURE,
  },
  {
    files: 'src/fold/strict/',
    sees: [CORE, FOLD, ENCODING, 'src/fold/atomic/'],
    doors: ['strict-state.ts'],
    node: PURE,
  },

  { files: LOG, sees: [CORE, THREADS, BLOCKS], node: 'all' },
  {
    files: BLOCKS,
    sees: [CORE, 'src/log/log-store.ts'],
    doors: ['block.ts', 'block-rules.ts', 'chain.ts', 'sealed-block.ts', 'sealing.ts'],
    packages: ['msgpackr'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/',
    sees: [
      ...BELOW_SQLITE,
      ...['file', 'reading', 'writing', 'sealing', 'mending'].map((wing) => `src/log/sqlite/${wing}/`),
    ],
    doors: ['sqlite-log.ts', 'sqlite-source.ts'],
    node: 'all',
  },
  { files: FILE, sees: BELOW_SQLITE, packages: ['better-sqlite3'], node: 'all' },
  {
    files: 'src/log/sqlite/reading/',
    sees: [...BELOW_SQLITE, FILE],
    doors: ['reader.ts', 'known-ids.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/mending/',
    sees: [...BELOW_SQLITE, FILE],
    doors: ['backup.ts', 'check.ts', 'structure.ts', 'repair.ts', 'salvage.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/writing/',
    sees: [...BELOW_SQLITE, FILE, 'src/log/sqlite/mending/'],
    doors: ['writer-client.ts', 'writer-protocol.ts', 'snapshot-sending.ts'],
    node: 'all',
  },
  {
    files: 'src/log/sqlite/sealing/',
    sees: [...BELOW_SQLITE, FILE, 'src/log/sqlite/writing/'],
    doors: ['sealer.ts'],
    node: 'all',
  },

  { files: CALLS, sees: [...BELOW_THE_ENGINE, 'src/log/sqlite/'], node: 'all' },
  { files: FOLDING, sees: [...BELOW_THE_ENGINE, CALLS], node: 'all' },
  { files: PAST, sees: [...BELOW_THE_ENGINE, CALLS, FOLDING], node: 'all' },
  {
    files: WRITING,
    sees: [...BELOW_THE_ENGINE, CALLS],
    doors: [
      'write-path.ts',
      'write-options.ts',
      'commands.ts',
      'publisher.ts',
      'intake.ts',
      'clock.ts',
      'commit-queue.ts',
      'shadow-world.ts',
    ],
    node: 'all',
  },
  {
    files: SNAPSHOTS,
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING],
    doors: ['snapshotter.ts', 'rates.ts'],
    node: 'all',
  },
  {
    files: UPKEEP,
    sees: [...BELOW_THE_ENGINE, 'src/log/sqlite/mending/', CALLS, FOLDING, PAST, WRITING, SNAPSHOTS],
    doors: ['upkeep.ts', 'compaction.ts', 'repair.ts'],
    node: 'all',
  },
  {
    files: 'src/engine/',
    sees: [...BELOW_THE_ENGINE, CALLS, FOLDING, PAST, WRITING, SNAPSHOTS, UPKEEP],
    node: 'all',
  },

  { files: 'src/index.ts', sees: BELOW_THE_DOORS, node: [] },
  { files: 'src/testing.ts', sees: BELOW_THE_DOORS, node: 'all' },

  {
    files: 'src/cli/',
    sees: [...PACKAGE, 'src/cli/commands/', 'src/cli/input/', 'src/cli/output/'],
    packages: ['commander'],
    node: 'all',
  },
  {
    files: 'src/cli/commands/',
    sees: [...PACKAGE, 'src/cli/', 'src/cli/input/', 'src/cli/output/'],
    packages: ['commander'],
    node: 'all',
  },
  { files: 'src/cli/input/', sees: [...PACKAGE, 'src/cli/output/'], node: 'all' },
  { files: 'src/cli/output/', sees: PACKAGE, packages: ['commander', 'pretty-bytes', 'pretty-ms'], node: 'all' },
  { files: 'src/studio/', sees: PACKAGE, node: 'all' },
  { files: 'src/redis/', sees: PACKAGE, node: 'all' },

  ...ORDER_BOOK.map(
    (files): Floor => ({
      files,
      sees: ORDER_BOOK,
      packages: ['refold', 'zod', 'commander', 'pure-rand', 'tinyqueue', 'pretty-ms', 'yauzl'],
      node: 'all',
    }),
  ),
];

/** A folder with more files than this is a hall: nobody finds anything in it. */
export const LARGEST_FOLDER = 15;

/** Sentences about folders that hold more files than a reader takes in. */
export function crowdedFolders(paths: readonly string[]): string[] {
  const files = Map.groupBy(paths, folderOf);
  return [...files]
    .filter(([, inside]) => inside.length > LARGEST_FOLDER)
    .map(([folder, inside]) => `${folder} holds ${inside.length} files: give them wings`);
}

/** What a file asks for, and whether the names it binds are types only. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Names bound by name: `import { a, b as c }` gives a and b. */
  readonly names: readonly string[];
}

/**
 * Sentences about what `path` imports and may not; empty when the file keeps to its floor.
 *
 * @param path from the project's root, with `/`
 */
export function violationsOf(path: string, source: string): string[] {
  const floor = floorOf(path);
  if (floor === undefined) return [`${path} stands on no floor: give its folder one`];
  const complaints = importsOf(source).flatMap((imported) => complaintsOf(imported, path, floor));
  return [...complaints, ...(floor.node === PURE ? impuritiesOf(source) : [])].map((why) => `${path} ${why}`);
}

/** A pure floor reads no clock, rolls no dice and knows no process. */
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
    return [`imports ${name} itself: types alone are allowed here`];
  return [];
}

/** Its own folder; of what the floor names, whatever stands open to others. */
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
  // A name that an old Node's module lacks ends the link with a SyntaxError, before any NODE_TOO_OLD can be said.
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
 * Everything in the source that names a module. Comments count for nothing; a string that looks like the path of a
 * source file counts wherever it stands, since that is how a worker's file is named.
 */
export function importsOf(source: string): Import[] {
  return [...source.matchAll(TOKENS)].flatMap(({ groups }) => {
    const { statement, from, bare, dynamic, path } = groups ?? {};
    const specifier = from ?? bare ?? dynamic ?? path;
    if (specifier === undefined) return [];
    return [{ specifier, ...bindingsOf(statement ?? '') }];
  });
}

/** In this order: a comment hides what is in it, an import is taken whole, any other string ends what a quote began. */
const TOKENS = new RegExp(
  [
    String.raw`\/\*[\s\S]*?\*\/|\/\/[^\n]*`,
    String.raw`\b(?<statement>(?:import|export)\b[^'"();=]*?)\bfrom\s*['"](?<from>[^'"\n]+)['"]`,
    String.raw`\bimport\s*['"](?<bare>[^'"\n]+)['"]`,
    String.raw`\b(?:import|require)\s*\(\s*['"\u0060](?<dynamic>[^'"\u0060\n]+)['"\u0060]`,
    String.raw`(?<quote>['"])(?:(?<path>\.{1,2}\/[\w./-]+\.[jt]s)|(?:[^'"\\\n]|\\.)*?)\k<quote>`,
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
