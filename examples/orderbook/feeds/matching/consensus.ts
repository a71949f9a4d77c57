/**
 * Runs a consensus workload: commands in, one canonical stream of reports out, and its sha256.
 *
 * Engines that agree on the stream agree on every match. A command line is `seq,cmd,id,side,price,qty,tif`; cmd new,
 * cancel, or modify (which is cancel and re-entry at the back of the queue). Its reports, stable-sorted by kind:
 *
 *     0,seq,side,id,price,qty              accepted        4,seq,id     cancel refused
 *     1,seq,makerPrice,qty,makerId,takerId trade           5,seq,id     modify refused
 *     2,seq,side,id,price                  cancelled       side 0 buy, 1 sell
 *     3,seq,side,id,price,qty              modified
 */
import { createHash, type Hash } from 'node:crypto';
import { type BookStore, type CommandOutcome, Gateway } from '../../gateway.ts';
import type { BookCommand, ReadonlyBook, RecordedBookEvent, Side, TimeInForce } from '../../model/index.ts';
import type { ProgressBar } from '../../progress.ts';
import { type CsvRow, readRows, type TextSource, unreadable } from '../reading/csv.ts';
import { CONSENSUS_HEADER } from '../reading/recognise.ts';

/** The workloads trade in one nameless symbol. */
const SYMBOL = 'CONSENSUS';

export { CONSENSUS_HEADER };

export interface ConsensusOptions {
  readonly progress?: ProgressBar | undefined;
  /** Sees the reports of each command, in order. */
  readonly onReports?: ((reports: readonly string[]) => void) | undefined;
}

export interface ConsensusReport {
  readonly commands: number;
  readonly reports: number;
  readonly trades: number;
  /** Commands that the engine refused: cancels and modifications that came too late. */
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Hash of the report stream, hex. */
  readonly sha256: string;
  /** The row of the first that was refused, from 0. */
  readonly first: { readonly rejected: number | null };
  readonly stateHash: string;
  readonly seconds: number;
}

/**
 * Runs the workload to its end.
 *
 * @throws RefoldError `INVALID_OPTION` for a line that is not a command, or a new order that the engine refuses
 */
export async function runConsensus(
  store: BookStore,
  source: TextSource,
  options: ConsensusOptions = {},
): Promise<ConsensusReport> {
  const start = performance.now();
  const gateway = new Gateway(store);
  const stream = new ReportStream(source.path, options.onReports);
  gateway.send({ name: 'listSymbol', input: { symbol: SYMBOL } }, { onOutcome: () => stream.open(store) });
  await gateway.drain();
  for await (const row of readRows(source, { header: CONSENSUS_HEADER, kind: 'consensus' })) {
    const request = requestOf(row);
    stream.expect(request);
    const command = row.word(1, 'cmd', COMMANDS)(row, request.orderId, store.state);
    gateway.row = row.line - 2;
    gateway.send(command, { onOutcome: (outcome) => stream.complete(request, outcome) });
    options.progress?.update(gateway.sent - 1, source.share?.());
    await gateway.room();
  }
  await gateway.drain();
  return {
    commands: gateway.sent - 1,
    ...stream.close(),
    rejected: gateway.rejected,
    rejectedByCode: gateway.rejectedByCode,
    first: { rejected: gateway.firstRejection?.row ?? null },
    stateHash: await store.stateHash(),
    seconds: (performance.now() - start) / 1_000,
  };
}

/**
 * A command on its way, until its reports are written. Many are on their way at once, so it holds only what the reports
 * need.
 */
interface Request {
  readonly line: number;
  readonly seq: number;
  readonly orderId: number;
  readonly cmd: string;
  outcome: CommandOutcome | undefined;
}

const SIDES: Readonly<Record<string, Side>> = { buy: 'buy', sell: 'sell' };
const SIDE_OR_NONE: Readonly<Record<string, Side | undefined>> = { ...SIDES, '': undefined };
const SIDE_DIGIT: Readonly<Record<Side, number>> = { buy: 0, sell: 1 };
const TIME_IN_FORCE: Readonly<Record<string, TimeInForce>> = { gtc: 'GTC', ioc: 'IOC' };
const GTC_OR_NONE: Readonly<Record<string, true>> = { gtc: true, '': true };

function requestOf(row: CsvRow): Request {
  const { line } = row;
  return { line, seq: row.integer(0, 'seq'), orderId: row.integer(2, 'id'), cmd: row.text(1), outcome: undefined };
}

/** How each word of the workload reads its line. */
const COMMANDS: Readonly<Record<string, (row: CsvRow, orderId: number, book: ReadonlyBook) => BookCommand>> = {
  new: (row, orderId) => {
    const side = row.word(3, 'side', SIDES);
    const timeInForce = row.word(6, 'tif', TIME_IN_FORCE);
    const input = { orderId, symbol: SYMBOL, side, type: 'limit', ...termsOf(row), timeInForce } as const;
    return { name: 'placeOrder', input };
  },
  cancel: (_row, orderId) => ({ name: 'cancelOrder', input: { orderId } }),
  modify: (row, orderId, book) => {
    // Some writers repeat the side and the time in force; neither can be modified.
    const side = row.word(3, 'side', SIDE_OR_NONE);
    const order = book.orders.get(orderId);
    if (side !== undefined && order !== undefined && side !== order.side) {
      throw row.error(`order ${orderId} cannot change its side`, 'Cancel it and enter a new one', 3);
    }
    row.word(6, 'tif', GTC_OR_NONE);
    return { name: 'replaceOrder', input: { orderId, ...termsOf(row), keepPriority: false } };
  },
};

/** The kind of report that refuses a command; a new order cannot be refused. */
const REFUSALS: Readonly<Record<string, number>> = { cancel: 4, modify: 5 };

function termsOf(row: CsvRow): { readonly price: number; readonly quantity: number } {
  return { price: row.price(4, 'price'), quantity: row.positive(5, 'qty') };
}

/** Lines are hashed in portions of about this many. */
const PORTION = 4_096;

/**
 * Brings outcomes and events together again, in the order of the commands, and hashes what they say.
 *
 * Events come from `subscribe`, after they are durable. A rejection has no events: only its outcome comes.
 */
class ReportStream {
  readonly #path: string;
  readonly #onReports: ((reports: readonly string[]) => void) | undefined;
  readonly #hash: Hash = createHash('sha256');
  #expected: Request[] = [];
  #nextExpected = 0;
  #commits: (readonly RecordedBookEvent[])[] = [];
  #nextCommit = 0;
  #portion: string[] = [];
  #reports = 0;
  #trades = 0;
  #failure: unknown;
  #unsubscribe: (() => void) | undefined;

  constructor(path: string, onReports: ((reports: readonly string[]) => void) | undefined) {
    this.#path = path;
    this.#onReports = onReports;
  }

  open(store: BookStore): void {
    // The first commit listed the symbol.
    this.#unsubscribe = store.subscribe((events) => {
      if (events[0]?.sequence !== 1) this.#commits.push(events);
    });
  }

  /** Announces a command. */
  expect(request: Request): void {
    this.#expected.push(request);
  }

  /** Completes a command with its outcome. */
  complete(request: Request, outcome: CommandOutcome): void {
    request.outcome = outcome;
    try {
      this.#advance();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  close(): Pick<ConsensusReport, 'reports' | 'trades' | 'sha256'> {
    this.#unsubscribe?.();
    this.#advance();
    if (this.#failure !== undefined) throw this.#failure;
    this.#writePortion();
    return { reports: this.#reports, trades: this.#trades, sha256: this.#hash.digest('hex') };
  }

  /** Writes the reports of every command whose outcome and events are known. */
  #advance(): void {
    for (; this.#failure === undefined; this.#nextExpected++) {
      const request = this.#expected[this.#nextExpected];
      if (request?.outcome === undefined) break;
      if (request.outcome.status === 'rejected') {
        this.#write([this.#refusal(request, request.outcome)]);
        continue;
      }
      const events = this.#commits[this.#nextCommit];
      if (events === undefined) break;
      this.#nextCommit++;
      this.#write(reportsOf(request.seq, events));
    }
    this.#forget();
  }

  #refusal({ line, seq, orderId, cmd }: Request, { code, message }: CommandOutcome & { status: 'rejected' }): string {
    const kind = REFUSALS[cmd];
    if (kind !== undefined && code === 'UNKNOWN_ORDER') return `${kind},${seq},${orderId}`;
    throw unreadable(this.#path, `line ${line}: the engine refuses it: ${message}`, {
      line,
      hint: 'Give orders with new ids and complete terms',
    });
  }

  #write(reports: readonly string[]): void {
    for (const report of reports) {
      if (report.startsWith('1')) this.#trades++;
      this.#portion.push(report);
    }
    this.#onReports?.(reports);
    if (this.#portion.length >= PORTION) this.#writePortion();
  }

  #writePortion(): void {
    if (this.#portion.length === 0) return;
    this.#hash.update((this.#reports === 0 ? '' : '\n') + this.#portion.join('\n'), 'latin1');
    this.#reports += this.#portion.length;
    this.#portion = [];
  }

  /** Releases what is written, many at once: a shift of the array for each one would cost its whole length. */
  #forget(): void {
    if (this.#nextExpected < PORTION) return;
    this.#expected = this.#expected.slice(this.#nextExpected);
    this.#commits = this.#commits.slice(this.#nextCommit);
    this.#nextExpected = this.#nextCommit = 0;
  }
}

/** The reports of an accepted command, in canonical order. */
function reportsOf(seq: number, events: readonly RecordedBookEvent[]): string[] {
  const reports: string[] = [];
  for (const event of events) {
    const report = reportOf(seq, event);
    if (report !== undefined) reports.push(report);
  }
  return reports.length < 2 ? reports : reports.sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
}

/** The events that commands of a workload lead to; `OrderRested` alone adds nothing to the reports. */
function reportOf(seq: number, { type, data }: RecordedBookEvent): string | undefined {
  switch (type) {
    case 'OrderAccepted':
      return `0,${seq},${SIDE_DIGIT[data.side]},${data.orderId},${data.price},${data.quantity}`;
    case 'TradeExecuted':
      return `1,${seq},${data.price},${data.quantity},${data.makerId},${data.takerId}`;
    case 'OrderCancelled':
      return `2,${seq},${SIDE_DIGIT[data.side]},${data.orderId},${data.price}`;
    case 'OrderReplaced':
      return `3,${seq},${SIDE_DIGIT[data.side]},${data.orderId},${data.price},${data.quantity}`;
    default:
      return undefined;
  }
}
