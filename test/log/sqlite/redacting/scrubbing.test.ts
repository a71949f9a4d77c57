/**
 * After a scrub no file of the log has a byte of what was redacted: the bytes themselves are looked for.
 *
 * A sealed block and a snapshot are compressed, so pieces of what is stored are looked for, not words.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { LogStore, StoredOutcome } from '../../../../src/log/log-store.ts';
import {
  appendCommits,
  appendNotes,
  commitOf,
  fenceOf,
  noise,
  noted,
  packForgotten,
  readEvents,
  redact,
  redactionOf,
  remember,
  rowOf,
  snapshotAt,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** A text that compresses badly. */
function secret(length: number, seed: number): string {
  return `secret-${Buffer.from(noise(length, seed)).toString('base64')}`;
}

/** What must not be found, by name. */
type Needles = Map<string, Buffer>;

/** Three pieces of each stored value: the first bytes lie in the row, later ones in other pages, the last in a tail. */
function addPieces(needles: Needles, path: string, name: string, select: string): void {
  const values = withDatabase(path, (database) => database.prepare(select).pluck().all()) as (string | Buffer)[];
  expect(values.length, name).toBeGreaterThan(0);
  for (const [index, value] of values.entries()) {
    const bytes = Buffer.from(value as string);
    const last = Math.max(0, bytes.length - 40);
    for (const at of new Set([Math.min(90, last), last >> 1, last])) {
      needles.set(`${name} ${index} at ${at}`, bytes.subarray(at, at + 32));
    }
  }
}

/** The needles that are in a file of the log's folder. `cat` reads them: a descriptor here would drop SQLite's locks. */
function foundIn(path: string, needles: Needles): string[] {
  const folder = dirname(path);
  const files = fs.readdirSync(folder).map((name) => join(folder, name));
  const bytes = execFileSync('cat', files, { maxBuffer: 512 * 1024 * 1024 });
  return [...needles].filter(([, needle]) => bytes.includes(needle)).map(([name]) => name);
}

function kindsOf(found: readonly string[]): Set<string> {
  return new Set(found.map((name) => name.replace(/ \d+ at \d+$/, '')));
}

const outcomes: StoredOutcome[] = [1, 2, 3].map((n) => ({
  commandId: `c${n}`,
  recordedAt: 40,
  outcome: JSON.stringify(secret(90, 50 + n)),
}));

/** A log with words at every place that there is. Events 1 to 9 are dropped, 10 to 14 are to be redacted. */
async function fill(log: LogStore, needles: Needles): Promise<void> {
  const { path } = log;
  const care = log.care!;
  const payloads = (from: number, to: number): string =>
    `select payload from blocks where first_sequence between ${from} and ${to} order by first_sequence`;
  for (let n = 1; n <= 9; n++)
    await appendCommits(log, commitOf([noted(secret(n % 3 === 0 ? 9_000 : 150, n))], n * 10));
  for (let n = 10; n <= 13; n++) await appendCommits(log, commitOf([noted(secret(300, n))], n * 10));
  await appendCommits(log, commitOf([noted(secret(1_500_000, 14))], 140));
  addPieces(needles, path, 'dropped open', payloads(1, 9));
  addPieces(needles, path, 'open before sealing', payloads(10, 12));
  addPieces(needles, path, 'open', payloads(13, 13));
  addPieces(needles, path, 'large open', payloads(14, 14));
  for (const [owner, sequence] of [
    ['', 11],
    ['', 13],
    ['totals', 13],
  ] as const) {
    await log.putSnapshot(snapshotAt(log, sequence, owner), [noise(300_000, sequence + owner.length)]);
  }
  addPieces(needles, path, 'snapshot', 'select data from snapshot_chunks order by snapshot_id, part');
  await remember(log, outcomes);
  addPieces(needles, path, 'outcome', 'select outcome from commands');
  await care.seal({ through: 9 });
  addPieces(needles, path, 'dropped sealed', payloads(1, 9));
  await care.seal({ from: 10, through: 12 });
  addPieces(needles, path, 'sealed', payloads(10, 12));
  await log.dropSnapshots('', [11]);
  await log.dropThrough(9);
  await appendNotes(log, 3);
}

const ALL_KINDS = [
  ...['dropped open', 'dropped sealed', 'open before sealing', 'sealed', 'open', 'large open'],
  ...['snapshot', 'outcome'],
];

async function redactAll(log: LogStore): Promise<void> {
  const redaction = redactionOf(log);
  await redaction.stage([await packForgotten(log, 10, 12, [10, 11, 12])], []);
  for (const sequence of [13, 14])
    await redaction.stage([await packForgotten(log, sequence, sequence, [sequence])], []);
  await redaction.stage(
    [],
    outcomes.map((outcome) => ({ ...outcome, outcome: '"-"' })),
  );
  await redaction.apply(rowOf([10, 11, 12, 13, 14]), fenceOf(log));
}

async function requireSound(log: LogStore): Promise<void> {
  const events = await readEvents(log, 10);
  expect(events).toHaveLength(8);
  expect(events.slice(0, 5).map(({ data }) => data)).toEqual(new Array(5).fill({ note: 'forgotten' }));
  expect(await log.care!.checkStructure()).toEqual([]);
  expect((await log.outcome('c2'))?.outcome).toBe('"-"');
}

describe('the bytes of what was redacted', () => {
  test('are in no file after a scrub, and are there without one', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const log = await openLog(path);
    await fill(log, needles);
    expect([...kindsOf(foundIn(path, needles))].sort()).toEqual([...ALL_KINDS].sort());
    await redactAll(log);
    const left = kindsOf(foundIn(path, needles));
    for (const kind of ['open', 'large open', 'sealed', 'snapshot', 'outcome', 'dropped sealed']) {
      expect(left, 'the negative control').toContain(kind);
    }
    expect(await redactionOf(log).scrub()).not.toHaveProperty('pending');
    expect(foundIn(path, needles)).toEqual([]);
    await requireSound(log);
    await log.close();
    expect(foundIn(path, needles)).toEqual([]);
    await requireSound(await openLog(path));
  });

  test('are in no file after the scrub of a file with free pages from before', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const before = await openLog(path);
    await fill(before, needles);
    expect(before.care!.format?.()).toBe(1);
    await before.close();
    expect(kindsOf(foundIn(path, needles))).toContain('dropped sealed');
    const log = await openLog(path);
    await redactAll(log);
    expect(log.care!.format?.()).toBe(2);
    await redactionOf(log).scrub();
    expect(foundIn(path, needles)).toEqual([]);
  });

  test('are in no file when the log is closed after a redaction, opened again and scrubbed', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const log = await openLog(path);
    await fill(log, needles);
    await redactAll(log);
    await log.close();
    expect(foundIn(path, needles).length).toBeGreaterThan(0);
    const again = await openLog(path);
    expect((await redactionOf(again).redactions()).map(({ scrubbed }) => scrubbed)).toEqual([false]);
    await redactionOf(again).scrub();
    expect((await redactionOf(again).redactions()).map(({ scrubbed }) => scrubbed)).toEqual([true]);
    expect(foundIn(path, needles)).toEqual([]);
    await requireSound(again);
  });

  test('a second redaction is scrubbed too', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const log = await openLog(path);
    for (let n = 1; n <= 6; n++) await appendCommits(log, commitOf([noted(secret(200, n))]));
    addPieces(needles, path, 'open', 'select payload from blocks');
    await redact(log, [1, 3, 5]);
    await redactionOf(log).scrub();
    const left = foundIn(path, needles);
    expect(left.length).toBe(needles.size / 2);
    await redact(log, [2, 4, 6]);
    await redactionOf(log).scrub();
    expect(foundIn(path, needles)).toEqual([]);
  });

  test('are pending while a reader holds the WAL, and a later scrub removes them', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const log = await openLog(path);
    await fill(log, needles);
    const reader = new Database(path, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from blocks').get();
    await redactAll(log);
    expect((await redactionOf(log).scrub()).pending).toMatch(/reader.*-wal/);
    expect((await redactionOf(log).redactions()).map(({ scrubbed }) => scrubbed)).toEqual([false]);
    await requireSound(log);
    await appendNotes(log, 1);
    reader.close();
    expect(await redactionOf(log).scrub()).not.toHaveProperty('pending');
    expect(foundIn(path, needles)).toEqual([]);
    expect((await readEvents(log, 10)).length).toBe(9);
  });
});

describe('a crash', () => {
  /** The files as they are now, elsewhere: what a process that dies here leaves. */
  function imageOf(path: string): string {
    const copy = temporaryPath();
    for (const suffix of ['', '-wal', '-witness']) {
      if (fs.existsSync(path + suffix)) execFileSync('cp', [path + suffix, copy + suffix]);
    }
    return copy;
  }

  test('between any two steps leaves the log as it was or redacted, and a scrub finishes', async () => {
    const path = temporaryPath();
    const needles: Needles = new Map();
    const log = await openLog(path, { durability: 'always' });
    await fill(log, needles);
    const words = await readEvents(log, 10);
    const images = [imageOf(path)];
    const redaction = redactionOf(log);
    await redaction.stage([await packForgotten(log, 10, 12, [10, 11, 12])], outcomes);
    images.push(imageOf(path));
    await redaction.discard();
    await redactAll(log);
    const redacted = await readEvents(log, 10);
    images.push(imageOf(path));
    const reader = new Database(path, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from blocks').get();
    await redaction.scrub();
    images.push(imageOf(path)); // rebuilt, but the WAL is not emptied
    reader.close();
    await redaction.scrub();
    images.push(imageOf(path));
    for (const [step, image] of images.entries()) {
      const again = await openLog(image);
      const rows = await redactionOf(again).redactions();
      expect(
        rows.map(({ scrubbed }) => scrubbed),
        `step ${step}`,
      ).toEqual(step < 2 ? [] : [step === 4]);
      expect(await readEvents(again, 10)).toEqual(step < 2 ? words : redacted);
      expect(await again.care!.checkStructure()).toEqual([]);
      if (step < 2) await redactAll(again);
      await redactionOf(again).scrub();
      expect(foundIn(image, needles)).toEqual([]);
      await again.close();
    }
  });
});
