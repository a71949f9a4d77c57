/**
 * A life on a disk that fills up, reported as JSON. The test starts it on a small separate file system.
 *
 * Usage: node scenario.ts FOLDER DURABILITY ending(close|kill)
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { isRefoldError } from '../../../../../src/index.ts';
import { acknowledged, fill, openNotes } from './notes.ts';

const [folder = '', durability = 'always', ending = 'close'] = process.argv.slice(2);
const path = join(folder, 'log.db');
const story: Record<string, unknown> = {};

if (ending === 'kill') {
  // Another process fills the disk, and dies the moment it is refused.
  const filler = [...process.execArgv, join(import.meta.dirname, 'filler.ts'), path, durability];
  story.acknowledged = Number(spawnSync(process.execPath, filler, { encoding: 'utf8' }).stdout);
} else {
  const store = await openNotes(path, durability);
  story.refusal = codeOf(await fill(store));
  story.afterwards = codeOf(await fill(store));
  story.acknowledged = acknowledged();
  story.close = await attempt(() => store.close());
}
takeTheRest(join(folder, 'greedy'));
story.freeWhenFull = fs.statfsSync(folder).bavail;

story.openWhenFull = await attempt(async () => {
  const store = await openNotes(path, durability);
  story.sequenceWhenFull = store.sequence;
  story.eventsWhenFull = store.state.count;
  story.appendWhenFull = codeOf(await fill(store, 1));
  await store.close();
});
story.compact = await attempt(async () => {
  const store = await openNotes(path, durability);
  const { fileBytesBefore, fileBytesAfter } = await store.compact();
  story.shrunk = fileBytesAfter < fileBytesBefore;
  story.appendAfterwards = codeOf(await fill(store, 2));
  story.ballastAfterwards = fs.statSync(`${path}-ballast`).size > 0;
  await store.close();
});
fs.rmSync(join(folder, 'greedy'));
story.openAgain = await attempt(async () => {
  const store = await openNotes(path, durability);
  story.appendAtLast = codeOf(await fill(store, 2));
  story.isSound = (await store.verify()).ok;
  story.acknowledgedAtLast = acknowledged();
  story.sequenceAtLast = store.sequence;
  await store.close();
});
console.log(JSON.stringify(story));

async function attempt(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  if (error === undefined) return 'done';
  return isRefoldError(error) ? error.code : String(error);
}

/** Another program takes all free space, to the last page. */
function takeTheRest(file: string): void {
  const descriptor = fs.openSync(file, 'w');
  try {
    for (;;) if (fs.writeSync(descriptor, Buffer.alloc(4_096, 1)) === 0) break;
  } catch {
    fs.closeSync(descriptor);
  }
}
