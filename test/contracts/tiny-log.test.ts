/** A log that stands on `refold/log` alone passes the contract, and a store runs on it, with what it cannot do left out. */
import { expect, test } from 'vitest';
import { openLog, openStore, replay } from '../../src/index.ts';
import { cartModel } from '../engine/cart.ts';
import { errorOf } from '../engine/harness.ts';
import { describeLog } from './run-contract.ts';
import { tinyLog } from './tiny-log.ts';

describeLog('outside, without care', { create: () => ({ source: tinyLog('tiny') }), care: false });

const note = (text: string) => ({ type: 'NoteTaken' as const, data: { text } });

test('a store on a log without care does without', async () => {
  const log = tinyLog('tiny');
  const store = await openStore(cartModel, { log, history: 'discard' });
  for (let i = 0; i < 20; i++) await store.append(note(`note ${i}`));
  await store.snapshot();
  await store.append(note('after the first snapshot'));
  await store.snapshot();
  expect(await store.verify()).toMatchObject({ ok: true, openBlocks: 21, sealedBlocks: 0 });
  expect(await store.compact({ dryRun: true })).toMatchObject({ sealed: { blocks: 0 }, dropped: { events: 20 } });
  expect(await store.compact()).toMatchObject({
    sealed: { events: 0, blocks: 0, bytes: 0, bytesAfter: 0 },
    dropped: { throughSequence: 20, events: 20 },
    fileBytesBefore: 0,
    fileBytesAfter: 0,
  });
  expect(store.stats()).toMatchObject({ firstSequence: 21, fileBytes: 0, walBytes: 0, freeBytes: 0 });
  const refusal = await errorOf(store.backup('copy.db'));
  expect(refusal).toMatchObject({ code: 'INVALID_OPTION', path: 'tiny', hint: expect.stringContaining('export') });
  const hash = await store.stateHash();
  await store.close();
  expect((await replay(cartModel, { log })).stateHash).toBe(hash);
  await using again = await openStore(cartModel, { log });
  expect(await again.stateHash()).toBe(hash);
});

test('much open text is left as it is where nothing can seal it', async () => {
  await using store = await openStore(cartModel, { log: tinyLog('tiny', 4 * 1024 * 1024), durability: 'os' });
  const large = 'x'.repeat(900_000);
  for (let i = 0; i < 45; i++) await store.append(note(large));
  expect(await store.compact()).toMatchObject({ sealed: { blocks: 0 } });
  expect(store.stats().sequence).toBe(45);
});

test('blocks are cut to what the log says', async () => {
  const log = tinyLog('tiny', 10_000);
  await using store = await openStore(cartModel, { log });
  const texts = Array.from({ length: 40 }, (_, i) => note(`${i}`.padEnd(1_500, '.')));
  await Promise.all(texts.map((event) => store.append(event)));
  await store.append(note('x'.repeat(30_000)));
  const reader = await log.open({ readOnly: true });
  const sizes = (await Array.fromAsync(reader.headers())).map(({ bytes }) => bytes);
  expect(sizes.at(-1)).toBeGreaterThan(30_000);
  expect(Math.max(...sizes.slice(0, -1))).toBeLessThanOrEqual(10_000);
  expect(sizes.length).toBeGreaterThan(6);
});

test('an import is cut to it as well', async () => {
  const log = tinyLog('tiny', 10_000);
  await using events = await openLog({ log, readOnly: false });
  await events.import(Array.from({ length: 40 }, (_, i) => note(`${i}`.padEnd(1_500, '.'))));
  const { openBlocks, lastSequence, fileBytes } = await events.info();
  expect(lastSequence).toBe(40);
  expect(openBlocks).toBeGreaterThan(5);
  expect(fileBytes).toBe(0);
  expect(await events.verify()).toMatchObject({ ok: true, events: 40 });
  expect((await errorOf(events.backup('copy.db'))).code).toBe('INVALID_OPTION');
});
