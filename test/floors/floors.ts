/**
 * The floor plan as a table, and the pure function that holds a file against it.
 *
 * Imports point down. Each floor names the floors it may see and the packages that are its business alone; whatever it
 * does not name is out of its reach. Type imports count, and so do dynamic imports and the files a worker starts from.
 */

/** One rule: the files whose path starts with `files` (the longest such start wins) may import what is named. */
interface Floor {
  /** Start of a path, from the project's root. */
  readonly files: string;
  /** Starts of the paths that they may import, beside their own folder. */
  readonly sees: readonly string[];
  readonly packages: readonly string[];
  /** Of Node's modules: all of them, or these. */
  readonly node: 'all' | readonly string[];
}

/** Of what is built into Node, a pure floor needs hashes and nothing that knows disk, clock or chance. */
const PURE: readonly string[] = ['node:assert', 'node:buffer', 'node:crypto', 'node:util'];

const BELOW_THE_DOORS = ['src/core/', 'src/fold/', 'src/log/', 'src/engine/'];
const A_GUEST = { sees: ['src/index.ts'], node: 'all' } as const;

export const FLOORS: readonly Floor[] = [
  { files: 'src/core/', sees: [], packages: ['zod'], node: PURE },
  { files: 'src/fold/', sees: ['src/core/'], packages: ['sorted-btree'], node: PURE },
  { files: 'src/log/', sees: ['src/core/'], packages: ['msgpackr'], node: 'all' },
  { files: 'src/log/sqlite/', sees: ['src/core/', 'src/log/'], packages: ['better-sqlite3'], node: 'all' },
  { files: 'src/engine/', sees: ['src/core/', 'src/fold/', 'src/log/'], packages: [], node: 'all' },
  { files: 'src/index.ts', sees: BELOW_THE_DOORS, packages: [], node: [] },
  { files: 'src/testing.ts', sees: BELOW_THE_DOORS, packages: [], node: 'all' },
  { files: 'src/cli/', ...A_GUEST, packages: ['commander'] },
  { files: 'src/studio/', ...A_GUEST, packages: [] },
  { files: 'src/redis/', ...A_GUEST, packages: [] },
  { files: 'examples/', sees: [], packages: ['refold', 'zod', 'commander'], node: 'all' },
];

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

/** The floor with the longest matching start, so that `src/log/sqlite/` comes before `src/log/`. */
function floorOf(path: string): Floor | undefined {
  const matching = FLOORS.filter(({ files }) => path.startsWith(files));
  return matching.toSorted((a, b) => b.files.length - a.files.length)[0];
}

function complaintsOf(imported: Import, path: string, floor: Floor): string[] {
  const { specifier } = imported;
  if (specifier.startsWith('.'))
    return sees(path, specifier, floor) ? [] : [`imports ${specifier}, which is not below it`];
  if (specifier.startsWith('node:')) return builtinComplaints(imported, floor);
  const name = packageOf(specifier);
  if (!floor.packages.includes(name)) return [`imports the package ${name}, which is another floor's business`];
  if (floor.files === 'src/core/' && !imported.typeOnly)
    return [`imports ${name} itself: types alone are allowed here`];
  return [];
}

/** Its own folder (for an example: the folder of that example), and whatever the floor names. */
function sees(path: string, specifier: string, floor: Floor): boolean {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const own = floor.files === 'examples/' ? path.split('/').slice(0, 2).join('/') : floor.files;
  return [own, ...floor.sees].some((start) => target.startsWith(start));
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
