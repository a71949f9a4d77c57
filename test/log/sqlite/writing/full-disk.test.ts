/** A disk that fills up: refusals are definite, compaction uses the ballast's space, and writing continues. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../../sample.ts';
import { temporaryDirectory } from '../fixtures.ts';

const SCENARIO = join(import.meta.dirname, 'full-disk', 'scenario.ts');
const WITHOUT_RESERVE = join(import.meta.dirname, 'full-disk', 'without-reserve.ts');
const REDACT = join(import.meta.dirname, 'full-disk', 'redact.ts');
const BACKUP = join(import.meta.dirname, 'full-disk', 'backup.ts');
const ONE_FILL = join(import.meta.dirname, '../../../..', 'test/faults/disk-full', 'one.ts');

const NODE_FLAGS = '--disable-warning=ExperimentalWarning --conditions=refold-source';

/** Mounting a small disk needs root. The gate has it, and skips nothing. */
const mayMount = process.platform === 'linux' && (process.getuid?.() === 0 || process.env.CI !== undefined);

/** Tells the story of a script that is given a folder, which is a disk of this size. */
async function storyOn(size: string, script: string, ...further: string[]): Promise<Record<string, unknown>> {
  const folder = temporaryDirectory();
  const mounting = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift && folder=$1 script=$2 && shift 2';
  const running = 'exec "$0" $NODE_FLAGS "$script" "$folder" "$@"';
  const args = ['-m', 'sh', '-c', `${mounting} && ${running}`, process.execPath, size, folder, script, ...further];
  const { stdout } = await promisify(execFile)('unshare', args, { env: { ...process.env, NODE_FLAGS } });
  return JSON.parse(stdout);
}

describe.skipIf(!mayMount)('a log on a full disk', () => {
  test.each(
    sampleOf([
      ['512k', 'always', 'close'],
      ['1m', 'always', 'kill'],
      ['3m', 'everysec', 'close'],
      ['6m', 'os', 'kill'],
      ['20m', 'always', 'close'],
    ] as const),
  )('of %s, durability %s, ended by %s', async (size, durability, ending) => {
    const story = await storyOn(size, SCENARIO, durability, ending);
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

  test('to the last page, its ballast gone as well: LOG_FULL at every door, and all is there when there is space', async () => {
    expect(await storyOn('4m', WITHOUT_RESERVE)).toEqual({
      newLog: 'LOG_FULL',
      newLogWithSpace: 'done',
      openWriter: 'LOG_FULL',
      openReader: 'LOG_FULL',
      repairWithoutRoom: 'LOG_FULL',
      leftByRepair: [],
      openAgain: 'done',
      sequence: 1_200,
    });
  });

  test('a backup that meets one is LOG_FULL, wherever it ends, and leaves nothing', async () => {
    const story = await storyOn('4m', BACKUP);
    expect(story).toMatchObject({ strange: [], left: [], logIsSound: true });
    expect(story.full).toBeGreaterThan(10);
    expect(story.done).toBeGreaterThan(0);
  });

  test('a redaction that meets one is LOG_FULL and changes nothing, and a scrub is LOG_FULL and can be repeated', async () => {
    const story = await storyOn('24m', REDACT);
    expect(story).toMatchObject({ strange: [], isSound: true });
    for (const count of [story.applied, story.applyFull, story.scrubbed, story.scrubFull])
      expect(count).toBeGreaterThan(2);
  });

  test.each(
    sampleOf([
      [37, 716_800],
      [258_183, 749_568],
      [258_185, 831_488],
    ]),
  )(
    'with a ballast of 64 KiB, ledger %i on %i bytes: compaction cuts its work to that, and writing goes on',
    async (...fill) => {
      const node = [process.execPath, ...NODE_FLAGS.split(' '), ONE_FILL, ...fill.map(String), 'grow'];
      const { stdout } = await promisify(execFile)('unshare', ['-m', ...node]);
      expect(JSON.parse(stdout)).toMatchObject({
        ending: expect.stringMatching(/LOG_FULL$/),
        onFullDisk: 'compacted and went on',
        violations: [],
      });
    },
  );
});
