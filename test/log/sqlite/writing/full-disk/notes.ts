/** A store of notes that compress well enough, and a count of what was acknowledged that needs no disk. */
import { z } from 'zod';
import { defineModel, openStore } from '../../../../../src/index.ts';

const notes = defineModel({
  name: 'notes',
  events: { Noted: z.object({ number: z.int(), text: z.string() }) },
  initialState: () => ({ count: 0 }),
  reducers: {
    Noted(state) {
      state.count += 1;
    },
  },
});

const open = (path: string, durability: string) => openStore(notes, { path, durability: durability as 'always' });
export type NoteStore = Awaited<ReturnType<typeof open>>;

export function openNotes(path: string, durability: string): Promise<NoteStore> {
  return open(path, durability);
}

const TEXT = 'lorem ipsum dolor sit amet '.repeat(30);
let lastAcknowledged = 0;

/** Appends until it is refused, or `commits` times. Answers the refusal, if any. */
export async function fill(store: NoteStore, commits = Number.POSITIVE_INFINITY): Promise<unknown> {
  try {
    for (let commit = 0; commit < commits; commit++) {
      const events = Array.from({ length: 20 }, (_, index) => ({
        type: 'Noted' as const,
        data: { number: store.sequence + index, text: TEXT },
      }));
      lastAcknowledged = (await store.append(events)).lastSequence;
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The last sequence that this process knows to be durable. */
export function acknowledged(): number {
  return lastAcknowledged;
}
