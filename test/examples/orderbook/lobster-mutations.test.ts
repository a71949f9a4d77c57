/** A change of one message in a LOBSTER file is noticed in the report, or a rule of a closed list says that it cannot be. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import { type LobsterReport, runLobster } from '../../../examples/orderbook/feeds/matching/lobster.ts';
import { type LobsterDay, makeLobsterDay } from './lobster-day.ts';
import { anomaliesOf, MUTATIONS, mutate, risen } from './lobster-mutations.ts';
import { memoryBook } from './memory-book.ts';
import { dataSource, errorOf, hasData, linesOf, linesSource } from './support.ts';

/** How many of each kind: 12 make the full 180. */
const EACH = Number(process.env.REFOLD_MUTATIONS ?? 1);
const SEED = Number(process.env.REFOLD_SEED ?? 1);

function run({ messages, rows }: LobsterDay): Promise<LobsterReport> {
  return runLobster(memoryBook(), linesSource(messages), linesSource(rows), { symbol: 'GOOG' });
}

/** Mutates a day again and again. Lists what was not noticed and has no excuse. */
async function missed(
  kind: string,
  day: LobsterDay,
  original: LobsterReport,
  { count, seed = SEED, notice = risen }: { count: number; seed?: number; notice?: typeof risen },
) {
  const random = new Random(seed);
  const unexplained: string[] = [];
  for (let round = 0; round < count; round++) {
    const { day: mutated, row, before, after, excuse } = mutate(kind, day, random);
    const names = notice(original, await run(mutated));
    if (names.length === 0 && excuse === undefined) unexplained.push(`seed ${seed}, row ${row}: ${before} -> ${after}`);
  }
  return unexplained;
}

test('there are fifteen kinds', () => expect(MUTATIONS).toHaveLength(15));

describe('a made-up day that begins in the middle of trading', () => {
  const day = makeLobsterDay({ seed: 11, symbol: 'GOOG', commands: 5_000, levels: 5, skip: 1_500 });
  const original = run(day);

  test.each(MUTATIONS)('%s', async (kind) => {
    expect(await missed(kind, day, await original, { count: EACH })).toEqual([]);
  });

  test.each(['an hour back in time', 'id of an execution'])(
    'is missed by a look at the rows alone: %s',
    async (kind) => {
      const notice: typeof risen = (before, after) => risen(before, after).filter((name) => name === 'rowsWrong');
      expect(await missed(kind, day, await original, { count: 2, notice })).not.toEqual([]);
    },
  );

  test('as it is, it has nothing wrong', async () => {
    const { rowsWrong, resyncsInsideWindow, rejected, timeStepsBack } = anomaliesOf(await original);
    expect([rowsWrong, resyncsInsideWindow, rejected, timeStepsBack]).toEqual([0, 0, 0, 0]);
  });
});

describe.skipIf(!hasData)('the first rows of a real day', () => {
  const load = async (): Promise<LobsterDay> => {
    const messages = await linesOf(dataSource('lobster/GOOG_L10_head5000.message.csv.gz'));
    const rows = await linesOf(dataSource('lobster/GOOG_L10_head5000.orderbook.csv.gz'));
    const length = EACH < 12 ? 2_000 : messages.length;
    return { messages: messages.slice(0, length), rows: rows.slice(0, length) };
  };

  test.each(MUTATIONS)('%s', async (kind) => {
    const day = await load();
    expect(await missed(kind, day, await run(day), { count: EACH })).toEqual([]);
  });
});

test('a message that is missing from one file alone ends the run', async () => {
  const day = makeLobsterDay({ seed: 12, symbol: 'GOOG', commands: 500, levels: 5 });
  const error = await errorOf(run({ ...day, messages: day.messages.toSpliced(50, 1) }));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', line: day.rows.length });
});
