/** Gives the tests of one run a folder for the built package, and deletes it after them. The first that needs it builds it. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `builtPackage` builds. */
    built: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'refold-built-')));
  project.provide('built', folder);
  return () => rm(folder, { recursive: true, force: true });
}
