/** Every call of a past handle beside a writer under load, with snapshots, sealing and compaction: no error, and no wrong answer. */
import { afterEach, expect, test } from 'vitest';
import { openPast } from '../../../src/index.ts';
import { RUNS_ALL } from '../../sample.ts';
import { temporaryPath } from '../harness.ts';
import { endWriters, startWriter } from '../other-process/start.ts';
import { sharedModel } from '../other-process/writer.ts';

afterEach(endWriters);

/** Calls of each kind in npm test, and in all. */
const ROUNDS = RUNS_ALL ? 200 : 25;

test('answers rightly while another process appends, takes snapshots, seals and compacts', {
  timeout: 600_000,
}, async () => {
  const path = await temporaryPath();
  const writer = await startWriter(path);
  await writer.ask({ append: 20 });
  let isOver = false;
  const writing = (async () => {
    for (let round = 0; !isOver; round++) {
      await writer.ask({ append: 5, batch: 7 });
      if (round % 4 === 3) await writer.ask({ compact: true });
    }
  })();
  await using past = await openPast(sharedModel, { path });
  const cursor = await past.cursor();
  let seen = 0;
  // Each event takes one note, so the number of notes is the sequence.
  for (let round = 0; round < ROUNDS; round++) {
    const { last, first } = await past.range();
    expect(first).toBe(1);
    expect(last).toBeGreaterThanOrEqual(seen);
    seen = last;
    const at = 1 + ((round * 7_919) % last);
    expect((await past.at(at)).state.seen.notes).toHaveLength(at);
    await cursor.to(at);
    expect(cursor.state.seen.notes).toHaveLength(at);
    const moved = await cursor.step(round % 2 === 0 ? -3 : 3);
    expect(cursor.state.seen.notes).toHaveLength(at + moved);
    expect(cursor.event?.sequence ?? 0).toBe(at + moved);
    const from = Math.max(1, last - 30);
    let next = from;
    for await (const block of past.walk({ from, to: last })) {
      for (const { sequence } of block) {
        expect(sequence).toBe(next++);
        expect(block.state.seen.notes).toHaveLength(sequence);
      }
    }
    expect(next).toBe(last + 1);
    const counts = await past.counts({ to: last, buckets: 3 });
    expect(counts).toMatchObject({ events: last, types: { NoteTaken: last } });
    const { changes } = await past.why('seen.notes', { to: last, limit: 2 });
    expect(changes.map(({ sequence }) => sequence)).toEqual([last, last - 1]);
    expect(changes[0]!.after).toHaveLength(last);
    const bisected = await past.bisect({ firstTrue: `size(seen.notes) >= ${at}` }, { to: last });
    expect(bisected).toMatchObject({ found: true, sequence: at });
    for (const keyframe of await past.keyframes()) expect(keyframe.isUsable).toBe(true);
    const blocks = await Array.fromAsync(past.blocks({ to: last }));
    expect(blocks[0]!.firstSequence).toBe(1);
    expect(blocks.at(-1)!.lastSequence).toBeGreaterThanOrEqual(last);
    if (round % 10 === 0) {
      const rehearsed = await past.rehearse(sharedModel, { to: last });
      expect(rehearsed).toMatchObject({ equal: true, sequence: last });
    }
  }
  isOver = true;
  await writing;
  const answer = await writer.ask({ hash: true, close: true });
  expect((await past.range()).last).toBe(answer.sequence);
});
