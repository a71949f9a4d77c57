/**
 * A log on a disk that is full to the last page, without its ballast, reported as JSON.
 *
 * Usage: node without-reserve.ts FOLDER
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { isRefoldError, openLog, repairLog } from '../../../../../src/index.ts';
import { fill, openNotes } from './notes.ts';

const [folder = ''] = process.argv.slice(2);
const path = join(folder, 'log.db');
const greedy = join(folder, 'greedy');
const story: Record<string, unknown> = {};

takeTheRest();
story.newLog = await attempt(async () => void (await openNotes(path, 'always')));
fs.rmSync(greedy);
story.newLogWithSpace = await attempt(async () => {
  const store = await openNotes(path, 'always');
  await fill(store, 60);
  await store.close();
});
takeTheRest();
fs.rmSync(`${path}-ballast`);
takeTheRest();
story.openWriter = await attempt(async () => (await openNotes(path, 'always')).close());
story.openReader = await attempt(async () => (await openLog({ path })).close());
fs.truncateSync(greedy, fs.statSync(greedy).size - 200_000); // room to look, not for a second file
story.repairWithoutRoom = await attempt(async () => {
  await damage();
  await repairLog(path, { acceptLoss: true });
});
story.leftByRepair = fs.readdirSync(folder).filter((name) => name.includes('repair') || name.includes('damaged'));
fs.rmSync(greedy);
story.openAgain = await attempt(async () => {
  await repairLog(path);
  const store = await openNotes(path, 'always');
  story.sequence = store.sequence;
  await store.close();
});
console.log(JSON.stringify(story));

/** A trigger: its repair costs only a second file. */
async function damage(): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path);
  database.exec('create trigger t after insert on blocks begin select 1; end');
  database.close();
}

async function attempt(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return isRefoldError(error) ? error.code : String(error);
  }
}

/** Another program takes all free space, to the last page. */
function takeTheRest(): void {
  const descriptor = fs.openSync(greedy, 'a');
  try {
    for (;;) if (fs.writeSync(descriptor, Buffer.alloc(4_096, 1)) === 0) break;
  } catch {
    fs.closeSync(descriptor);
  }
}
