/**
 * Keeps package-lock.json whole: an entry for every platform's optional package, also for those a registry lacks.
 *
 * A registry that mirrors only part of npm has the binaries of the machines beside it and no others. npm then leaves the
 * packages it cannot find out of the lock, and `npm ci` refuses such a lock everywhere, on that registry and on npm's own.
 * Their versions are exact in the package that names them, so the entries can be written down without the registry; only
 * their integrity cannot. Run this file after a change of dependencies: `node test/package/lockfile.ts`.
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

/** A platform's package that the lock names and has no entry for. */
export interface Gap {
  readonly name: string;
  readonly version: string;
  /** Key of the package that asks for it. */
  readonly wantedBy: string;
}

/** Every optional dependency without an entry, in the lock's order. */
export function gapsOf(lock: Lockfile): Gap[] {
  return Object.entries(lock.packages).flatMap(([wantedBy, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => !hasEntry(lock, wantedBy, name))
      .map(([name, version]) => ({ name, version, wantedBy })),
  );
}

/** The lock with an entry for each gap. Throws for a gap whose version is a range: what it means, only a registry knows. */
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
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${wantedBy} asks for ${name} ${version}, which is no version`);
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

/** What such a name says of its platform: `@biomejs/cli-linux-x64-musl` is for Linux on x64 with musl. */
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
