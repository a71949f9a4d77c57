/**
 * The other libraries: a separate package under `peers/`, installed when the bench first needs them.
 *
 * They are not dependencies of refold, so `npm ci` of the project stays light: one of them compiles for a minute. A
 * library that cannot be installed is reported as absent, and the rest runs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const requirePeer = createRequire(`${FOLDER}package.json`);
/** Written after an install that came to its end, with the lock file that it installed. */
const STAMP = `${FOLDER}node_modules/.installed`;

/** Installs the peers unless they are there. Returns why not, if not. */
export function installPeers(say: (text: string) => void): string | undefined {
  const lock = readFileSync(`${FOLDER}package-lock.json`, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return undefined;
  say('Installing the other libraries into test/bench/peers: one compiles, which takes a minute or two …');
  const { status, error, stderr } = spawnSync('npm', ['ci', '--prefix', FOLDER, '--no-fund', '--no-audit'], {
    encoding: 'utf8',
    cwd: FOLDER,
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    writeFileSync(STAMP, lock);
    return undefined;
  }
  return (
    error?.message ??
    stderr
      .trim()
      .split('\n')
      .findLast((line) => line.includes('error')) ??
    `npm ended with ${status}`
  );
}

/** Loads a peer. @throws what `require` throws when it is absent or its native part does not load in this Node */
export function loadPeer<T>(name: string): T {
  return requirePeer(name) as T;
}

/** The installed version, or undefined. */
export function peerVersion(name: string): string | undefined {
  const path = `${FOLDER}node_modules/${name}/package.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).version as string) : undefined;
}
