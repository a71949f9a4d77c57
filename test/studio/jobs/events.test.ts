import type { EventLog, RecordedEvent } from 'refold';
import { expect, test } from 'vitest';
import { listEvents } from '../../../src/studio/jobs/events.ts';
import { Troubles } from '../../../src/studio/jobs/troubles.ts';

const DATA = [
  { say: 'a "word" \\ here' },
  { say: 'first\nsecond' },
  { say: 'plain', deep: [{ Name: 4711 }] },
  { say: 'ß', none: null, yes: true },
];
const never = new AbortController().signal;

/** A log of these events, which filters nothing itself. */
function logOf(data: readonly unknown[], type = 'Said'): EventLog {
  const all = data.map((one, index) => ({ sequence: index + 1, recordedAt: 0, type, version: 1, data: one }));
  return {
    async *events({ from = 1, sequences }: { from?: number; sequences?: number[] }) {
      const isIn = (sequence: number) => (sequences === undefined ? sequence >= from : sequences.includes(sequence));
      yield* all.filter(({ sequence }) => isIn(sequence)) as RecordedEvent[];
    },
    async *commits({ from, to }: { from: number; to: number }) {
      for (let at = from - (from % 2); at <= to; at += 2) yield { firstSequence: at, lastSequence: at + 1 };
    },
    counts: async () => ({ types: { [type]: all.length } }),
  } as unknown as EventLog;
}

const list = (log: EventLog, query: Record<string, string> | [string, string][]) =>
  Array.fromAsync(listEvents({ log, troubles: new Troubles('a.db') }, new URLSearchParams(query), never)) as Promise<
    any[]
  >;

test.each([
  ['"WORD"', [1]],
  ['\\ here', [1]],
  ['first\nsecond', [2]],
  ['nse', []], // within the escape of the line break
  ['471', [3]],
  ['name', [3]],
  ['plain","deep', []],
  ['ß', [4]],
  ['null', [4]],
  ['true', [4]],
])('the text %j is found in %j, and not in how JSON writes it', async (text, sequences) => {
  const lines = await list(logOf(DATA), { text });
  expect(lines.pop()).toEqual({ matches: sequences.length, complete: true });
  expect(lines.map(({ sequence }) => sequence)).toEqual(sequences);
});

test('types are counted once each, whatever their names', async () => {
  for (const type of ['constructor', '__proto__', 'Said']) {
    const log = logOf(DATA, type);
    expect((await list(log, [['type', 'constructor']])).at(-1)).toEqual({
      matches: type === 'constructor' ? 4 : 0,
      complete: true,
    });
    const twice = await list(log, [
      ['type', type],
      ['type', type],
    ]);
    if (type !== '__proto__') expect(twice.at(-1)).toEqual({ matches: 4, complete: true });
  }
});

test('a long event is shown by its beginning, and a window of long events ends early', async () => {
  const [large, last] = await list(logOf([{ say: 'x'.repeat(2_000_000) }]), {});
  expect(large).toMatchObject({ sequence: 1, long: { data: { length: 2_000_010 } } });
  expect(large).not.toHaveProperty('data');
  expect(large.long.data.beginning).toMatch(/^\{"say":"x+$/);
  expect(last).toEqual({ matches: 1, complete: true });

  const log = logOf(Array.from({ length: 100 }, (_, n) => ({ n, say: 'y'.repeat(60_000) })));
  const seen: number[] = [];
  for (let from: number | undefined = 1, windows = 0; from !== undefined; windows++) {
    expect(windows).toBeLessThan(20);
    const lines = await list(log, { from: String(from), count: '100' });
    expect(JSON.stringify(lines).length).toBeLessThan(1_100_000);
    expect(lines.pop()).toEqual({ matches: 100, complete: true });
    from = lines.at(-1).next;
    seen.push(...lines.flatMap(({ sequence }) => sequence ?? []));
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
});

test('a window may be of these sequences, tells what was recorded together, and leaves out the count', async () => {
  const log = logOf(DATA);
  const lines = await list(log, { sequences: '2,4', where: 'data.say = plain', commits: 'yes', matches: 'no' });
  expect(lines.map(({ sequence }) => sequence)).toEqual([2, 4, undefined]);
  expect(lines.at(-1)).toEqual({
    commits: [
      [2, 3],
      [4, 5],
    ],
  });
  expect(await list(log, { sequences: '', matches: 'no', commits: 'yes' })).toEqual([]);
  for (const sequences of ['0', '1,', 'a', '1.5', Array(1_001).fill('1').join()])
    await expect(list(log, { sequences })).rejects.toMatchObject({ code: 'INVALID_OPTION', type: 'sequences' });
});
