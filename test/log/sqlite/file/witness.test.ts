/** A log that has lost its end is refused by its witness; nothing else is. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LogStore } from '../../../../src/log/log-store.ts';
import { readWitness, witnessPath } from '../../../../src/log/sqlite/file/witness.ts';
import {
  appendCommits,
  appendNotes,
  commitOf,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryDirectory, temporaryPath, withDatabase } from '../fixtures.ts';

/** The files of a log as they are at this moment, in a separate folder; copied by a process that holds no locks. */
function freeze(path: string): string {
  const folder = temporaryDirectory();
  for (const suffix of ['', '-wal', '-witness']) {
    if (fs.existsSync(path + suffix)) execFileSync('cp', [path + suffix, join(folder, `log.db${suffix}`)]);
  }
  return join(folder, 'log.db');
}

/** A log of `count` durable events, all of them still in the WAL, as a crash leaves it. */
async function crashedLog(count: number): Promise<string> {
  const path = temporaryPath();
  const log = await openLog(path, { durability: 'always' });
  await appendNotes(log, count);
  const frozen = freeze(path);
  await log.close();
  return frozen;
}

async function lastSequenceOf(path: string, readOnly = false): Promise<number> {
  const log = await openLog(path, { readOnly });
  const { sequence } = log.head();
  expect(sequencesOf(await readEvents(log))).toEqual(upTo(sequence));
  await log.close();
  return sequence;
}

describe('a log that has lost its end is refused', () => {
  test('after any flipped bit in the WAL: all events are there, or it is refused by name', async () => {
    const path = await crashedLog(20);
    const wal = fs.readFileSync(`${path}-wal`);
    let refused = 0;
    for (let at = 5; at < wal.length; at += Math.floor(wal.length / 24)) {
      const harmed = Buffer.from(wal);
      harmed[at]! ^= 1 << (at % 8);
      fs.writeFileSync(`${path}-wal`, harmed);
      const readOnly = refused % 6 !== 0;
      const outcome = await lastSequenceOf(path, readOnly).catch((error) => error);
      if (outcome === 20) return expect.unreachable('each frame of this WAL holds something');
      expect(outcome).toMatchObject({ code: 'LOG_CORRUPT', path, hint: expect.stringContaining('--accept-loss') });
      expect(outcome.sequence).toBeGreaterThan(0);
      expect(outcome.sequence).toBeLessThanOrEqual(21);
      expect(fs.readFileSync(`${path}-wal`).equals(harmed), 'the WAL is left as it was').toBe(true);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(20);
    fs.writeFileSync(`${path}-wal`, wal);
    expect(await lastSequenceOf(path)).toBe(20);
  });

  test('when its WAL was deleted', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'always' });
    await appendNotes(log, 3);
    await log.care!.reclaim(); // empties the WAL
    await appendNotes(log, 4);
    const frozen = freeze(path);
    await log.close();
    fs.rmSync(`${frozen}-wal`);
    for (const readOnly of [true, false]) {
      expect(await refusalOf(openLog(frozen, { readOnly }))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 4 });
    }
  });

  test('when an older copy was put in its place', async () => {
    const path = temporaryPath();
    const first = await openLog(path);
    await appendNotes(first, 3);
    await first.close();
    const copy = freeze(path);
    const second = await openLog(path);
    await appendNotes(second, 2);
    await second.close();
    fs.copyFileSync(copy, path);
    const refusal = await refusalOf(openLog(path));
    expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 4 });
    expect(refusal.message).toMatch(/ends at 3, and 5 was durable/);
    fs.rmSync(witnessPath(path)); // now nothing shows the loss
    expect(await lastSequenceOf(path)).toBe(3);
  });

  test('when it tells another story of the same events', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 2);
    await log.close();
    const other = freeze(path);
    await appendOnce(path, 'mine');
    await appendOnce(other, 'yours');
    await appendOnce(other, 'yours as well');
    for (const lasting of [3, 4]) {
      fs.copyFileSync(other, path);
      const refusal = await refusalOf(openLog(path, { readOnly: true }));
      expect(refusal, `${lasting}`).toMatchObject({ code: 'LOG_CORRUPT', sequence: 3 });
    }
  });

  test('when the epoch of its last writer is lost', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    await (await openLog(path)).close();
    withDatabase(path, (database) => database.exec('update log_state set epoch = 1'));
    expect(await refusalOf(openLog(path))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 1 });
  });
});

async function appendOnce(path: string, note: string): Promise<void> {
  const log = await openLog(path);
  await appendCommits(log, commitOf([noted(note)]));
  await log.close();
}

describe('a witness is only a witness', () => {
  test.each<[string, (witness: string) => void]>([
    ['none', (witness) => fs.rmSync(witness)],
    ['an empty one', (witness) => fs.truncateSync(witness)],
    ['one of noise', (witness) => fs.writeFileSync(witness, Buffer.alloc(9_000, 0xa7))],
    ['one with both checksums broken', (witness) => flipIn(witness, 30, 4_096 + 30)],
  ])('%s refuses nothing', async (_, harm) => {
    const path = temporaryPath();
    await appendOnce(path, 'a');
    const older = freeze(path);
    await appendOnce(path, 'b');
    fs.copyFileSync(older, path);
    expect((await refusalOf(openLog(path))).code).toBe('LOG_CORRUPT'); // as long as it speaks
    harm(witnessPath(path));
    expect(await lastSequenceOf(path)).toBe(1);
    expect(readWitness(path)[0]).toMatchObject({ sequence: 1 }); // and it speaks again
  });

  test('a torn write leaves the testimony before it', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'always' });
    await appendNotes(log, 5);
    const [newest, older] = readWitness(path);
    expect([newest?.sequence, older?.sequence]).toEqual([5, 4]);
    await log.close();
    for (const offset of [0, 4_096]) {
      const torn = fs.readFileSync(witnessPath(path));
      torn.fill(0, offset + 32, offset + 64);
      fs.writeFileSync(`${path}-torn-witness`, torn);
      const sequences = readWitness(`${path}-torn`).map(({ sequence }) => sequence);
      expect(sequences).toHaveLength(1);
      expect([4, 5]).toContain(sequences[0]);
    }
  });

  test('that of another log refuses nothing', async () => {
    const path = temporaryPath();
    const other = temporaryPath();
    await appendOnce(path, 'a');
    await appendOnce(other, 'x');
    await appendOnce(other, 'y');
    fs.copyFileSync(witnessPath(other), witnessPath(path));
    expect(await lastSequenceOf(path)).toBe(1);
    await appendOnce(path, 'b'); // the foreign testimony is overwritten, ahead as it was
    expect(readWitness(path).find(({ sequence }) => sequence === 2)).toBeDefined();
  });

  test('a restored backup is not compared with the witness of its log', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 3);
    await log.care!.backup!(`${path}.copy`);
    await appendNotes(log, 4);
    await log.close();
    expect(fs.existsSync(witnessPath(`${path}.copy`))).toBe(false);
    fs.renameSync(`${path}.copy`, path);
    expect(await lastSequenceOf(path)).toBe(3);
    await appendOnce(path, 'another future');
    expect(await lastSequenceOf(path)).toBe(4);
  });
});

describe('a witness claims what was promised, and no more', () => {
  test.each(['os', 'everysec'] as const)('%s: what a power cut may take is not missed', async (durability) => {
    const path = temporaryPath();
    const log = await openLog(path, { durability });
    await appendNotes(log, 2);
    await log.flush();
    const synced = freeze(path);
    expect(readWitness(path)[0]?.sequence).toBe(2);
    await appendNotes(log, 3);
    expect(readWitness(path)[0]?.sequence).toBeLessThan(5);
    fs.copyFileSync(witnessPath(path), witnessPath(synced)); // the cut took the commits and left the witness
    expect(await lastSequenceOf(synced)).toBe(2);
    await log.close();
    expect(readWitness(path)[0]?.sequence).toBe(5);
  });

  test('always: with each append', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'always' });
    for (const sequence of upTo(4)) {
      await appendNotes(log, 1);
      expect(readWitness(path)[0]).toMatchObject({ sequence, epoch: 1, chain: log.head().chain });
    }
  });

  test('everysec: within about a second', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'everysec' });
    await appendNotes(log, 2);
    await expect.poll(() => readWitness(path)[0]?.sequence, { timeout: 20_000 }).toBe(2);
  });

  test('a reader that is opened while the writer runs is never alarmed', async () => {
    const path = temporaryPath();
    const writer = await openLog(path, { durability: 'always' });
    let isWriting = true;
    const writing = appendAndSeal(writer).finally(() => (isWriting = false));
    let opened = 0;
    while (isWriting) {
      const reader = await openLog(path, { readOnly: true });
      opened += 1;
      await reader.close();
      await nextTurn(); // opening alone never lets the writer's answers in
    }
    await writing;
    expect(opened).toBeGreaterThan(5);
  });
});

async function appendAndSeal(log: LogStore): Promise<void> {
  for (let round = 0; round < 10; round++) {
    await appendNotes(log, 20);
    await log.care!.seal({ through: log.head().sequence - 3 });
    await log.dropThrough(log.head().sequence - 30);
  }
}

function flipIn(file: string, ...places: readonly number[]): void {
  const bytes = fs.readFileSync(file);
  for (const at of places) bytes[at]! ^= 1;
  fs.writeFileSync(file, bytes);
}
