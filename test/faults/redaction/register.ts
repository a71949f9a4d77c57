/** The model of the row, and the log that its victims redact: people, some of whom must be forgotten. */
import { z } from 'zod';
import { defineModel, defineProjection, openStore, type Store } from '../../../src/index.ts';
import type { Chance } from '../judging/chance.ts';

export const register = defineModel({
  name: 'register',
  events: {
    Entered: {
      schema: z.object({ id: z.int(), name: z.string() }),
      tags: ({ id }) => [`person:${id}`],
      redact: (data) => ({ ...data, name: '' }),
    },
    Counted: z.object({ by: z.int() }),
  },
  initialState: () => ({ people: new Map<number, string>(), count: 0 }),
  reducers: {
    Entered: (state, { id, name }) => void state.people.set(id, name),
    Counted: (state, { by }) => {
      state.count += by;
    },
  },
  commands: {
    enter: {
      input: z.object({ id: z.int(), name: z.string() }),
      decide: (_state, input) => ({
        events: [{ type: 'Entered', data: input }],
        result: `Hello ${input.name.slice(0, 30)}`,
      }),
    },
  },
});

export const roll = defineProjection(register, {
  name: 'roll',
  initialState: () => ({ names: [] as string[] }),
  reducers: { Entered: (state, { name }) => void state.names.push(name) },
});

/** Who is forgotten. */
export const FORGOTTEN = 1;
/** Begins every name, and is a part of nothing else. */
export const WORD = 'Rumpelstiltskin';

/** Fills a new log: sealed and open blocks, large ones too, snapshots, outcomes, and a projection. */
export async function fillRegister(path: string, chance: Chance): Promise<void> {
  await using store = await openStore(register, { path, durability: 'os' });
  const view = await store.project(roll);
  const commits = 20 + chance.below(60);
  const sealedAt = chance.below(commits);
  for (let commit = 0; commit < commits; commit++) {
    await enter(store, chance, commit);
    if (chance.hit(0.1)) await store.snapshot();
    if (chance.hit(0.1)) await view.save();
    if (commit === sealedAt) await store.compact();
  }
}

async function enter(store: Store, chance: Chance, commit: number): Promise<void> {
  const id = chance.below(3);
  // Only those who are forgotten have a name that may not be found afterwards.
  const name = `${id === FORGOTTEN ? WORD : 'Somebody'} ${commit} ${'x'.repeat(chance.hit(0.05) ? 100_000 : chance.below(40))}`;
  if (chance.hit(0.3)) await store.execute('enter', { id, name }, { commandId: `command ${commit}` });
  else if (chance.hit(0.2)) await store.append({ type: 'Counted', data: { by: commit } });
  else await store.append({ type: 'Entered', data: { id, name } });
}
