/**
 * The model of the golden file with tags, ids and outcomes: that of the file with tags, and a command. Its meaning must
 * never change, because the file was written with it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { defineModel, reject } from '../../src/index.ts';
import { taggedModel } from './tagged-ledger.ts';

export const IDENTIFIED_FOLDER: string = join(import.meta.dirname, 'format-2-ids');

const { types: _types, ...ledger } = taggedModel;

export const identifiedModel = defineModel({
  ...ledger,
  name: 'identified-ledger',
  commands: {
    move: {
      input: z.object({ from: z.string(), to: z.string(), amount: z.int() }),
      decide: (_state, input) => {
        if (input.amount < 0) return reject('NEGATIVE', 'an amount is above zero', { amount: input.amount });
        const events = [
          { type: 'Moved', data: input },
          { type: 'Noted', data: { text: `moved ${input.amount} ü` } },
        ] as const;
        return { events: [...events], result: { total: input.amount * 2 } };
      },
    },
  },
});

/** Each command decides on two events. Those up to `COMMANDS_SEALED` are sealed. */
export const COMMANDS = 24;
export const COMMANDS_SEALED = 16;

export function inputAt(number: number) {
  return { from: `a${number % 5}`, to: `b${number % 9} ü`, amount: number };
}

/** The rejected command, and the append with an id. */
export const REFUSED = { from: 'a', to: 'b', amount: -7 };
export const APPENDED = { type: 'Noted', data: { text: 'appended' } } as const;

/** The clock of the file: outcomes are forgotten by their age. */
export const WRITTEN_AT: number = Date.UTC(2026, 10, 27);
