/**
 * Backups of a log to another disk with less and less room, reported as JSON.
 *
 * Usage: node backup.ts FOLDER
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefoldError, openLog } from '../../../../../src/index.ts';
import { fill, openNotes } from './notes.ts';

const [folder = ''] = process.argv.slice(2);
const elsewhere = fs.mkdtempSync(join(tmpdir(), 'refold-log-'));
const path = join(elsewhere, 'log.db');
const copy = join(folder, 'copy.db');
const greedy = join(folder, 'greedy');
const story = { done: 0, full: 0, strange: [] as string[], left: [] as string[], logIsSound: false };

const store = await openNotes(path, 'os');
await fill(store, 100);
await store.close();
const log = await openLog({ path });
const { fileBytes } = await log.info();
const steps = 24;
for (let step = 0; step <= steps; step++) await backUpWith((fileBytes * 1.5 * step) / steps);
story.logIsSound = (await log.verify()).ok;
await log.close();
fs.rmSync(elsewhere, { recursive: true });
console.log(JSON.stringify(story));

async function backUpWith(room: number): Promise<void> {
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(greedy, Buffer.alloc(Math.max(0, bavail * bsize - room)));
  try {
    await log.backup(copy);
    story.done += 1;
    fs.rmSync(copy);
  } catch (error) {
    if (isRefoldError(error, 'LOG_FULL')) story.full += 1;
    else story.strange.push(String(error));
  }
  story.left.push(...fs.readdirSync(folder).filter((name) => name !== 'greedy'));
  fs.rmSync(greedy);
}
