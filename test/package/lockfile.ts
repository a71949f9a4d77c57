/**
 * Keeps package-lock.json complete: it has an entry for the optional package of every platform, even if a registry
 * lacks it.
 *
 * A registry that mirrors only a part of npm may have the binaries of some platforms only. npm then leaves the other
 * packages out of the lock file, and `npm ci` refuses such a lock file everywhere, on that registry and on npm's own.
 * The package that names them gives exact versions, so the entries can be added without the registry, except for their
 * integrity. Run this file after a change of dependencies: `node test/package/lockfile.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

export interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/** A platform's package that the lock file names but has no entry for. */
export interface Gap {
  readonly name: string;
  readonly version: string;
  /** The key of the package that depends on it. */
  readonly wantedBy: string;
}

/** Every optional dependency without an entry, in the order of the lock file. */
export function gapsOf(lock: Lockfile): Gap[] {
  return Object.entries(lock.packages).flatMap(([wantedBy, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => !hasEntry(lock, wantedBy, name))
      .map(([name, version]) => ({ name, version, wantedBy })),
  );
}

/**
 * The lock file with an entry for each gap. Throws if a gap's version is a range, because only a registry can resolve
 * it.
 */
export function completed(lock: Lockfile): Lockfile {
  const added = gapsOf(lock).map((gap) => [`node_modules/${gap.name}`, entryFor(gap, lock)] as const);
  const all = [...Object.entries(lock.packages), ...added];
  const sorted = all.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

function hasEntry(lock: Lockfile, wantedBy: string, name: string): boolean {
  return [`${wantedBy}/node_modules/${name}`, `node_modules/${name}`].some((key) => key in lock.packages);
}

function entryFor({ name, version, wantedBy }: Gap, lock: Lockfile): LockedPackage {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`${wantedBy} depends on ${name} ${version}, which is not an exact version`);
  const { license, dev } = lock.packages[wantedBy] ?? {};
  const { os, cpu, libc } = platformOf(name);
  return {
    version,
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(dev === undefined ? {} : { dev }),
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(license === undefined ? {} : { license }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}

/** The platform in such a name: `@biomejs/cli-linux-x64-musl` is for Linux on x64 with musl. */
function platformOf(name: string): { os?: string | undefined; cpu?: string | undefined; libc?: string | undefined } {
  const match = /[-/](android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(gnu|musl)?[a-z]*)?$/.exec(name);
  if (match === null) throw new Error(`The name ${name} does not say which platform it is for`);
  const [, os, cpu, libc] = match;
  return { os, cpu, libc: libc === 'gnu' ? 'glibc' : libc };
}

if (import.meta.main) {
  const path = new URL('../../package-lock.json', import.meta.url);
  const lock: Lockfile = JSON.parse(readFileSync(path, 'utf8'));
  const gaps = gapsOf(lock);
  writeFileSync(path, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(`${gaps.length} entries added to package-lock.json`);
}
