/**
 * `npm run redis:demo`: one Redis-compatible server, four back-end processes, a crash, and the log that tells what happened.
 *
 * Each chapter checks what it says. `--json` prints the checks as one JSON object. Exit code 1 when a check failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Story } from '../telling/story.ts';
import { BackEnds } from './back-ends.ts';
import { cacheChapter } from './chapters/cache.ts';
import { crashChapter } from './chapters/crash.ts';
import { fanOutChapter } from './chapters/fan-out.ts';
import { lookInsideChapter } from './chapters/look-inside.ts';
import { queueChapter } from './chapters/queue.ts';
import { ServerProcess } from './server-process.ts';
import { SlowDatabase } from './slow-database.ts';

const BACK_ENDS = 4;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'refold-redis-demo-'));
const story = new Story(values.json ? () => {} : (text) => void process.stdout.write(`${text}\n`));
process.exitCode = await tell();

async function tell(): Promise<number> {
  await using server = await ServerProcess.start(join(folder, 'redis.db'));
  await using database = await SlowDatabase.start();
  await using backEnds = await BackEnds.start(BACK_ENDS, server.port, database.url);
  const scene = { server, database, backEnds, story };
  try {
    await cacheChapter(scene);
    await queueChapter(scene);
    await fanOutChapter(scene);
    await crashChapter(scene);
    await lookInsideChapter(scene);
  } finally {
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  story.close();
  if (values.json) process.stdout.write(`${JSON.stringify({ checks: story.checks })}\n`);
  return story.held ? 0 : 1;
}
