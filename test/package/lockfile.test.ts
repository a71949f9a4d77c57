/** The lock file names the packages of every platform, so that `npm ci` works everywhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completed, gapsOf, type Lockfile } from './lockfile.ts';
import { ROOT } from './run.ts';

test('every optional dependency has its entry; node test/package/lockfile.ts adds missing entries', () => {
  const lock: Lockfile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  expect(gapsOf(lock)).toEqual([]);
});

test('a missing entry is found and added, with the platform in the package’s name', () => {
  const lock: Lockfile = {
    packages: {
      'node_modules/tool': { license: 'MIT', dev: true, optionalDependencies: { '@tool/linux-x64-musl': '1.2.3' } },
    },
  };
  expect(gapsOf(lock)).toHaveLength(1);
  expect(completed(lock).packages['node_modules/@tool/linux-x64-musl']).toEqual({
    version: '1.2.3',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    license: 'MIT',
    optional: true,
    os: ['linux'],
  });
  expect(gapsOf(completed(lock))).toEqual([]);
});
