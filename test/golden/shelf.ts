/**
 * The model of the golden file of format 2: collections that format 1 does not know, at any depth, with named comparators.
 *
 * The meaning of this model must never change, because the file was written with it.
 */
import { z } from 'zod';
import { ascending, Deque, defineModel, descending, type Model, OrderedMap } from '../../src/index.ts';

export interface Shelf {
  readonly queue: Deque<string>;
  readonly shelves: Map<string, { readonly books: OrderedMap<string, number>; readonly recent: Deque<object> }>;
  readonly byTitle: OrderedMap<string, readonly OrderedMap<number, string>[]>;
}

const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

export const shelfModel: Model<Shelf> = defineModel({
  name: 'golden-shelf',
  version: 1,
  comparators: { byLength },
  events: { BookPut: z.object({ shelf: z.string(), title: z.string(), pages: z.number() }) },
  initialState: (): Shelf => ({ queue: new Deque(), shelves: new Map(), byTitle: new OrderedMap(ascending) }),
  reducers: {
    BookPut(state, { shelf, title, pages }, { sequence }) {
      const { books, recent } = shelfOf(state, shelf);
      books.set(title, pages);
      if (sequence % 2 === 0) recent.push({ title, sequence });
      else recent.unshift({ title, sequence });
      if (recent.size > 700) recent.pop();
      state.queue.push(title);
      if (state.queue.size > 600) state.queue.shift();
      state.byTitle.set(title, [new OrderedMap(descending, [[pages, shelf]]), new OrderedMap(ascending)]);
    },
  },
}) as never;

function shelfOf({ shelves }: Shelf, name: string): NonNullable<ReturnType<Shelf['shelves']['get']>> {
  if (!shelves.has(name)) shelves.set(name, { books: new OrderedMap(byLength), recent: new Deque() });
  return shelves.get(name)!;
}

/** The events of the file: 40 shelves with books. The last ones come after the snapshot. */
export const SHELF_EVENTS: readonly object[] = Array.from({ length: 1_500 }, (_, number) => ({
  type: 'BookPut',
  data: { shelf: `shelf ${(number * 7) % 3}`, title: `book ${(number * 37) % 900}`, pages: number % 50 },
}));
