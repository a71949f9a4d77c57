/**
 * The folder for a row's thousands of short-lived files. It is in memory if there is room, since no power cut here is
 * real.
 */
import fs from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 256 * 1024 * 1024;

/**
 * Runs `work` with a folder that is deleted afterwards. The folder is inside `folder` if there is no file system in
 * memory.
 */
export async function withScratch<T>(folder: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = fs.mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : folder, 'refold-faults-'));
  try {
    return await work(scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function hasRoom(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
