/**
 * The project in which the tests use the package. It contains only refold's tarball, zod and Node's types.
 *
 * vitest runs this once before the tests of its project, and deletes the folder after them.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { COMPILE_CACHE, ROOT, succeed } from './run.ts';

export interface Consumer {
  /** The project's folder. */
  readonly folder: string;
  /** The files of the tarball, as paths from the package's root. */
  readonly packed: readonly string[];
}

declare module 'vitest' {
  interface ProvidedContext {
    consumer: Consumer;
  }
}

/** `npm sbom` needs a version. */
const MANIFEST = { name: 'consumer', version: '1.0.0', private: true, type: 'module' };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const base = await mkdtemp(join(tmpdir(), 'refold-package-'));
  process.env[COMPILE_CACHE] = join(base, 'compiled');
  const remove = () => rm(base, { recursive: true, force: true });
  try {
    project.provide('consumer', await install(base));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

async function install(base: string): Promise<Consumer> {
  await succeed('npm', ['run', 'build', '--silent'], ROOT);
  const report = await succeed('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', base], ROOT);
  const [tarball] = tarballsOf(JSON.parse(report));
  if (tarball === undefined) throw new Error(`npm pack reported no tarball: ${report}`);
  const folder = join(base, 'consumer');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify(MANIFEST));
  const wanted = [join(base, tarball.filename), 'zod', '@types/node@24'];
  // Without install scripts, because users must not need them.
  const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await succeed('npm', ['install', ...quietly, ...wanted], folder);
  return { folder, packed: tarball.files.map(({ path }) => path) };
}

interface Tarball {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** npm 12 reports an object by package name, older ones an array. */
function tarballsOf(report: readonly Tarball[] | Readonly<Record<string, Tarball>>): readonly Tarball[] {
  return Object.values(report);
}
