/** The commands that order books are driven with, alike for ours and for others: a real tape, and made-up limit orders. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import { runTape } from '../../../examples/orderbook/feeds/matching/tape.ts';
import { fileSource } from '../../../examples/orderbook/feeds/reading/csv.ts';
import type { BookStore, CommandOutcome } from '../../../examples/orderbook/gateway.ts';
import { type BookCommand, type CommandName, orderBook } from '../../../examples/orderbook/model/index.ts';

const DATA = process.env.REFOLD_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const TAPE = `${DATA}/lobster/GOOG_2012-06-21_L10.commands.csv.gz`;

/** Whether the recorded day of GOOG is at hand; it is not part of the project. */
export function hasTape(): boolean {
  return existsSync(TAPE);
}

/** A day of GOOG (NASDAQ, 2012-06-21), as commands. */
export async function tapeCommands(): Promise<BookCommand[]> {
  const recorder = new BareBook();
  await runTape(recorder, fileSource(TAPE), { symbol: 'GOOG' });
  return recorder.commands;
}

/** Limit orders on both sides of 580 dollars, about a third of which trade at once. */
export function limitCommands(count: number): BookCommand[] {
  const random = new Random(11);
  const commands: BookCommand[] = [{ name: 'listSymbol', input: { symbol: 'GOOG', tick: 100, lot: 1 } }];
  for (let orderId = 1; orderId <= count; orderId++) {
    const side = random.perMille(500) ? 'buy' : 'sell';
    const ticks = (side === 'buy' ? -1 : 1) * (random.below(40) - 10);
    const price = 5_800_000 + ticks * 100;
    const quantity = 1 + random.below(100);
    const input = { orderId, symbol: 'GOOG', side, type: 'limit', price, quantity } as const;
    commands.push({ name: 'placeOrder', input });
  }
  return commands;
}

/** No command of these books wakes a stop order. */
function noFold(): never {
  throw new Error('there is no engine to fold with');
}

type OnEvent = (event: { readonly type: string; readonly data: object }) => void;

/** The order book's model without an engine: validate, decide, reduce. Nothing is kept but the state. */
export class BareBook implements BookStore {
  readonly state = orderBook.initialState();
  readonly commands: BookCommand[] = [];
  sequence = 0;
  readonly #onEvent: OnEvent | undefined;

  /** @param onEvent called with each event before it is folded */
  constructor(onEvent?: OnEvent) {
    this.#onEvent = onEvent;
  }

  async execute(name: CommandName, input: unknown): Promise<CommandOutcome> {
    this.commands.push({ name, input } as BookCommand);
    return this.run(name, input);
  }

  run(name: CommandName, input: unknown): CommandOutcome {
    const command = orderBook.commands![name];
    const context = { now: 0, sequence: this.sequence, fold: noFold, event: orderBook.event as never };
    const decided = command.decide(this.state as never, command.input.parse(input) as never, context);
    if ('rejected' in decided) return { status: 'rejected', code: decided.code, message: decided.message };
    const firstSequence = this.sequence + 1;
    for (const { type, data } of Array.isArray(decided) ? decided : [decided]) {
      this.#onEvent?.({ type, data });
      const event = { sequence: ++this.sequence, recordedAt: 0, type, version: 1, data };
      orderBook.reducers[type as keyof typeof orderBook.reducers](this.state, data as never, event as never);
    }
    return { status: 'accepted', commit: { firstSequence, lastSequence: this.sequence, recordedAt: 0 } };
  }

  subscribe(): () => void {
    return () => {};
  }

  async stateHash(): Promise<string> {
    return '';
  }
}
