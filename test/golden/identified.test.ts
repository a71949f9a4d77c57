/** The golden file with tags, ids and outcomes means the same in every release. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog, openStore } from '../../src/index.ts';
import { errorOf, temporaryPath } from '../engine/harness.ts';
import {
  APPENDED,
  COMMANDS,
  IDENTIFIED_FOLDER,
  identifiedModel,
  inputAt,
  REFUSED,
  WRITTEN_AT,
} from './identified-ledger.ts';

const EVENTS = 2 * COMMANDS + 1;

async function copyOfFile(): Promise<string> {
  const path = await temporaryPath();
  for (const suffix of ['', '-witness'])
    fs.copyFileSync(join(IDENTIFIED_FOLDER, `identified.db${suffix}`), path + suffix);
  return path;
}

test('a log of format 2 with ids and tags opens with its expected content', async () => {
  const path = await copyOfFile();
  {
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({ format: 2, events: EVENTS, untaggedEvents: 0 });
    expect((await log.verify()).problems).toEqual([]);
  }
  await using store = await openStore(identifiedModel, { path, clock: () => WRITTEN_AT + 60_000 });
  expect((await store.verify()).problems).toEqual([]);
  const events = await Array.fromAsync(store.events());
  expect(events.map(({ commandId }) => commandId)).toEqual([
    ...Array.from({ length: COMMANDS }, (_, index) => {
      const id = (index + 1) % 3 === 0 ? undefined : `command-${index + 1} ü`;
      return [id, id];
    }).flat(),
    'appended',
  ]);
  const ofA2 = await Array.fromAsync(store.events({ tag: 'account:a2', reverse: true }));
  expect(ofA2.map(({ data }) => data)).toEqual([22, 17, 12, 7, 2].map(inputAt));
});

test('its outcomes answer retries, and know what was asked for', async () => {
  const path = await copyOfFile();
  await using store = await openStore(identifiedModel, { path, clock: () => WRITTEN_AT + 60_000 });
  for (const number of [1, 23]) {
    const commandId = `command-${number} ü`;
    const outcome = await store.execute('move', inputAt(number), { commandId });
    expect(outcome).toMatchObject({
      status: 'accepted',
      replayed: true,
      result: { total: number * 2 },
      commit: { firstSequence: number * 2 - 1, lastSequence: number * 2 },
    });
    expect(outcome.status === 'accepted' && outcome.events?.map(({ data }) => data)).toEqual([
      inputAt(number),
      { text: `moved ${number} ü` },
    ]);
    const other = store.execute('move', { ...inputAt(number), amount: 99 }, { commandId });
    expect((await errorOf(other)).code).toBe('COMMAND_ID_REUSED');
  }
  expect(await store.execute('move', REFUSED, { commandId: 'refused' })).toEqual({
    status: 'rejected',
    code: 'NEGATIVE',
    message: 'an amount is above zero',
    data: { amount: -7 },
    replayed: true,
  });
  expect(await store.append(APPENDED, { commandId: 'appended' })).toMatchObject({ firstSequence: EVENTS });
  expect(store.sequence).toBe(EVENTS);
});
