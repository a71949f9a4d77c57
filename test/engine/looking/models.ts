/** Logs for the tests of looking back: a model with every kind of collection, and the order book of the examples. */
import { z } from 'zod';
import { generateFlow } from '../../../examples/orderbook/demo/flow.ts';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import { orderBook } from '../../../examples/orderbook/model/index.ts';
import { ascending, Deque, defineModel, MemoryContents, OrderedMap, openStore } from '../../../src/index.ts';
import { note } from '../cart.ts';
import { openCarts, temporaryPath } from '../harness.ts';

interface Member {
  name: string;
  since: Date;
  points: bigint;
  badges: Set<string>;
  visits: Map<string, number>;
}

/** Members of a club come, go and come back: entries are deleted and set again, at every level. */
export const clubModel = defineModel({
  name: 'club',
  events: {
    Joined: z.object({ id: z.int(), name: z.string() }),
    Left: z.object({ id: z.int() }),
    Returned: z.object({ id: z.int() }),
    Earned: z.object({ id: z.int(), points: z.int(), badge: z.string() }),
    Visited: z.object({ id: z.int(), place: z.string() }),
    PlaceForgotten: z.object({ id: z.int(), place: z.string() }),
    Ranked: z.object({ id: z.int(), rank: z.int() }),
    Called: z.object({ text: z.string() }),
    Emptied: z.object({}),
  },
  initialState: () => ({
    members: new Map<number, Member>(),
    former: new Map<number, Member>(),
    ranks: new OrderedMap<number, number>(ascending),
    names: new Set<string>(),
    calls: new Deque<string>(),
    opened: new Date(0),
    total: 0n,
    last: { id: 0, seasons: new Map<string, OrderedMap<number, string>>() },
  }),
  reducers: {
    Joined(state, { id, name }, { recordedAt }) {
      const member = { name, since: new Date(recordedAt), points: 0n, badges: new Set<string>(), visits: new Map() };
      state.members.delete(id);
      state.members.set(id, member);
      state.names.add(name);
      state.last.id = id;
    },
    Left(state, { id }) {
      const member = state.members.get(id);
      if (member === undefined) return;
      state.members.delete(id);
      state.former.set(id, member);
      state.names.delete(member.name);
    },
    Returned(state, { id }) {
      const member = state.former.get(id);
      if (member === undefined) return;
      state.former.delete(id);
      state.members.set(id, member);
      member.points += 1n;
    },
    Earned(state, { id, points, badge }) {
      const member = state.members.get(id);
      if (member === undefined) return;
      member.points += BigInt(points);
      if (member.badges.has(badge)) member.badges.delete(badge);
      member.badges.add(badge);
      state.total += BigInt(points);
    },
    Visited(state, { id, place }, { recordedAt }) {
      const visits = state.members.get(id)?.visits;
      visits?.set(place, (visits.get(place) ?? 0) + 1);
      const season = state.last.seasons.get(place) ?? new OrderedMap<number, string>(ascending);
      if (!state.last.seasons.has(place)) state.last.seasons.set(place, season);
      state.last.seasons.get(place)!.set(recordedAt % 7, `visit of ${id}`);
    },
    PlaceForgotten(state, { id, place }) {
      state.members.get(id)?.visits.delete(place);
      state.last.seasons.delete(place);
    },
    Ranked(state, { id, rank }) {
      if (state.ranks.has(rank)) state.ranks.delete(rank);
      else state.ranks.set(rank, id);
    },
    Called(state, { text }) {
      state.calls.push(text);
      if (state.calls.size > 5) state.calls.shift();
    },
    Emptied(state) {
      state.members.clear();
      state.opened = new Date(state.opened.getTime() + 1);
    },
  },
});

export interface MadeLog<Model> {
  readonly model: Model;
  readonly contents: MemoryContents;
  /** The state hash after each event, from 0. */
  readonly last: number;
}

export async function clubLog(events: number, seed: number): Promise<MadeLog<typeof clubModel>> {
  const random = new Random(seed);
  const contents = new MemoryContents();
  let now = 1_000;
  const store = await openStore(clubModel, { log: contents, clock: () => now });
  const one = () => {
    const id = random.below(12);
    const place = ['bar', 'pool', 'court'][random.below(3)]!;
    switch (random.below(20)) {
      case 0:
      case 1:
      case 2:
        return { type: 'Joined', data: { id, name: `m${random.below(30)}` } } as const;
      case 3:
      case 4:
        return { type: 'Left', data: { id } } as const;
      case 5:
      case 6:
        return { type: 'Returned', data: { id } } as const;
      case 7:
      case 8:
      case 9:
        return { type: 'Earned', data: { id, points: random.below(100), badge: `b${random.below(4)}` } } as const;
      case 10:
        return { type: 'PlaceForgotten', data: { id, place } } as const;
      case 11:
      case 12:
        return { type: 'Ranked', data: { id, rank: random.below(9) } } as const;
      case 13:
        return { type: 'Called', data: { text: `c${random.below(99)}` } } as const;
      case 14:
        return random.below(8) === 0
          ? ({ type: 'Emptied', data: {} } as const)
          : ({ type: 'Left', data: { id } } as const);
      default:
        return { type: 'Visited', data: { id, place } } as const;
    }
  };
  while (store.sequence < events) {
    now += random.below(50);
    const size = Math.min(events - store.sequence, 1 + random.below(4));
    await store.append(Array.from({ length: size }, one));
    if (random.below(40) === 0) await store.snapshot();
    if (random.below(150) === 0) await store.compact();
  }
  await store.close();
  return { model: clubModel, contents, last: events };
}

export async function bookLog(commands: number, seed: number): Promise<MadeLog<typeof orderBook>> {
  const contents = new MemoryContents();
  const store = await openStore(orderBook, { log: contents, strict: false });
  let sent = 0;
  for (const { command } of generateFlow({ seed, commands })) {
    await store.execute(command.name, command.input as never);
    if (++sent % 400 === 0) await store.snapshot();
    if (sent % 1_500 === 0) await store.compact();
  }
  const last = store.sequence;
  await store.close();
  return { model: orderBook, contents, last };
}

/** The path of a log of 22 notes whose history was dropped: its snapshots are at 20 and 21. */
export async function droppedHistory(): Promise<string> {
  const path = await temporaryPath();
  const store = await openCarts({ path, history: 'discard' });
  for (let i = 0; i < 20; i++) await store.append(note(`${i}`));
  await store.snapshot();
  await store.append(note('between'));
  await store.snapshot();
  await store.append(note('after'));
  await store.compact();
  return path;
}
