/**
 * Redactions of a log on a disk with more and more room, reported as JSON.
 *
 * Usage: node redact.ts FOLDER
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { isRefoldError } from '../../../../../src/index.ts';
import {
  appendCommits,
  commitOf,
  fenceOf,
  noise,
  noted,
  packForgotten,
  readEvents,
  redactionOf,
  rowOf,
} from '../../../../../src/log/contract/fixtures.ts';
import { openSqliteLog } from '../../../../../src/log/sqlite/sqlite-log.ts';

const [folder = ''] = process.argv.slice(2);
const greedy = join(folder, 'greedy');
const story = { applied: 0, applyFull: 0, scrubbed: 0, scrubFull: 0, strange: [] as string[], isSound: false };

const log = await openSqliteLog({ path: join(folder, 'log.db'), durability: 'os' });
const COUNT = 120;
for (let n = 1; n <= COUNT; n++) {
  await appendCommits(log, commitOf([noted(Buffer.from(noise(18_000, n)).toString('base64'))]));
}
const redaction = redactionOf(log);
const steps = 16;
for (let step = 0; step <= steps; step++) {
  const room = step < steps / 2 ? step * 12_000 : (step - steps / 2) * 700_000;
  const sequence = step * 3 + 1;
  if (await withRoom(room, () => apply(sequence))) story.applied += 1;
  else {
    story.applyFull += 1;
    await requireUnchanged(sequence);
    await redaction.discard();
    await apply(sequence);
  }
  if (await withRoom(room, () => redaction.scrub())) story.scrubbed += 1;
  else {
    story.scrubFull += 1;
    if ((await redaction.redactions()).at(-1)?.scrubbed !== false) story.strange.push('a failed scrub is noted');
    if ((await redaction.scrub()).pending !== undefined) story.strange.push('it is pending');
  }
  await appendCommits(log, commitOf([noted(step)]));
}
const events = await readEvents(log);
const forgotten = events.filter(({ data }) => (data as { note: unknown }).note === 'forgotten');
const problems = await log.care!.checkStructure();
story.isSound = forgotten.length === steps + 1 && events.length === COUNT + steps + 1 && problems.length === 0;
await log.close();
console.log(JSON.stringify(story));

async function apply(sequence: number): Promise<void> {
  await redaction.stage([await packForgotten(log, sequence, sequence, [sequence])], []);
  await redaction.apply(rowOf([sequence]), fenceOf(log));
}

async function requireUnchanged(sequence: number): Promise<void> {
  const [event] = await readEvents(log, sequence, sequence);
  if ((event!.data as { note: string }).note === 'forgotten') story.strange.push(`${sequence} changed`);
  if (log.generation?.() !== story.applied + story.applyFull - 1) story.strange.push('another generation');
}

/** True when the work was done, false when it was refused because the disk is full. */
async function withRoom(room: number, work: () => Promise<unknown>): Promise<boolean> {
  const { bavail, bsize } = fs.statfsSync(folder);
  try {
    fs.writeFileSync(greedy, Buffer.alloc(Math.max(0, bavail * bsize - room)));
  } catch {
    // the log has taken some of it meanwhile, and now the disk is full
  }
  try {
    await work();
    return true;
  } catch (error) {
    if (!isRefoldError(error, 'LOG_FULL')) story.strange.push(String(error));
    return false;
  } finally {
    fs.rmSync(greedy);
  }
}
