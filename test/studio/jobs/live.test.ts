/** The live streams of several tabs: so few are open that a browser has connections left for questions, and none is forgotten. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from 'refold';
import { afterAll, expect, test } from 'vitest';
import { AskedStudio } from '../asking.ts';
import { shop } from '../shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-live-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = { type: 'Put', data: { id: 1, word: 'one' } } as const;

test('a fourth stream takes the place of the oldest one, which ends; the others hear of new events', async () => {
  const path = join(folder, 'streams.db');
  await using store = await openStore(shop, { path, durability: 'os' });
  await store.append(put);
  await using studio = await AskedStudio.open({ path });
  const ending = new AbortController();
  const open = async () => {
    const stream = studio.live(1, ending.signal);
    expect((await stream.next()).value).toMatchObject({ last: 1 });
    return stream;
  };
  const [first, second, third] = [await open(), await open(), await open()];
  const fourth = await open();
  expect(await first.next()).toEqual({ done: true, value: undefined });
  await store.append(put);
  for (const stream of [second, third, fourth])
    expect((await stream.next()).value).toMatchObject({ last: 2, events: 1 });
  ending.abort();
});

test('a stream that was left has no place: no other one ends for it', async () => {
  const path = join(folder, 'left.db');
  await using store = await openStore(shop, { path, durability: 'os' });
  await store.append(put);
  await using studio = await AskedStudio.open({ path });
  const ending = new AbortController();
  const kept = studio.live(1, ending.signal);
  await kept.next();
  for (let n = 0; n < 6; n++) {
    const leaving = new AbortController();
    const left = studio.live(1, leaving.signal);
    await left.next();
    leaving.abort();
    await expect(left.next()).rejects.toThrow();
    await studio.ask('log'); // the one thread hears first that the stream was left
  }
  await store.append(put);
  expect((await kept.next()).value).toMatchObject({ last: 2, events: 1 });
  ending.abort();
});
