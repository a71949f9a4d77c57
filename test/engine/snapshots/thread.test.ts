/** The store's end of the snapshot thread, with a thread that never becomes ready. */
import { expect, test, vi } from 'vitest';
import { fingerprintOfModel } from '../../../src/engine/folding/model-module.ts';
import { SnapshotThread } from '../../../src/engine/snapshots/thread.ts';
import { tally } from './fixtures/tally-model.ts';

function threadOf(file: string): SnapshotThread {
  const module = new URL(file, import.meta.url).href;
  const log = { module, export: 'none', options: undefined };
  return new SnapshotThread({ path: 'book.db', log, module, name: 'tally', fingerprint: fingerprintOfModel(tally) });
}

const order = { to: 1, base: 1, keyframeEvents: Number.POSITIVE_INFINITY };
const ignore = (): void => {};

test('a close ends a thread that is still importing the model, and its orders give undefined without a warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(ignore);
  const thread = threadOf('./fixtures/endless-module.ts');
  const made = thread.make(order, ignore);
  const explained = thread.explain({ to: 1, base: 0, live: [] });
  expect(thread.isRested).toBe(false);
  await thread.close();
  expect(await Promise.all([made, explained, thread.isSame()])).toEqual([undefined, undefined, undefined]);
  expect(thread.isClosed).toBe(true);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test('a thread that cannot be started is given up once, with one warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(ignore);
  const thread = threadOf('./fixtures/no-such-file.ts');
  expect(await Promise.all([thread.isSame(), thread.make(order, ignore)])).toEqual([undefined, undefined]);
  expect(await thread.explain({ to: 1, base: 0, live: [] })).toBeUndefined();
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/cannot be imported/), { type: 'RefoldSnapshotWarning' }]]);
  await thread.close();
  warn.mockRestore();
});
