/** What an event costs that touches a large collection below the top level: counted in comparisons and copied rings. */
import { describe, expect, test, vi } from 'vitest';
import { Deque } from '../../../src/fold/collections/deque.ts';
import { ascending, OrderedMap } from '../../../src/fold/collections/ordered-map.ts';
import { Ring } from '../../../src/fold/collections/ring.ts';
import { openAtomicState, openDirectState } from '../../../src/fold/live-state.ts';

const SIZE = 1_000_000;

let comparisons = 0;
const counting = (a: number, b: number): number => {
  comparisons++;
  return ascending(a, b);
};
const comparators = { counting };

interface State {
  games: Map<string, { board: OrderedMap<number, { n: number }>; line: Deque<string | { n: number }>; name: string }>;
}

const largeState = (): State => {
  const board = new OrderedMap<number, { n: number }>(counting);
  const line = new Deque<string | { n: number }>();
  for (let n = 0; n < SIZE; n++) {
    board.set(n, { n });
    line.push(n % 2 === 0 ? 'text' : { n });
  }
  return { games: new Map([['g', { board, line, name: 'large' }]]) };
};

const eventOf = (type: string) => ({ type, sequence: 1, recordedAt: 0, version: 1, data: {} });

type Game = State['games'] extends Map<string, infer G> ? G : never;

const events: Record<string, (game: Game) => unknown> = {
  ranked: ({ board }) => board.set(500_000.5, { n: 1 }),
  changed: ({ board }) => board.get(700_000)!.n++,
  counted: ({ board }) => [board.rank(400_000), board.at(-5)![0], [...board.range({ start: 100, end: 110 })].length],
  queued: ({ line }) => [line.push('x'), line.unshift({ n: -1 })],
  taken: ({ line }) => [line.pop(), line.shift()],
  replaced: ({ line }) => [line.set(600_000, 'y'), (line.at(700_001) as { n: number }).n++],
  named: (game) => {
    game.name += '!';
  },
};

describe.each(['atomic', 'direct'] as const)('under the %s fold', (fold) => {
  const state = largeState();
  const live = fold === 'atomic' ? openAtomicState(state, undefined, comparators) : openDirectState(state, comparators);

  test.each(Object.keys(events))('the event %s touches what it changes', (name) => {
    const change = events[name]!;
    const reducers = { [name]: ({ games }: State): void => void change(games.get('g')!) };
    const copied = vi.spyOn(Ring.prototype, 'copyFor');
    const read = vi.spyOn(Ring.prototype, 'at');
    comparisons = 0;
    live.fold(reducers, [eventOf(name)]);
    const cost = { comparisons, copied: copied.mock.calls.length, read: read.mock.calls.length };
    copied.mockRestore();
    read.mockRestore();
    expect(cost.comparisons).toBeLessThan(2_000);
    expect(cost.copied).toBeLessThanOrEqual(4);
    expect(cost.read).toBeLessThan(10_000);
  });

  test('a reader that took the collections before an event still has them as they were', () => {
    const { board, line } = live.value.games.get('g')!;
    const before = [board.size, line.size, line.at(-1)];
    live.fold({ Changed: ({ games }: State) => [events.ranked!(games.get('g')!), events.queued!(games.get('g')!)] }, [
      eventOf('Changed'),
    ]);
    if (fold === 'atomic') expect([board.size, line.size, line.at(-1)]).toEqual(before);
    else expect(line.size).toBe((before[1] as number) + 2);
  });
});
