/** Damage done to a stored log is reported where it is, and nothing after it is read. */
import type Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../../../src/core/event.ts';
import { chainAfter, checksumOf, decodeBlock } from '../../../../src/log/blocks/block.ts';
import {
  appendCommits,
  appendNotes,
  commitOf,
  noted,
  refusalOf,
  sequencesOf,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

let path: string;

/** Blocks of events 1–3 (sealed) and 4, 5, 6, 7, 8 (open). */
beforeEach(async () => {
  path = temporaryPath();
  const log = await openLog(path);
  await appendNotes(log, 3);
  await log.care!.seal({ through: 3 });
  await appendNotes(log, 5);
  await log.close();
});

/** What a reader gets before it is refused, and the refusal. */
async function readUntilRefused() {
  const log = await openLog(path, { readOnly: true });
  const events: RecordedEvent[] = [];
  const refusal = await refusalOf(async () => {
    for await (const block of log.read({ from: 1 })) events.push(...decodeBlock(block).events);
  });
  return { sequences: sequencesOf(events), refusal };
}

const flipOpen = 'update blocks set payload = replace(payload, \'"note":5\', \'"note":7\') where first_sequence = 5';
const flipSealed = `update blocks set payload = cast(substr(payload, 1, length(payload) - 1) || x'00' as blob)
  where first_sequence = 1`;
const swap = `
  update blocks set payload = case first_sequence
      when 5 then (select payload from blocks where first_sequence = 6)
      else (select payload from blocks where first_sequence = 5) end,
    checksum = case first_sequence
      when 5 then (select checksum from blocks where first_sequence = 6)
      else (select checksum from blocks where first_sequence = 5) end
  where first_sequence in (5, 6)`;

/** Another first digit. */
const changeChain = `update blocks
  set chain = case substr(chain, 1, 1) when '0' then '1' else '0' end || substr(chain, 2)`;

describe('a log that was harmed', () => {
  test.each<[string, string, number, number[]]>([
    ['a changed open payload', flipOpen, 5, [1, 2, 3, 4]],
    ['a changed sealed payload', flipSealed, 1, []],
    ['two blocks swapped, checksums and all', swap, 5, [1, 2, 3, 4]],
    ['a deleted block', 'delete from blocks where first_sequence = 6', 6, [1, 2, 3, 4, 5]],
    ['a deleted first block', 'delete from blocks where first_sequence = 1', 1, []],
    ['a changed checksum', 'update blocks set checksum = checksum + 1 where first_sequence = 7', 7, upTo(6)],
    ['a changed chain', `${changeChain} where first_sequence = 4`, 4, [1, 2, 3]],
    ['a changed time', 'update blocks set recorded_at = recorded_at + 1 where first_sequence = 6', 6, upTo(5)],
    ['a changed end', 'update blocks set last_sequence = 4 where first_sequence = 5', 5, [1, 2, 3, 4]],
    ['an encoding that is not its own', "update blocks set encoding = 'sealed' where first_sequence = 4", 4, [1, 2, 3]],
    ['an unknown encoding', "update blocks set encoding = 'zip' where first_sequence = 4", 4, [1, 2, 3]],
    ['a payload of another kind', 'update blocks set payload = 42 where first_sequence = 4', 4, [1, 2, 3]],
  ])('%s', async (_, sql, sequence, readBefore) => {
    withDatabase(path, (database) => database.exec(sql));
    const { sequences, refusal } = await readUntilRefused();
    expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', path, sequence, hint: expect.any(String) });
    expect(sequences).toEqual(readBefore);
  });

  test('an untouched one reads to its end', async () => {
    const log = await openLog(path, { readOnly: true });
    const sequences: number[] = [];
    for await (const block of log.read({ from: 1 })) sequences.push(...sequencesOf(decodeBlock(block).events));
    expect(sequences).toEqual(upTo(8));
  });

  test('a forged block, sound in itself, still breaks the chain of the next', async () => {
    withDatabase(path, (database) => forge(database, 5));
    const { sequences, refusal } = await readUntilRefused();
    expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 6 });
    expect(sequences).toEqual(upTo(5));
  });

  test('a sealed block put in another’s place is refused', async () => {
    const other = temporaryPath();
    const log = await openLog(other);
    for (const note of ['x', 'y', 'z']) await appendCommits(log, commitOf([noted(note)]));
    await log.care!.seal({ through: 3 });
    await log.close();
    const stolen = withDatabase(other, (database) =>
      database.prepare('select payload, checksum from blocks').raw().get(),
    ) as unknown[];
    withDatabase(path, (database) =>
      database.prepare('update blocks set payload = ?, checksum = ? where first_sequence = 1').run(...stolen),
    );
    expect((await readUntilRefused()).refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 1 });
  });

  test('any flipped byte of any payload is found', async () => {
    const rows = withDatabase(path, (database) =>
      database.prepare('select first_sequence, payload from blocks').raw().all(),
    ) as [number, string | Buffer][];
    for (const [first, payload] of rows) {
      const bytes = Buffer.from(payload as string);
      const at = (first * 7) % bytes.length;
      bytes[at] = bytes[at]! ^ 0x01;
      const harmed = typeof payload === 'string' ? bytes.toString('latin1') : bytes;
      put(first, harmed);
      const log = await openLogOrRefusal();
      expect(log).toMatchObject({ code: 'LOG_CORRUPT', sequence: first });
      put(first, payload);
    }
  });

  test('a sealed block in a row of another time is refused', async () => {
    withDatabase(path, (db) => db.exec('update blocks set recorded_at = recorded_at + 1 where first_sequence = 1'));
    expect((await readUntilRefused()).refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 1 });
  });

  test('a changed outcome of a command is found', async () => {
    const log = await openLog(path);
    const { sequence: expectedSequence } = log.head();
    const outcomes = [{ commandId: 'c', recordedAt: 1, outcome: '{"status":"accepted"}' }];
    await log.append({ expectedSequence, epoch: log.epoch, commits: [], outcomes });
    expect(log.outcome('c')).toEqual(outcomes[0]);
    await log.close();
    withDatabase(path, (db) => db.exec("update commands set outcome = replace(outcome, 'accepted', 'rejected')"));
    const reader = await openLog(path, { readOnly: true });
    expect(await refusalOf(async () => reader.outcome('c'))).toMatchObject({ code: 'LOG_CORRUPT', path, type: 'c' });
  });

  test('sealing does not pack damage', async () => {
    withDatabase(path, (database) => database.exec(flipOpen));
    const log = await openLog(path);
    expect(await refusalOf(log.care!.seal({ through: 8 }))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 5 });
    const encodings = withDatabase(path, (db) => db.prepare('select encoding from blocks').pluck().all());
    expect(encodings).toEqual(['sealed', 'open', 'open', 'open', 'open', 'open']);
    await appendNotes(log, 1); // the log itself works
  });

  test('damage in what follows does not hide what comes before', async () => {
    withDatabase(path, (database) => database.exec(flipOpen));
    const log = await openLog(path);
    const blocks = [];
    for await (const block of log.read({ from: 1, to: 4 })) blocks.push(block);
    expect(blocks).toHaveLength(2);
  });
});

function put(first: number, payload: unknown): void {
  withDatabase(path, (db) => db.prepare('update blocks set payload = ? where first_sequence = ?').run(payload, first));
}

/** The refusal of opening or of reading: a damaged last block is found when the log is opened. */
async function openLogOrRefusal() {
  try {
    return (await readUntilRefused()).refusal;
  } catch (error) {
    return error;
  }
}

/** Replaces the payload of an open block and makes checksum and chain fit it. */
function forge(database: Database.Database, first: number): void {
  const previous = database
    .prepare('select chain from blocks where last_sequence = ?')
    .pluck()
    .get(first - 1) as string;
  const recordedAt = database
    .prepare('select recorded_at from blocks where first_sequence = ?')
    .pluck()
    .get(first) as number;
  const payload = '[[0,0,[["Noted",1,{"note":"forged"}]]]]';
  const checksum = checksumOf(payload);
  database
    .prepare('update blocks set payload = ?, checksum = ?, chain = ? where first_sequence = ?')
    .run(
      payload,
      checksum,
      chainAfter(previous, { checksum, firstSequence: first, lastSequence: first, recordedAt }),
      first,
    );
}
