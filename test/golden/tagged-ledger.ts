/** The model of the golden files with tags. Its meaning, and the text of its `tags`, must never change. */
import { join } from 'node:path';
import { z } from 'zod';
import { defineModel } from '../../src/index.ts';

export const TAGGED_FOLDER: string = join(import.meta.dirname, 'format-2-tags');

export const taggedModel = defineModel({
  name: 'tagged-ledger',
  version: 1,
  events: {
    Moved: {
      schema: z.object({ from: z.string(), to: z.string(), amount: z.int() }),
      tags: (d) => [`account:${d.from}`, `account:${d.to}`],
    },
    Noted: z.object({ text: z.string() }),
  },
  initialState: () => ({ balances: new Map<string, number>() }),
  reducers: {
    Moved({ balances }, { from, to, amount }) {
      balances.set(from, (balances.get(from) ?? 0) - amount);
      balances.set(to, (balances.get(to) ?? 0) + amount);
    },
    Noted() {},
  },
});

/** The file holds these: sealed up to `SEALED`, then open. The first three were recorded without tags. */
export const MOVES = 60;
export const UNTAGGED = 3;
export const SEALED = 40;

export function moveAt(sequence: number) {
  const data = { from: `a${sequence % 7}`, to: `b${sequence % 300} ü`, amount: sequence };
  return { type: 'Moved', data } as const;
}
