/** The data of single events: every one is found, in both directions, and neighbours are read in one read. */
import type { EventRange, RecordedEvent } from 'refold';
import { expect, test } from 'vitest';
import { EventData } from '../../../src/cli/commands/looking/event-data.ts';

const LAST = 10_000;

/** A log whose events hold ten times their sequence. Event 5,000 is missing. Counts how often a read begins, and ends. */
class Source {
  begun = 0;
  ended = 0;

  async *events({ from = 1, to = LAST, reverse = false }: EventRange = {}): AsyncGenerator<any, void> {
    this.begun += 1;
    try {
      for (let n = 0; n <= Number(to) - Number(from); n++) {
        const sequence = reverse ? Number(to) - n : Number(from) + n;
        if (sequence !== 5_000) yield { sequence, recordedAt: 0, type: 'A', data: sequence * 10 } as RecordedEvent;
      }
    } finally {
      this.ended += 1;
    }
  }
}

async function ask(forward: boolean, sequences: readonly number[]): Promise<{ found: unknown[]; begun: number }> {
  const source = new Source();
  const found: unknown[] = [];
  {
    await using data = new EventData(source as never, forward);
    for (const sequence of sequences) found.push(await data.of(sequence));
  }
  expect(source.ended).toBe(source.begun);
  return { found, begun: source.begun };
}

test.each([
  ['neighbours are one read', [7, 8, 9, 2_000], 1],
  ['one event twice is one read', [7, 7, 8], 1],
  ['events far apart are a read each', [1, 3_000, 9_000], 3],
  ['the first and the last', [1, LAST], 2],
])('%s', async (_what, sequences, begun) => {
  const found = sequences.map((sequence) => sequence * 10);
  expect(await ask(true, sequences)).toEqual({ found, begun });
  expect(await ask(false, sequences.toReversed())).toEqual({ found: found.toReversed(), begun });
});

test('an event that is missing has no data, and the next one has', async () => {
  expect((await ask(true, [4_999, 5_000, 5_001])).found).toEqual([49_990, undefined, 50_010]);
  expect((await ask(false, [5_001, 5_000, 4_999])).found).toEqual([50_010, undefined, 49_990]);
});

test('beyond the end there is nothing', async () => {
  expect((await ask(true, [LAST, LAST + 1, LAST + 2])).found).toEqual([LAST * 10, undefined, undefined]);
});
