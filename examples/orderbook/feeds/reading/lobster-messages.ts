/**
 * LOBSTER's message files: what happened, one message per line.
 *
 * `time, type, order id, size, price, direction`: time in seconds after midnight with up to nine decimals, price in
 * ten-thousandths of a dollar, direction is that of the *resting* order. A halt has type 7, and its price says what
 * kind it is.
 */

import { type Moment, parseSeconds } from '../../market-time.ts';
import type { Side } from '../../model/index.ts';
import { SIDE_BY_DIRECTION } from './book-rows.ts';
import { type CsvRow, readRowBlocks, type TextSource } from './csv.ts';

/** Prices are ten-thousandths of a dollar. */
export const LOBSTER_PRICE_DECIMALS = 4;

/**
 * 1 new limit order · 2 partial cancel · 3 deletion · 4 execution of a visible order · 5 of a hidden one · 6 cross
 * trade (an auction: tape only) · 7 halt
 */
export type MessageType = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export interface Message {
  /** From 1. */
  readonly line: number;
  /** Since midnight. */
  readonly time: Moment;
  readonly type: MessageType;
  readonly orderId: number;
  readonly quantity: number;
  /** In a halt: -1 halted, 0 quotes again, 1 trades again. */
  readonly price: number;
  /** The side of the resting order. */
  readonly side: Side;
  /** The seventh column, where a file has one: who the order is of. */
  readonly attribution?: string;
}

const TYPES: Readonly<Record<string, MessageType>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7 };

/** The messages of a file, in order. `kind` says whether it has a seventh column. */
export async function* readMessages(
  source: TextSource,
  kind: 'message' | 'message7' = 'message',
): AsyncGenerator<Message, void, void> {
  for await (const messages of readMessageBlocks(source, kind)) yield* messages;
}

/** The same in blocks. The messages of a block are read as they are asked for. */
export async function* readMessageBlocks(
  source: TextSource,
  kind: 'message' | 'message7' = 'message',
): AsyncGenerator<Iterable<Message>, void, void> {
  const columns = kind === 'message' ? 6 : 7;
  function* messagesOf(rows: Iterable<CsvRow>): Generator<Message, void, void> {
    for (const row of rows) {
      yield columns === 6 ? parseMessage(row) : { ...parseMessage(row), attribution: row.text(6) };
    }
  }
  for await (const rows of readRowBlocks(source, { columns, kind })) yield messagesOf(rows);
}

function parseMessage(row: CsvRow): Message {
  const time = parseSeconds(row.text(0));
  if (time === undefined) {
    const problem = `the time is ${JSON.stringify(row.text(0))}`;
    throw row.error(problem, 'Give seconds after midnight, such as 34200.015105074', 0);
  }
  const type = row.word(1, 'the type', TYPES);
  const isHalt = type === 7;
  const price = isHalt ? row.integer(4, 'the price') : row.price(4, 'the price');
  if (isHalt && (price < -1 || price > 1)) {
    throw row.error(`a halt has price ${price}`, 'Use -1 for halted, 0 for quoting, 1 for trading', 4);
  }
  return {
    line: row.line,
    time,
    type,
    orderId: row.integer(2, 'the order id'),
    quantity: isHalt ? row.integer(3, 'the size') : row.positive(3, 'the size'),
    price,
    side: row.word(5, 'the direction', SIDE_BY_DIRECTION),
  };
}
