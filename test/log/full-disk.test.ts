/** A disk that fills up: what is refused is definite, compaction runs out of the ballast, and writing goes on. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './sqlite-fixtures.ts';

const SCENARIO = join(import.meta.dirname, 'full-disk', 'scenario.ts');

const NODE_FLAGS = '--disable-warning=ExperimentalWarning --conditions=refold-source';

/** Mounting a small disk of one's own takes root; the gate has it, and skips nothing. */
const mayMount = process.platform === 'linux' && (process.getuid?.() === 0 || process.env.CI !== undefined);

async function liveOn(size: string, durability: string, ending: 'close' | 'kill'): Promise<Record<string, unknown>> {
  const folder = temporaryDirectory();
  const script = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift && exec "$0" $NODE_FLAGS "$2" "$1" "$3" "$4"';
  const args = ['-m', 'sh', '-c', script, process.execPath, size, folder, SCENARIO, durability, ending];
  const { stdout } = await promisify(execFile)('unshare', args, { env: { ...process.env, NODE_FLAGS } });
  return JSON.parse(stdout);
}

describe.skipIf(!mayMount)('a log on a full disk', () => {
  test.each([
    ['512k', 'always', 'close'],
    ['1m', 'always', 'kill'],
    ['3m', 'everysec', 'close'],
    ['6m', 'os', 'kill'],
    ['20m', 'always', 'close'],
  ] as const)('of %s, durability %s, ended by %s', async (size, durability, ending) => {
    const story = await liveOn(size, durability, ending);
    if (ending === 'close') {
      expect(story).toMatchObject({ refusal: 'LOG_FULL', afterwards: 'STORE_FAILED', close: 'done' });
    }
    expect(story).toMatchObject({
      freeWhenFull: 0,
      openWhenFull: 'done', // out of the ballast
      sequenceWhenFull: story.acknowledged, // all that was acknowledged, and nothing that was refused
      eventsWhenFull: story.acknowledged,
      appendWhenFull: 'LOG_FULL', // never out of the ballast
      compact: 'done',
      shrunk: true,
      appendAfterwards: 'done',
      ballastAfterwards: true,
      openAgain: 'done',
      appendAtLast: 'done',
      isSound: true,
    });
    expect(story.acknowledged).toBeGreaterThan(100);
    expect(story.sequenceAtLast).toBe(story.acknowledgedAtLast);
  });
});
