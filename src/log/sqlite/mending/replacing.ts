/**
 * Puts a fresh file in the place of a log, and keeps the old one. Under the writer's lock:
 *
 * 1. the old file and its WAL each get a second name, which stays;
 * 2. the fresh file becomes `<path>-repair`: from here on it is the log, and every other open is refused;
 * 3. the old WAL and witness are deleted, and `<path>-repair` gets the log's name.
 *
 * If the process dies before step 2, nothing has changed. If it dies later, `finishInterrupted` does step 3.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { type Connection, type Driver, openConnection } from '../file/driver.ts';
import { fileKind, repairPath, syncDirectory, syncFile } from '../file/files.ts';
import { witnessPath } from '../file/witness.ts';

/**
 * Opens a log that is likely closed, to read it, and leaves nothing beside it. A reader cannot remove the files that SQLite
 * makes there. So a log without them is opened as by a writer if possible; nothing is written to it.
 */
export function openClosedLog(driver: Driver, path: string): Connection {
  if (fileKind(`${path}-wal`) === 'missing' && fileKind(`${path}-journal`) === 'missing') {
    try {
      return openConnection(driver, path, { readOnly: false });
    } catch {
      // The file or its folder is write-protected.
    }
  }
  return openConnection(driver, path, { readOnly: true });
}

/** Why the old file was replaced: a part of its new name. */
export type OldFile = 'damaged' | 'replaced';

/**
 * Gives the fresh file the name of the log.
 *
 * @param fresh complete, closed and synced
 * @returns the new name of the old file
 */
export function replaceLog(path: string, fresh: string, old: OldFile): string {
  const kept = keepOld(path, old);
  fs.renameSync(fresh, repairPath(path));
  syncDirectory(dirname(path));
  takePlace(path);
  return kept;
}

/** Finishes what a process that died had begun. Returns the new name of the file that was there, if anything was begun. */
export function finishInterrupted(path: string): string | undefined {
  if (fileKind(repairPath(path)) === 'missing') return undefined;
  // Keep the present file too: since then a user may have put another file there.
  const kept = fileKind(path) === 'missing' ? undefined : keepOld(path, 'damaged');
  takePlace(path);
  return kept;
}

/** Gives the fresh file the name of a log that is not there. Deletes what is left beside that name. */
export function placeNew(path: string, fresh: string): void {
  clearBeside(path);
  fs.renameSync(fresh, path);
  syncDirectory(dirname(path));
}

/** Gives the old file and its WAL a second name. Their content does not change. */
function keepOld(path: string, old: OldFile): string {
  const moment = new Date().toISOString().replaceAll(':', '-').replace(/\.\d+/, '');
  const kept = freeName(`${path}.${old}-${moment}`);
  giveName(path, kept);
  if (fileKind(`${path}-wal`) !== 'missing') giveName(`${path}-wal`, `${kept}-wal`);
  syncDirectory(dirname(path));
  return kept;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let number = 2; fileKind(name) !== 'missing' || fileKind(`${name}-wal`) !== 'missing'; number++)
    name = `${wanted}-${number}`;
  return name;
}

/** Some file systems cannot give a file two names. There it is copied. */
function giveName(path: string, name: string): void {
  try {
    fs.linkSync(path, name);
  } catch {
    fs.copyFileSync(path, name, fs.constants.COPYFILE_EXCL);
    fs.chmodSync(name, 0o600);
    syncFile(name);
  }
}

function takePlace(path: string): void {
  clearBeside(path);
  fs.renameSync(repairPath(path), path);
  syncDirectory(dirname(path));
}

/** SQLite would apply an old WAL or journal to the fresh file. So they are deleted first. */
function clearBeside(path: string): void {
  for (const old of [`${path}-wal`, `${path}-shm`, `${path}-journal`, witnessPath(path)])
    fs.rmSync(old, { force: true });
  syncDirectory(dirname(path));
}
