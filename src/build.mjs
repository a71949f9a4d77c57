/**
 * `build.mjs [FOLDER] [--only-code]`: builds the package into the folder, `dist` by default. With `--only-code` there are
 * no declarations.
 *
 * The compiler writes the declarations. The bundler writes one file for each entry point of the package and for each of
 * its threads; shared code is in a few files beside them. Without bundling, Node would find, read and compile about
 * seventy modules, and an import would take twice as long.
 *
 * All files except the command line's are in one folder, because a thread is started by its file name,
 * `refold-<name>.js`, in the folder of the file that starts it.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { buildPage } from './studio/page/build.mjs';

const THREADS = [
  'engine/snapshots/snapshot-worker.ts',
  'log/sqlite/mending/backup-worker.ts',
  'log/sqlite/mending/check-worker.ts',
  'log/sqlite/writing/checkpointer-worker.ts',
  'log/sqlite/sealing/sealer-worker.ts',
  'log/unpacking/unpack-worker.ts',
  'log/sqlite/writing/writer.ts',
];

/** Source maps lead to sources that the package holds. A bundled package is not among them. */
const withoutForeignMaps = {
  name: 'without-foreign-maps',
  transform: (code, id) => (id.includes('/node_modules/') ? { code, map: { mappings: '' } } : undefined),
};

const source = import.meta.dirname;
const { dependencies } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8'));
const { positionals, values } = parseArgs({ allowPositionals: true, options: { 'only-code': { type: 'boolean' } } });
const folder = resolve(positionals[0] ?? join(source, '../dist'));

rmSync(folder, { recursive: true, force: true });
if (!values['only-code']) declare();
await bundle();
await bundleForBrowsers();
await buildPage(join(folder, 'studio/page'));

function declare() {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', source, '--outDir', folder], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

async function bundle() {
  const build = await rolldown({
    cwd: source,
    input: {
      index: './index.ts',
      testing: './testing.ts',
      log: './log.ts',
      model: './model.ts',
      redis: './redis/index.ts',
      'redis-past-worker': './redis/past/past-worker.ts', // a thread of the Redis server, and not of a log
      studio: './studio/index.ts',
      postgres: './postgres.ts',
      'postgres-refold': './log/postgres/postgres-source.ts', // a thread imports it by this name
      'studio-worker': './studio/studio-worker.ts', // a thread of the studio, and not of a log
      'completion-worker': './cli/completion/completion-worker.ts', // a thread of the command line
      'sqlite-refold': './log/sqlite/sqlite-source.ts', // a thread imports it by this name
      'cli/main': './cli/main.ts',
      terminal: './terminal/progress.ts', // what the example's command line shares with this one
      ...Object.fromEntries(THREADS.map((path) => [`refold-${basename(path, '.ts')}`, `./${path}`])),
    },
    platform: 'node',
    transform: { target: 'es2024' },
    external: [/^node:/, ...Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`))],
    plugins: [withoutForeignMaps],
    onwarn: refuse,
  });
  await build.write({
    dir: folder,
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    banner: licencesOf,
  });
}

function refuse(warning) {
  throw new Error(warning.message);
}

/** One file without anything of Node, in which zod is left to the application's bundler. */
async function bundleForBrowsers() {
  const build = await rolldown({
    cwd: source,
    input: { model: './model.ts' },
    platform: 'browser',
    resolve: { alias: { 'node:util': join(source, 'browser/node-util.ts') } },
    transform: { target: 'es2024' },
    external: [/^zod(\/|$)/],
    onwarn: refuse,
  });
  await build.write({ dir: join(folder, 'browser'), sourcemap: true, entryFileNames: '[name].js' });
}

/** The licences of the packages whose code a file holds: each of them asks to stand beside the code. */
function licencesOf({ moduleIds }) {
  const packages = new Set(moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  return [...packages].map((path) => `/*!\n${basename(path)}\n\n${licenceIn(path)}*/`).join('\n');
}

function licenceIn(path) {
  const name = readdirSync(path).find((file) => /^licen[cs]e/i.test(file));
  if (name === undefined) throw new Error(`${path} has no licence that could stand in the build`);
  return readFileSync(join(path, name), 'utf8');
}
