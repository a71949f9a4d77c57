/** What the tarball contains, what it does not contain, and what it depends on. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { ROOT, runNode, succeed } from './run.ts';

const { folder, packed } = inject('consumer');
const installed = join(folder, 'node_modules/refold');

/** The dependencies of the engine and of the command line. Adding one is a decision, so it must also be added here. */
const DEPENDENCIES = ['@bomb.sh/tab', 'better-sqlite3', 'commander', 'msgpackr', 'zod'];

/** Whose code the command line's file holds; an addition is a decision too. */
const BUNDLED = ['pretty-bytes', 'pretty-ms'];

describe('the tarball', () => {
  test.each([
    'package.json',
    'README.md',
    'LICENSE',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/testing.js',
    'dist/log.js',
    'dist/studio.js',
    'src/index.ts',
  ])('holds %s', (path) => {
    expect(packed).toContain(path);
  });

  test('holds the build, its sources, the documentation, and nothing else', () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|docs\/.*\.md|docs\/.*\.(svg|png)|docs\/json\/.*\.schema\.json|src\/.*\.ts|dist\/.*\.(js|d\.ts)(\.map)?|dist\/studio\/page\/.*\.(html|css|svg|txt|woff2))$/;
    expect(packed.filter((path) => !expected.test(path))).toEqual([]);
  });

  test('holds a declaration for each source file, and none of an earlier build', () => {
    const nameOf = (path: string) => path.replace(/^(src|dist)\//, '').replace(/(\.d)?\.ts$/, '');
    const sources = packed.filter((path) => path.startsWith('src/')).map(nameOf);
    const declared = packed.filter((path) => /^dist\/.*\.d\.ts$/.test(path)).map(nameOf);
    expect(declared.sort()).toEqual(sources.sort());
  });

  test('holds every built file that an entry point or a thread needs, and no other', () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const next of filesNamedIn(readFileSync(join(installed, path), 'utf8'))) follow(join(dirname(path), next));
    };
    const doors = ['index', 'testing', 'log', 'model', 'browser/model', 'studio', 'postgres', 'cli/main', 'terminal'];
    for (const door of doors) follow(`dist/${door}.js`);
    const built = packed.filter((path) => /^dist\/.*\.js$/.test(path) && path !== 'dist/studio/page/page.js');
    expect([...reached].sort()).toEqual(built.sort());
  });

  test('imports only its dependencies', () => {
    const code = globSync('dist/**/*.js', { cwd: installed }).map((path) =>
      readFileSync(join(installed, path), 'utf8'),
    );
    const named = code.flatMap(
      (text) => text.match(/(?<=^(?:import|export)\b[^"'`]*?["'])[^."'][^"']*(?=["'];)/gm) ?? [],
    );
    expect(named.length).toBeGreaterThan(50);
    const undeclared = named.filter((name) => !name.startsWith('node:') && !DEPENDENCIES.includes(name));
    expect(undeclared).toEqual([]);
  });

  test('holds code of few other packages, each with its licence beside it', () => {
    const holding = globSync('dist/**/*.js', { cwd: installed }).flatMap((path) => {
      const code = readFileSync(join(installed, path), 'utf8');
      return [...code.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => ({ name, code }));
    });
    expect([...new Set(holding.map(({ name }) => name))].sort()).toEqual(BUNDLED);
    for (const { name, code } of holding)
      expect(code).toMatch(new RegExp(`^/\\*!\n${name}\n[^*]*Copyright \\(c\\)`, 'm'));
  });

  test('holds the file of every entry point in package.json', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const doors = JSON.stringify([exports, bin]).match(/\.\/[\w./-]+/g) ?? [];
    expect(doors.length).toBeGreaterThan(6);
    expect(doors.filter((door) => !existsSync(join(installed, door)) && !(door in exports))).toEqual([]);
  });

  test('every source map names an existing source', () => {
    const maps = globSync('dist/**/*.map', { cwd: installed });
    const lost = maps.flatMap((map) => sourcesOf(join(installed, map)).filter((source) => !existsSync(source)));
    expect(maps.some((map) => map.endsWith('.d.ts.map')) && maps.some((map) => map.endsWith('.js.map'))).toBe(true);
    expect(lost).toEqual([]);
  });
});

test.each(['refold', 'refold/testing', 'refold/log', 'refold/model', 'refold/studio', 'refold/postgres'])(
  'an import of %s formats no number, because that loads the data of a locale',
  async (door) => {
    const refuse = "Number.prototype.toLocaleString = () => { throw new Error('formats a number') };";
    const program = `${refuse} await import('${door}');`;
    const ended = await runNode(['--input-type=module', '-e', program], folder);
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  },
);

describe('the list of dependencies', () => {
  test('is the list that was decided', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    expect(Object.keys(dependencies).sort()).toEqual(DEPENDENCIES);
    expect(peerDependencies).toEqual({ pg: '>=8.23.1' });
    expect(peerDependenciesMeta).toEqual({ pg: { optional: true } });
    expect(optionalDependencies).toBeUndefined();
  });

  test('is installed without a warning', async () => {
    const listed = JSON.parse(await succeed('npm', ['ls', '--all', '--json'], folder));
    expect(listed.problems ?? []).toEqual([]);
    const peers = ['pg']; // listed, and not installed
    expect(Object.keys(listed.dependencies.refold.dependencies).sort()).toEqual([...DEPENDENCIES, ...peers].sort());
  });

  test('can be exported as a bill of materials', async () => {
    const { components } = JSON.parse(await succeed('npm', ['sbom', '--sbom-format', 'cyclonedx'], folder));
    expect(components.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['refold', ...DEPENDENCIES]),
    );
  });
});

function sourcesOf(map: string): string[] {
  const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] };
  return sources.map((source) => join(dirname(map), source));
}

/** What built code imports, and the threads that it starts by their names. */
function filesNamedIn(code: string): string[] {
  const imported = code.match(/(?<=["'`])\.{1,2}\/[\w./-]+\.js(?=["'`])/g) ?? [];
  const started = code.match(/(?<=\bname: ["'`])[\w-]+(?=["'`],\s*from: (?:import\.meta\.url|WRITER_HOME)\b)/g) ?? [];
  return [...imported, ...started.map((name) => `refold-${name}.js`)];
}
