/** A file beside the process that remembers the last acknowledged event: a log that has lost it is not opened. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendCommits, appendNotes, commitOf, noted } from '../../../src/log/contract/fixtures.ts';
import { type PostgresLogOptions, postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from '../server.ts';

let server: PostgresServer;
let folder: string;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
  folder = mkdtempSync('/var/tmp/rfwitness-');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

let name: string;
let witness: string;
beforeEach(() => {
  name = `witnessed ${++logs}`;
  witness = join(folder, `${logs}`);
});

const source = (options: PostgresLogOptions = {}) => postgresLog(server.url(), { name, witness, ...options });

/** Appends some events with or without a witness. */
async function append(events: number, options?: PostgresLogOptions): Promise<void> {
  const log = await postgresLog(server.url(), { name, ...options }).open({});
  await appendNotes(log, events);
  await log.close();
}

/** Deletes the events after one, as a failover to a standby that was behind does. */
async function loseAfter(sequence: number): Promise<void> {
  await server.sql(
    'delete from refold.blocks where first_sequence > $2 and log = (select log from refold.logs where name = $1)',
    ...[Buffer.from(name), sequence],
  );
}

async function expectRefused(sequence: number, why: string): Promise<void> {
  const refusal = { code: 'LOG_CORRUPT', sequence, message: expect.stringContaining(why) };
  await expect(source().open({ readOnly: true })).rejects.toMatchObject(refusal);
  await expect(source().open({})).rejects.toMatchObject(refusal);
}

async function expectHead(sequence: number, options: PostgresLogOptions = {}): Promise<void> {
  for (const readOnly of [true, false]) {
    const log = await source(options).open({ readOnly });
    expect(log.head().sequence).toBe(sequence);
    await log.close();
  }
}

describe('a log with a witness', () => {
  test('opens again, also when others have written to it', async () => {
    await append(3, { witness });
    await append(4);
    await expectHead(7);
    await append(1, { witness });
    await expectHead(8);
  });

  test('that has lost its end is refused, until the loss is accepted once', async () => {
    await append(9, { witness });
    await loseAfter(6);
    await expectRefused(7, 'it ends at 6, and 9 was durable');
    await expectHead(6, { acceptLoss: true });
    await expectHead(6);
    await append(1, { witness });
    await loseAfter(6);
    await expectRefused(7, 'it ends at 6, and 7 was durable');
  });

  test.each([
    ['end at the same places', [71, 72]],
    ['end at other places', [71, 72, 73]],
  ])('is refused when other blocks have taken the place of the lost ones, which %s', async (_, notes) => {
    await append(10, { witness });
    await loseAfter(notes.length === 2 ? 6 : 5);
    const other = await postgresLog(server.url(), { name }).open({});
    for (const note of notes) await appendCommits(other, commitOf([noted(note), noted(-note)], note));
    await other.close();
    await expectRefused(10, 'its event 10 is not the one that was durable');
    await expectHead(notes.length === 2 ? 10 : 11, { acceptLoss: true });
  });

  test('is refused when the witness is that of another log', async () => {
    await append(2, { witness });
    name = `${name}, another one`;
    await append(5);
    await expectRefused(1, 'the witness is that of another log, which had 2 events');
  });

  test('of which only the last takeovers are lost is opened', async () => {
    await append(2, { witness });
    await append(1, { witness });
    await server.sql('update refold.logs set epoch = 0 where name = $1', Buffer.from(name));
    await append(1, { witness });
    await loseAfter(3);
    await expectRefused(4, 'it ends at 3');
  });
});

describe('a file that cannot be a witness', () => {
  test('is refused, and stays as it is', async () => {
    writeFileSync(witness, 'my diary');
    const refusal = { code: 'INVALID_OPTION', type: 'witness' };
    await expect(source().open({})).rejects.toMatchObject(refusal);
    await append(1);
    await expect(source().open({ readOnly: true })).rejects.toMatchObject(refusal);
    expect(readFileSync(witness, 'utf8')).toBe('my diary');
  });

  test('is refused by name: no such folder, or a folder', async () => {
    for (const place of [join(folder, 'none', 'w'), folder]) {
      await expect(source({ witness: place }).open({})).rejects.toMatchObject({
        ...{ code: 'INVALID_OPTION', type: 'witness', message: expect.stringContaining(place) },
      });
    }
  });
});
