/**
 * `build-if-older.mjs [FOLDER]`: builds the studio's page if the folder has none, or one that is older than its sources. A fresh
 * clone thus needs no extra command.
 */
import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildPage } from './build.mjs';

const source = import.meta.dirname;
const root = join(source, '../../..');
const folder = resolve(process.argv[2] ?? join(root, 'dist/studio/page'));

/** What the page is made of: its files, the types that it shares with the server, and the versions of its packages. */
const SOURCES = ['src/studio/page/**/*', 'src/studio/wire*.ts', 'package-lock.json'];

/** When the page was last built; 0 for never. A build writes the script first and the licences last. */
function builtAt() {
  const times = ['page.js', 'licences.txt'].map(
    (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs,
  );
  return Math.min(...times.map((time) => time ?? 0));
}

const changedAt = Math.max(...globSync(SOURCES, { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs));
if (builtAt() < changedAt) await buildPage(folder);
