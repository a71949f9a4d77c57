import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ItchReader } from '../../../../../examples/orderbook/feeds/following/itch/reader.ts';
import { sample } from '../../../../sample.ts';
import { framed } from './encoder.ts';
import { randomDay } from './random-day.ts';

const MIB = 2 ** 20;
/** A gibibyte, or a part of it that would not fit into the bound either: a message takes more memory than its bytes. */
const STREAM_MIB = sample(3) === 3 ? 1_024 : 48;
const BOUND_MIB = 12;

test('A stream of any length is read in bounded memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // The directory once, and what happens again and again.
  const day = randomDay({ seed: 1, happenings: 20_000 });
  const directory = framed(day.slice(0, 12));
  const happenings = framed(day.slice(12));
  async function* stream(): AsyncGenerator<Buffer> {
    yield directory;
    for (let sent = 0; sent < STREAM_MIB * MIB; sent += happenings.length) yield Buffer.from(happenings);
  }
  const live: number[] = [];
  let messages = 0;
  let next = 0;
  for await (const block of new ItchReader().read({ path: 'day.itch', open: async () => stream() })) {
    messages += block.length;
    if (messages < next) continue;
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    live.push(heapUsed + arrayBuffers);
    next = messages + STREAM_MIB * 3_000;
  }
  expect(messages).toBeGreaterThan(STREAM_MIB * 25_000);
  expect(live.length).toBeGreaterThan(5);
  expect((Math.max(...live) - live[0]!) / MIB).toBeLessThan(BOUND_MIB);
});
