/** Repair has a plan and keeps a copy. It loses something acknowledged only if the caller accepts that. */
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openLog, openStore, type RepairReport, repairLog } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

/** Blocks of events 1–5 (sealed), 6 … 10 (open), a snapshot at 5 and at 10, a remembered command for 8. */
async function makeLog(): Promise<string> {
  const path = await temporaryPath();
  const store = await openCarts({ path });
  for (let n = 1; n <= 5; n++) await store.append(added('a', n));
  await store.snapshot();
  await store.compact();
  for (let n = 6; n <= 10; n++) await store.append(note(`${n}`), { commandId: `note-${n}` });
  await store.snapshot();
  await store.close();
  return path;
}

function harm(path: string, sql: string): void {
  const database = new Database(path);
  database.unsafeMode();
  database.exec(sql);
  database.close();
}

const flipBlock = (first: number) =>
  `update blocks set payload = replace(payload, '"text"', '"texd"') where first_sequence = ${first}`;
const loseChunk = (sequence: number) =>
  `delete from snapshot_chunks where snapshot_id = (select id from snapshots where sequence = ${sequence})`;

async function sequenceOf(path: string): Promise<number> {
  const store = await openCarts({ path });
  const { sequence } = store;
  expect((await store.verify()).problems).toEqual([]);
  await store.close();
  return sequence;
}

describe('a sound log', () => {
  test('is not changed by a plan or by a repair', async () => {
    const path = await makeLog();
    const before = readFileSync(path);
    for (const plan of [true, false]) {
      const report = await repairLog(path, { plan });
      expect(report).toMatchObject({ sound: true, plan: true, damage: [], lostEvents: 0, keptThrough: 10 });
      expect(report).not.toHaveProperty('backup');
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(namesBeside(path)).toEqual(UNTOUCHED);
  });
});

test('a lost end without a witness is damage: a snapshot beyond the end proves it', async () => {
  const path = await makeLog();
  harm(path, 'delete from blocks where first_sequence > 7');
  rmSync(`${path}-witness`);
  const refused = { code: 'LOG_CORRUPT', sequence: 8, hint: expect.stringContaining('refold repair --accept-loss') };
  await expect(sequenceOf(path)).rejects.toMatchObject(refused);
  expect(await findings(path)).toEqual([expect.objectContaining({ code: 'LOG_CORRUPT', sequence: 8 })]);
  const plan = await repairLog(path, { plan: true });
  expect(plan).toMatchObject({ sound: false, keptThrough: 7, lostEvents: 3, needsAcceptLoss: true });
  expect(plan.damage).toEqual([expect.objectContaining({ code: 'LOG_CORRUPT', sequence: 8 })]);
  await repairLog(path, { acceptLoss: true });
  expect(await sequenceOf(path)).toBe(7);
});

/** What `verify` finds without a model. */
async function findings(path: string): Promise<readonly object[]> {
  await using log = await openLog({ path });
  return (await log.verify({ quick: true })).problems;
}

describe('a damaged block', () => {
  test('takes along nothing that is said of later blocks', async () => {
    const path = await makeLog();
    harm(path, `insert or replace into meta values ('sealedThrough', '9'); ${flipBlock(8)}`);
    await repairLog(path, { acceptLoss: true });
    const database = new Database(path);
    const kept = database.prepare("select value from meta where key = 'sealedThrough'").pluck().get();
    database.close();
    expect(kept).toBe('0'); // or blocks of later events would never be sealed
  });

  test('is described by a plan, which does not change anything', async () => {
    const path = await makeLog();
    harm(path, flipBlock(8));
    const before = readFileSync(path);
    const report = await repairLog(path, { plan: true });
    expect(report).toMatchObject({
      plan: true,
      sound: false,
      firstSequence: 1,
      keptThrough: 7,
      reachedThrough: 10,
      lostEvents: 3,
      needsAcceptLoss: true,
      keptSnapshots: [5],
      droppedSnapshots: [{ owner: '', sequence: 10 }],
      forgottenOutcomes: 3,
    });
    expect(report.damage[0]).toMatchObject({ code: 'LOG_CORRUPT', sequence: 8 });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is not repaired at the cost of acknowledged events without consent', async () => {
    const path = await makeLog();
    harm(path, flipBlock(8));
    const refusal = await errorOf(repairLog(path));
    expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 8, hint: expect.stringContaining('--accept-loss') });
    expect(refusal.message).toContain('3 acknowledged events, from 8 on');
    expect(namesBeside(path)).toEqual(UNTOUCHED);
  });

  test('is dropped with everything after it once the loss is accepted, and the damaged file is kept', async () => {
    const path = await makeLog();
    harm(path, flipBlock(8));
    const damaged = readFileSync(path);
    const report = await repairLog(path, { acceptLoss: true });
    expect(report).toMatchObject({ plan: false, keptThrough: 7, lostEvents: 3 });
    expect(readFileSync(report.backup!).equals(damaged)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const store = await openCarts({ path });
    expect(store.sequence).toBe(7);
    expect(store.state.seen.notes).toEqual(['6', '7']);
    expect(store.recovery.snapshot).toBe(5);
    // The outcome for 7 is still remembered. The outcome for 8 is forgotten, so a retry does it again.
    expect(await store.append(note('7'), { commandId: 'note-7' })).toMatchObject({ lastSequence: 7 });
    expect(await store.append(note('8'), { commandId: 'note-8' })).toMatchObject({ lastSequence: 8 });
    await store.close();
    expect(await sequenceOf(path)).toBe(8);
    expect(await repairLog(path)).toMatchObject({ sound: true });
  });

  test('at the beginning leaves an empty log of the same model', async () => {
    const path = await makeLog();
    harm(path, `update blocks set checksum = checksum + 1 where first_sequence = 1`);
    expect(await repairLog(path, { acceptLoss: true })).toMatchObject({ keptThrough: 0, lostEvents: 10 });
    expect(await sequenceOf(path)).toBe(0);
  });

  test('after dropped history leaves the other events at their sequences', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, history: { maxEvents: 2 } });
    for (let n = 1; n <= 6; n++) {
      await store.append(note(`${n}`));
      await store.snapshot();
    }
    await store.compact();
    await store.append(note('7'));
    await store.close();
    harm(path, flipBlock(7));
    const report = await repairLog(path, { acceptLoss: true });
    expect(report.firstSequence).toBeGreaterThan(1);
    expect(report).toMatchObject({ keptThrough: 6, reachedThrough: 7 });
    expect(await sequenceOf(path)).toBe(6);
  });
});

describe('damage that loses no acknowledged event is repaired without consent', () => {
  test.each<[string, string]>([
    ['a lost chunk of a snapshot', loseChunk(10)],
    ['a snapshot moved to another place', 'update snapshots set sequence = 9 where sequence = 10'],
    ['a trigger that somebody put in', 'create trigger t after insert on blocks begin select 1; end'],
    ['an additional table', 'create table notes (text)'],
  ])('%s', async (_, sql) => {
    const path = await makeLog();
    harm(path, sql);
    const report = await repairLog(path);
    expect(report).toMatchObject({ sound: false, plan: false, needsAcceptLoss: false, lostEvents: 0, keptThrough: 10 });
    expect(existsSync(report.backup!)).toBe(true);
    expect(await sequenceOf(path)).toBe(10);
    expect(await repairLog(path)).toMatchObject({ sound: true });
  });
});

describe('a truncated log', () => {
  test('is refused with a hint, repaired once the loss is accepted, and then opens', async () => {
    const path = await makeLog();
    const old = readFileSync(path);
    const store = await openCarts({ path });
    await store.append(note('11'));
    await store.close();
    writeFileSync(path, old);
    expect(await errorOf(openStore(cartModel, { path }))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 11 });
    expect(await repairLog(path, { plan: true })).toMatchObject({ keptThrough: 10, reachedThrough: 11, lostEvents: 1 });
    await errorOf(repairLog(path));
    expect(await repairLog(path, { acceptLoss: true })).toMatchObject({ lostEvents: 1, keptSnapshots: [5, 10] });
    expect(await sequenceOf(path)).toBe(10);
  });
});

describe('a repair', () => {
  test('does not wait for a writer: the log must not be in use', async () => {
    const path = await makeLog();
    await openCarts({ path });
    expect((await errorOf(repairLog(path, { acceptLoss: true }))).code).toBe('LOG_LOCKED');
    expect(await repairLog(path, { plan: true })).toMatchObject({ sound: true });
  });

  test.each([
    ['just before it counts as done', 'nothing has happened', false],
    ['just after it', 'the next one finishes it', true],
  ])('that is killed %s: %s', async (_, __, isDone) => {
    const path = await makeLog();
    harm(path, flipBlock(8));
    const repaired = await temporaryPath();
    await withCopy(path, repaired, (copy) => repairLog(copy, { acceptLoss: true }));
    // The files as an interrupted repair leaves them: the copy has its second name, and the new file is ready.
    linkSync(path, `${path}.damaged-1`);
    renameSync(repaired, isDone ? `${path}-repair` : `${path}-repair.partial`);
    if (isDone) {
      writeFileSync(`${path}-wal`, 'what the damaged file still had');
      const refusal = await errorOf(openLog({ path }));
      expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', hint: expect.stringContaining('finishes') });
      expect(await repairLog(path)).toMatchObject({ sound: true, keptThrough: 7 });
      expect(await sequenceOf(path)).toBe(7);
    } else {
      expect(await repairLog(path, { plan: true })).toMatchObject({ keptThrough: 7, lostEvents: 3 });
      expect(await repairLog(path, { acceptLoss: true })).toMatchObject({ keptThrough: 7, lostEvents: 3 });
      expect(await sequenceOf(path)).toBe(7);
    }
    expect(namesBeside(path).filter((name) => name.includes('-repair'))).toEqual([]);
    expect(readFileSync(`${path}.damaged-1`).includes('"texd"')).toBe(true);
  });

  test('does not change a file that is not a log', async () => {
    const path = await temporaryPath();
    expect((await errorOf(repairLog(path))).code).toBe('INVALID_OPTION');
    expect((await errorOf(repairLog(':memory:'))).code).toBe('INVALID_OPTION');
    writeFileSync(path, 'no database at all '.repeat(500));
    expect(await errorOf(repairLog(path))).toMatchObject({ code: 'LOG_CORRUPT', path });
    rmSync(path);
    const foreign = new Database(path);
    foreign.exec('create table users (id)');
    foreign.close();
    expect((await errorOf(repairLog(path, { acceptLoss: true }))).code).toBe('INVALID_OPTION');
  });

  test('makes a sound log from any file with a damaged page, or reports that it cannot', async () => {
    const path = await makeLog();
    const sound = readFileSync(path);
    const pages = sound.length / 4_096;
    const reports: (RepairReport | string)[] = [];
    for (let page = 0; page < pages; page++) {
      const harmed = Buffer.from(sound);
      harmed.fill(0xa5, page * 4_096 + (page === 0 ? 100 : 0), (page + 1) * 4_096);
      for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name));
      writeFileSync(path, harmed, { mode: 0o600 });
      const report = await repairLog(path, { acceptLoss: true }).catch((error) => error);
      if (report instanceof Error) {
        expect(report).toMatchObject({ code: 'LOG_CORRUPT' });
        reports.push(report.message);
      } else {
        expect(report.keptThrough).toBe(await sequenceOf(path));
        reports.push(report);
      }
    }
    const mended = reports.filter((report) => typeof report !== 'string' && !report.sound);
    expect(mended.length).toBeGreaterThan(3);
  });
});

/** Runs work on a copy of the log, then makes the result the file at `path`. */
async function withCopy(from: string, to: string, work: (path: string) => Promise<unknown>): Promise<void> {
  writeFileSync(to, readFileSync(from), { mode: 0o600 });
  await work(to);
  expect(existsSync(to)).toBe(true);
}

/** Without the files that a reader leaves: an empty WAL and its index. */
function namesBeside(path: string): string[] {
  const names = readdirSync(dirname(path)).filter((name) => !name.endsWith('.db-wal') && !name.endsWith('.db-shm'));
  return names.sort();
}

const UNTOUCHED = ['store.db', 'store.db-ballast', 'store.db-lock', 'store.db-witness'];
