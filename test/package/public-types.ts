/**
 * Which types the package's signatures name, and which of them a program can import.
 *
 * A plain reading of the compiler's declarations, which are written in one way: each statement begins at the margin, and
 * names of types begin with a capital letter.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a door of the package gives, and what its signatures name. */
export interface PublicTypes {
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Types that a signature names and that the door does not give, with one of those that name them. */
  readonly missing: readonly string[];
  /** Everything that its signatures name, whether or not the door gives it. */
  readonly named: readonly string[];
}

interface Declaration {
  readonly isExported: boolean;
  readonly isType: boolean;
  readonly text: string;
}

/** A name in another file. */
interface Elsewhere {
  readonly file: string;
  readonly name: string;
  readonly isType: boolean;
}

interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly imports: ReadonlyMap<string, Elsewhere>;
  readonly exports: ReadonlyMap<string, Elsewhere>;
}

/** @param door a `.d.ts` file, whose imports name others beside it */
export function readPublicTypes(door: string): PublicTypes {
  const modules = new Map<string, Module>();
  const moduleAt = (file: string): Module => {
    let found = modules.get(file);
    if (found === undefined) modules.set(file, (found = readModule(file)));
    return found;
  };
  const resolve = ({ file, name }: { readonly file: string; readonly name: string }): string => {
    const { declarations, imports, exports } = moduleAt(file);
    const elsewhere = declarations.has(name) ? undefined : (exports.get(name) ?? imports.get(name));
    return elsewhere === undefined ? `${file}#${name}` : resolve(elsewhere);
  };
  const given = new Map([...moduleAt(door).exports].map(([name, place]) => [resolve(place), { ...place, name }]));
  for (const [name, { isExported, isType }] of moduleAt(door).declarations) {
    if (isExported) given.set(`${door}#${name}`, { file: door, name, isType });
  }
  const namedBy = new Map<string, string>();
  const visit = (id: string, from: string, mayConstruct: boolean): void => {
    const [file = '', name = ''] = id.split('#');
    const { declarations, imports } = moduleAt(file);
    for (const other of namesIn(declarations.get(name)?.text ?? '', mayConstruct)) {
      if (other === name || (!declarations.has(other) && !imports.has(other))) continue;
      const named = resolve({ file, name: other });
      if (named === id || namedBy.has(named)) continue;
      namedBy.set(named, from);
      // A type that its module does not export is a step of a definition, and not a name for programs.
      if (!given.has(named) && isPrivate(named)) visit(named, from, false);
    }
  };
  const isPrivate = (id: string): boolean => {
    const [file = '', name = ''] = id.split('#');
    return moduleAt(file).declarations.get(name)?.isExported === false;
  };
  for (const [id, { name, isType }] of given) visit(id, name, !isType);
  const isValue = (id: string): boolean => {
    const { isType } = given.get(id)!;
    const [file = '', name = ''] = id.split('#');
    return !isType && moduleAt(file).declarations.get(name)?.isType !== true;
  };
  const names = (ids: Iterable<string>): string[] => Array.from(ids, (id) => given.get(id)!.name).sort();
  const types = [...given.keys()].filter((id) => !isValue(id));
  return {
    values: names([...given.keys()].filter(isValue)),
    types: names(types),
    missing: [...namedBy]
      .filter(([id]) => !given.has(id) && !isPrivate(id))
      .map(([id, from]) => `${id.split('#')[1]}, named by ${from}`)
      .sort(),
    named: Array.from(namedBy.keys(), (id) => id.split('#')[1]!).sort(),
  };
}

function readModule(file: string): Module {
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, Elsewhere>();
  const exports = new Map<string, Elsewhere>();
  for (const statement of statementsOf(readFileSync(file, 'utf8'))) {
    const listed = /^(import|export)\s+(type\s+)?\{([^}]*)\}(?:\s+from\s+['"](\.[^'"]+)['"])?/.exec(statement);
    if (listed !== null) {
      const [, kind, allTypes, list = '', from] = listed;
      const target = from === undefined ? file : declarationsOf(join(dirname(file), from));
      if (/\sfrom\s/.test(statement) && from === undefined) continue; // of another package
      for (const member of list
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== '')) {
        const [, type, name = '', alias = name] = /^(type\s+)?(\w+)(?:\s+as\s+(\w+))?$/.exec(member) ?? [];
        const place = { file: target, name, isType: (allTypes ?? type) !== undefined };
        (kind === 'import' ? imports : exports).set(alias, place);
      }
      continue;
    }
    const declared =
      /^(export\s+)?(?:declare\s+)?(?:abstract\s+)?(interface|type|class|function|const|let)\s+(\w+)/.exec(statement);
    if (declared === null) continue;
    const [, exported, kind = '', name = ''] = declared;
    const before = declarations.get(name)?.text ?? '';
    const isType = kind === 'interface' || kind === 'type';
    declarations.set(name, { isExported: exported !== undefined, isType, text: before + statement });
  }
  return { declarations, imports, exports };
}

function declarationsOf(path: string): string {
  const file = path.replace(/(\.d)?\.[jt]s$/, '.d.ts');
  if (!existsSync(file)) throw new Error(`There is no ${file}`);
  return file;
}

/** Each begins at the margin; what follows it there only closes a bracket. */
function statementsOf(source: string): string[] {
  const lines = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').split('\n');
  const statements: string[] = [];
  for (const line of lines) {
    if (/^[a-z]/.test(line)) statements.push(line);
    else if (statements.length > 0) statements[statements.length - 1] += `\n${line}`;
  }
  return statements;
}

/**
 * The names of types in a statement. Private members are left out. A constructor counts only where the class is
 * exported as a value.
 */
function namesIn(text: string, mayConstruct: boolean): Set<string> {
  const seen = text
    .replaceAll(/^\s+private .*$/gm, '')
    .replaceAll(mayConstruct ? /$^/g : /^\s+constructor\(.*$/gm, '')
    .replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
  return new Set(seen.match(/(?<![.\w])[A-Z]\w*/g));
}
