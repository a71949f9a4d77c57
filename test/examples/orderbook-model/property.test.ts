/** Random commands against the plain oracle, with every invariant after every event. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { type BookCommand, queueAt } from '../../../examples/orderbook/model/index.ts';
import { reduce } from '../../../examples/orderbook/model/reducers.ts';
import { initialState } from '../../../examples/orderbook/model/state.ts';
import { sample } from '../../sample.ts';
import { Book, checkInvariants, checkSettled, lineOf } from './harness.ts';
import { Oracle } from './oracle.ts';
import { anyCommands } from './random.ts';

const SYMBOLS = ['ACME', 'ZETA'];

function openBook(check: (state: Book['state']) => void = checkInvariants): Book {
  const book = new Book(check);
  for (const symbol of SYMBOLS) book.execute('listSymbol', { symbol });
  return book;
}

function run(book: Book, { name, input }: BookCommand): string[] | string {
  const outcome = book.execute(name, input as never);
  return outcome.rejected ?? outcome.events.map(lineOf);
}

describe('random commands', () => {
  test('lead to the events that the oracle expects, in the queues it expects', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const book = openBook();
        const oracle = new Oracle();
        for (const command of commands) {
          expect(run(book, command)).toEqual(oracle.run(command));
          checkSettled(book.state);
        }
        for (const symbol of SYMBOLS) {
          for (const side of ['buy', 'sell'] as const) {
            const served = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((price) => queueAt(book.state, symbol, side, price));
            const expected = oracle.served(symbol, side).sort((a, b) => a.price! - b.price! || a.stamp - b.stamp);
            expect(served).toEqual(expected.map((order) => order.id));
          }
        }
      }),
      { numRuns: sample(400) },
    );
  });

  test('deciding changes nothing, and a rejection leaves the state as it was', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const book = openBook(() => {});
        for (const command of commands) {
          const before = structuredState(book);
          const events = book.log.length;
          const outcome = run(book, command);
          const replayed = initialState();
          for (const event of book.log) reduce(replayed, event);
          // If decide changed the state, live and replayed states would differ: replay never decides.
          expect(isDeepStrictEqual(structured(replayed), structuredState(book))).toBe(true);
          if (typeof outcome !== 'string') continue;
          expect(book.log.length).toBe(events);
          expect(isDeepStrictEqual(structuredState(book), before)).toBe(true);
        }
      }),
      { numRuns: sample(60) },
    );
  });

  test('are found equal when their log is matched again', async () => {
    await fc.assert(
      fc.asyncProperty(anyCommands, async (commands) => {
        const book = openBook(() => {});
        for (const command of commands) run(book, command);
        expect(await rematch(book.log)).toBe('equal');
      }),
      { numRuns: sample(400) },
    );
  });
});

const structuredState = (book: Book) => structured(book.state);

/** The state as plain arrays, iteration order included. */
function structured(state: object): unknown {
  return structuredClone(
    Object.entries(state).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null ? [...value] : value,
    ]),
  );
}
