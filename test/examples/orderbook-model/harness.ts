/**
 * The book without an engine: validate, decide, fold directly, keep the log in an array.
 *
 * What a store adds (durability, drafts, remembered outcomes) is tested with the store. Here only the model is tested.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DecideContext, Rejection } from 'refold';
import type { BookCommand, BookEvent, CommandName } from '../../../examples/orderbook/model/index.ts';
import { type BookState, orderBook } from '../../../examples/orderbook/model/index.ts';
import { invariants, settled } from '../../../examples/orderbook/model/invariants.ts';
import { reduce } from '../../../examples/orderbook/model/reducers.ts';
import { naiveFold } from './naive-fold.ts';

export type LoggedEvent = BookEvent & { readonly sequence: number };
export type Outcome =
  | { readonly events: readonly LoggedEvent[]; readonly rejected?: undefined }
  | { readonly rejected: string };
type InputOf<Name extends CommandName> = Extract<BookCommand, { name: Name }>['input'];

export class Book {
  readonly state: BookState = orderBook.initialState();
  readonly log: LoggedEvent[] = [];
  /** Called after each event; throws when something is wrong. */
  readonly #check: (state: BookState) => void;

  constructor(check: (state: BookState) => void = () => {}) {
    this.#check = check;
  }

  /** Runs a command and says what its outcome was. */
  execute<Name extends CommandName>(name: Name, input: InputOf<Name>): Outcome {
    const command = orderBook.commands![name] as unknown as {
      input: { parse(value: unknown): unknown };
      decide(state: BookState, input: unknown, context: DecideContext): readonly BookEvent[] | Rejection;
    };
    const sequence = this.log.length;
    const context = { now: 0, sequence, fold: naiveFold(this.state, sequence), event: orderBook.event as never };
    const decision = command.decide(this.state, command.input.parse(input), context);
    if ('rejected' in decision) return { rejected: decision.code };
    const events = decision.map((event) => this.append(event));
    return { events };
  }

  /** Runs a command that must be accepted, and gives its events as short lines. */
  lines<Name extends CommandName>(name: Name, input: InputOf<Name>): string[] {
    const outcome = this.execute(name, input);
    if (outcome.rejected !== undefined) throw new Error(`${name} ${JSON.stringify(input)}: ${outcome.rejected}`);
    return outcome.events.map(lineOf);
  }

  append(event: BookEvent): LoggedEvent {
    const { schema } = orderBook.types.get(event.type)!;
    const data = JSON.parse(JSON.stringify(schema.parse(event.data)));
    const logged = { sequence: this.log.length + 1, type: event.type, data } as LoggedEvent;
    this.log.push(logged);
    reduce(this.state, logged);
    this.#check(this.state);
    return logged;
  }
}

/** A book with one listed symbol. It checks every invariant after every event, unless told to check less. */
export function listedBook(
  symbol = 'ACME',
  rules: { tick?: number; lot?: number; maxQuantity?: number } = {},
  check: (state: BookState) => void = checkInvariants,
): Book {
  const book = new Book(check);
  book.execute('listSymbol', { symbol, ...rules });
  return book;
}

/** @throws Error naming each invariant that does not hold */
export function checkInvariants(state: BookState): void {
  const broken = Object.entries(invariants).filter(([, holds]) => !holds(state));
  if (broken.length > 0) throw new Error(`Broken: ${broken.map(([name]) => name).join(', ')}`);
}

export function checkSettled(state: BookState): void {
  if (!settled(state)) throw new Error('The book is not settled between commits');
}

/** An event in a short line: `trade 5@100 1×2` is a trade of 5 at 100, maker 1, taker 2. */
export function lineOf(event: BookEvent): string {
  switch (event.type) {
    case 'OrderAccepted':
      return `accepted ${event.data.orderId}${event.data.taker ? ' taker' : ''}`;
    case 'TradeExecuted': {
      const { quantity, price, makerId, takerId } = event.data;
      return `trade ${quantity}@${price} ${makerId}×${takerId}`;
    }
    case 'OrderCancelled':
      return `cancelled ${event.data.orderId} ${event.data.quantity} ${event.data.reason}`;
    case 'OrderRejected':
      return `rejected ${event.data.orderId} ${event.data.quantity} ${event.data.reason}`;
    case 'OrderRested':
      return `rested ${event.data.orderId}`;
    case 'OrderReduced':
      return `reduced ${event.data.orderId} by ${event.data.quantity}`;
    case 'OrderReplaced': {
      const { orderId, price, quantity, kept, taker } = event.data;
      return `replaced ${orderId} ${quantity}@${price}${kept ? ' kept' : ''}${taker ? ' taker' : ''}`;
    }
    case 'StopTriggered':
      return `triggered ${event.data.orderId}${event.data.taker ? ' taker' : ''}`;
    default:
      return event.type;
  }
}

/** The folder of real data, or undefined where it is missing. */
export const dataFolder: string | undefined = [
  process.env.REFOLD_DATA,
  join(import.meta.dirname, '../../../../shared/data'),
].find((folder) => folder !== undefined && existsSync(folder));

/** The rows of a gzipped CSV file as arrays, without the header. */
export function readRows(name: string, header = true): string[][] {
  const text = gunzipSync(readFileSync(join(dataFolder!, name))).toString();
  return text
    .trimEnd()
    .split('\n')
    .slice(header ? 1 : 0)
    .map((line) => line.trimEnd().split(','));
}
