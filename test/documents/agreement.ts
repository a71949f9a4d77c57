/**
 * What the documents name, what the code has, and the two comparisons between them. Pure: texts in, names out.
 *
 * Both directions count: a name that no page has is not documented, and a name that only a page has was removed from the code.
 */

/** Names of the code that no text mentions inside code: in backticks, or in a fence. */
export function undocumented(names: Iterable<string>, markdown: string): string[] {
  const words = new Set(codeOf(markdown).flatMap((code) => code.match(/[\w$]+(?:-[\w$]+)*/g) ?? []));
  const parts = new Set([...words].flatMap((word) => word.split('-')));
  return [...new Set(names)].filter((name) => !words.has(name) && !parts.has(name)).sort();
}

/** Names of a page that the code does not have. */
export function unknown(named: Iterable<string>, known: Iterable<string>): string[] {
  const all = new Set(known);
  return [...new Set(named)].filter((name) => !all.has(name)).sort();
}

/** The contents of all inline code and fences of a page. */
export function codeOf(markdown: string): string[] {
  return [...fencesOf(markdown), ...inlineCodeOf(markdown)];
}

/** The contents of the fences of a page. */
export function fencesOf(markdown: string): string[] {
  return [...markdown.matchAll(FENCE)].map(([, code]) => code!);
}

/** What stands in backticks outside the fences of a page. */
export function inlineCodeOf(markdown: string): string[] {
  return [...markdown.replaceAll(FENCE, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

const FENCE = /^```\w*\n([\s\S]*?)^```$/gm;

/** The names in backticks in the first cell of each row of the tables of a page. */
export function firstCells(markdown: string): string[] {
  return [...markdown.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell]) => inlineCodeOf(cell!));
}

/** The text of a page from a heading to the next one of its level. */
export function sectionOf(markdown: string, heading: string): string {
  const level = heading.replace(/[^#].*$/, '');
  const from = `\n${markdown}`.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`there is no heading ${heading}`);
  const until = markdown.slice(from + heading.length).search(new RegExp(`^${level} `, 'm'));
  return until < 0 ? markdown.slice(from) : markdown.slice(from, from + heading.length + until);
}

/** The names that a module exports, types included; `export *` is followed by `read`. */
export function exportedNames(source: string, read: (specifier: string) => string): string[] {
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','));
  const listed = lists
    .map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '');
  const declared = [
    ...source.matchAll(
      /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|enum) ([\w$]+)/gm,
    ),
  ].map(([, name]) => name!);
  const passed = [...source.matchAll(/^export (?:type )?\* from '([^']+)'/gm)].flatMap(([, specifier]) =>
    exportedNames(read(specifier!), read),
  );
  return [...new Set([...listed, ...declared, ...passed])].sort();
}

/** The options that a source checks: the keys of every `OptionChecks` object in it. */
export function checkedOptions(source: string): string[] {
  return [...source.matchAll(/OptionChecks<[^=]*> = \{([\s\S]*?)\}(?: as const)?;/g)].flatMap(([, body]) => {
    const flat = body!.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
    return [...withoutNested(flat).matchAll(/(?:^|,|\n)\s*(\w+):/g)].map(([, name]) => name!);
  });
}

function withoutNested(text: string): string {
  const flatter = text.replaceAll(/\[[^[\]()]*\]|\([^[\]()]*\)/g, '');
  return flatter === text ? text : withoutNested(flatter);
}

/** The members of an interface, by its name. */
export function membersOf(source: string, name: string): string[] {
  const body = new RegExp(`^export interface ${name}\\b[^{]*(?:\\{[^{}]*\\}[^{]*)*?\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    source,
  )?.[1];
  if (body === undefined) throw new Error(`there is no interface ${name}`);
  return [...body.matchAll(/^ {2}(?:readonly )?([\w$]+)[?(<:]/gm)].map(([, member]) => member!);
}

/** Links of a page to files of the repository, as they are written. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '`X`');
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.replaceAll(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Rows of tables with more or fewer cells than the row above them. A bar in inline code ends a cell, unless it is escaped. */
export function brokenRows(markdown: string): string[] {
  const lines = markdown.replaceAll(FENCE, '').split('\n');
  const cells = (line: string | undefined): number => line?.match(/^\|.*\|$/)?.[0].match(/(?<!\\)\|/g)?.length ?? 0;
  return lines.filter(
    (line, index) =>
      line.startsWith('|') && cells(lines[index - 1] ?? '') !== cells(line) && lines[index - 1]?.startsWith('|'),
  );
}

/** What inline code names that must exist: calls, members and names of more than one hump. */
export function namesIn(code: string): string[] {
  if (
    /[\s"'$%…]|^[./<@-]|\.\w+$(?<!\(\))(?<=\.(?:ts|md|db|mjs|json|js|csv|gz|zip|svg))/.test(code) &&
    !/^[\w.]+\(.*\)$/.test(code)
  )
    return [];
  return [...code.matchAll(/[A-Za-z][\w$]*/g)]
    .map(([name]) => name)
    .filter((name) => /[a-z][A-Z]|^[A-Z]+_[A-Z]/.test(name));
}

/** Long flags in code: `--json`, `--max-age`. */
export function flagsIn(code: string): string[] {
  return code.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [];
}

/** Rows of GUARANTEES that name tests: the file, and each title in italics after it. */
export function namedTests(markdown: string): { readonly file: string; readonly title: string }[] {
  let file = '';
  const found: { file: string; title: string }[] = [];
  const flat = markdown.replaceAll(/\n\s+(?=[^-|\s])/g, ' ');
  for (const [, path, title] of flat.matchAll(
    /`((?:test\/[\w./-]+\.test|src\/log\/contract\/[\w-]+)\.ts)`|(?<=[·,] |^)\*([^*\n]+)\*/gm,
  )) {
    if (path !== undefined) file = path;
    else if (file !== '') found.push({ file, title: title! });
  }
  return found;
}
