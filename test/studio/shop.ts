/** A small model for tests of the studio: a Map and an OrderedMap, deletes, and words that can be redacted. */
import { ascending, defineModel, OrderedMap } from 'refold';
import { z } from 'zod';

export const shop = defineModel({
  name: 'shop',
  // A test runner changes the source of a reducer, and a thread does not.
  version: 1,
  fingerprint: 'version',
  events: {
    Put: {
      schema: z.object({ id: z.number(), word: z.string() }),
      redact: (data: { id: number; word: string }) => ({ ...data, word: `gone ${data.id}` }),
    },
    Taken: z.object({ id: z.number() }),
  },
  initialState: () => ({
    things: new Map<number, { word: string }>(),
    byWord: new OrderedMap<string, number>(ascending),
  }),
  reducers: {
    Put(state, { id, word }) {
      state.things.set(id, { word });
      state.byWord.set(word, id);
    },
    Taken(state, { id }) {
      const thing = state.things.get(id);
      if (thing !== undefined) state.byWord.delete(thing.word);
      state.things.delete(id);
    },
  },
});

/** The same after a change of a reducer. */
export const changedShop = defineModel({
  name: 'shop',
  events: {
    Put: z.object({ id: z.number(), word: z.string() }),
    Taken: z.object({ id: z.number() }),
  },
  initialState: () => ({ things: new Map<number, { word: string }>() }),
  reducers: {
    Put: (state, { id, word }) => void state.things.set(id, { word: word.toUpperCase() }),
    Taken: (state, { id }) => void state.things.delete(id),
  },
});

/** The first of them is not in every log. */
const UNKNOWN_WORDS: readonly string[] = ['word 50', 'word 51'];

/** A reducer that fails at one thing. */
export const brittleShop = defineModel({
  name: 'shop',
  version: 1,
  fingerprint: 'version',
  events: {
    Put: z.object({ id: z.number(), word: z.string() }),
    Taken: z.object({ id: z.number() }),
  },
  initialState: () => ({ things: new Map<number, { word: string }>() }),
  reducers: {
    Put(state, { id, word }) {
      if (UNKNOWN_WORDS.includes(word)) throw new Error('there is no such word');
      state.things.set(id, { word });
    },
    Taken: (state, { id }) => void state.things.delete(id),
  },
});
