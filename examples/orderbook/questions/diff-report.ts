/** The question where two books differ: two files, or one file at two moments. */
import { RefoldError } from 'refold';
import { counted } from '../text.ts';
import { Scale } from './amounts.ts';
import type { QuestionOptions } from './asking.ts';
import { BookFile } from './books/book-file.ts';
import type { BookEvent, Decimals } from './books/book-kind.ts';
import { recordedMoment } from './books/market-calendar.ts';
import {
  type Comparing,
  differencesOf,
  type FirstDifference,
  firstDifference,
  type LevelContent,
  type LevelDifference,
  type Pace,
} from './diff.ts';
import { present } from './output.ts';

export interface DiffOptions extends QuestionOptions {
  readonly depth?: number | undefined;
  readonly by?: Pace | undefined;
  readonly compare?: Comparing['what'] | undefined;
  readonly limit?: number | undefined;
}

/** How many levels are shown. */
const LIMIT = 20;

/** One of the two books at the place where it is compared. */
interface Side {
  readonly book: BookFile;
  readonly sequence: number;
  readonly state: any;
}

export function diff(pathA: string, pathB: string | undefined, options: DiffOptions): Promise<void> {
  return pathB === undefined ? diffMoments(pathA, options) : diffFiles(pathA, pathB, options);
}

/** The book after `--from` against the book after `--to`. */
async function diffMoments(path: string, options: DiffOptions): Promise<void> {
  const { from, to, by } = options;
  if (from === undefined)
    throw badOption('--from', 'there is one book, and no second moment', 'Give a second book, or --from and --to');
  if (by !== undefined) throw badOption('--by', 'it matches the steps of two files, and there is one', 'Leave it out');
  await using book = await BookFile.open(path);
  const [first, last] = [await book.sequenceOf('--from', from), await book.sequenceOf('--to', to)];
  if (first > last) throw badOption('--from', `event ${first} is after event ${last}`, 'Give the earlier moment first');
  const [earlier, later] = await Promise.all([first, last].map((sequence) => book.stateAt(sequence)));
  const symbols = pairsOf(book, later, book, later, options.symbol);
  const comparing = comparingOf(book, later, book, later, symbols, options);
  const standing = { book, state: earlier };
  const range = { from: first + 1, to: last };
  const difference = first === last ? null : await firstDifference(standing, { book, range }, comparing, 'sequence');
  const sides = [
    { book, sequence: first, state: earlier },
    { book, sequence: last, state: later },
  ] as const;
  report(sides, comparing, difference, options, 'sequence');
}

/** Two books from their beginnings on. */
async function diffFiles(pathA: string, pathB: string, options: DiffOptions): Promise<void> {
  if (options.from !== undefined || options.to !== undefined) {
    const name = options.from === undefined ? '--to' : '--from';
    throw badOption(
      name,
      'two files are compared from their beginnings to their ends',
      'Leave it out, or give one file',
    );
  }
  await using a = await BookFile.open(pathA);
  await using b = await BookFile.open(pathB);
  for (const book of [a, b]) if (book.first !== 1) throw historyGone(book);
  const [endA, endB] = await Promise.all([a.stateAt(a.last), b.stateAt(b.last)]);
  const pace = options.by ?? (a.calendar.date !== undefined && b.calendar.date !== undefined ? 'time' : 'sequence');
  const symbols = pairsOf(a, endA, b, endB, options.symbol);
  const comparing = comparingOf(a, endA, b, endB, symbols, options);
  const difference = await firstDifference(
    { book: a, range: { from: 1, to: a.last } },
    { book: b, range: { from: 1, to: b.last } },
    comparing,
    pace,
  );
  const sides = [
    { book: a, sequence: a.last, state: endA },
    { book: b, sequence: b.last, state: endB },
  ] as const;
  report(sides, comparing, difference, options, pace);
}

/** The symbols that are compared. Two books of one symbol each are compared whatever those are called. */
function pairsOf(a: BookFile, stateA: any, b: BookFile, stateB: any, wanted: string | undefined): Comparing['symbols'] {
  const [inA, inB] = [[...a.kind.symbols(stateA)], [...b.kind.symbols(stateB)]];
  if (wanted !== undefined) {
    if (!inB.includes(wanted))
      return [[a.symbolIn(stateA, wanted), b.symbolIn(stateB, inB.length === 1 ? undefined : wanted)]];
    return [[inA.length === 1 ? inA[0]! : a.symbolIn(stateA, wanted), wanted]];
  }
  if (inA.length === 1 && inB.length === 1) return [[inA[0]!, inB[0]!]];
  return [...new Set([...inA, ...inB])].map((symbol) => [symbol, symbol] as const);
}

function comparingOf(
  a: BookFile,
  stateA: any,
  b: BookFile,
  stateB: any,
  symbols: Comparing['symbols'],
  { compare, depth }: DiffOptions,
): Comparing {
  const hasOrders = symbols.every(([one, other]) => a.kind.hasOrders(stateA, one) && b.kind.hasOrders(stateB, other));
  for (const [one, other] of symbols)
    requireSameScale(a.kind.decimals(stateA, one), b.kind.decimals(stateB, other), one);
  if (compare === 'orders' && !hasOrders) {
    throw badOption('--compare', 'a feed that tells levels has no orders', 'Use --compare levels');
  }
  // Orders of two kinds of book have different ids where one of them had to be made up.
  return { symbols, what: compare ?? (hasOrders && a.kind === b.kind ? 'orders' : 'levels'), depth };
}

function requireSameScale(a: Decimals | undefined, b: Decimals | undefined, symbol: string): void {
  if (a === undefined || b === undefined || (a.price === b.price && a.size === b.size)) return;
  const told = ({ price, size }: Decimals): string => `${price} and ${size} decimals`;
  throw badOption(
    'B',
    `prices and sizes of ${symbol} have ${told(a)} here and ${told(b)} there`,
    'Import both with the same decimals',
  );
}

function report(
  sides: readonly [Side, Side],
  comparing: Comparing,
  first: FirstDifference | null,
  options: DiffOptions,
  pace: Pace,
): void {
  const differences = differencesOf(sides[0], sides[1], comparing);
  const shown = differences.slice(0, options.limit ?? LIMIT);
  const [a, b] = sides.map(({ book: { path, kind }, sequence }) => ({ book: path, kind: kind.name, sequence }));
  const teller = new Teller(sides, options);
  const told = {
    ...{ a, b, by: pace, compares: comparing.what, equal: differences.length === 0 },
    first: first && {
      a: first.a && teller.event(0, first.a),
      b: first.b && teller.event(1, first.b),
      levels: first.levels.map((level) => teller.level(level)),
    },
    differing: differences.length,
    differences: shown.map((level) => teller.level(level)),
  };
  present(told, options.json, () => [
    ...(first === null ? ['the books never differ'] : teller.firstLines(first)),
    differences.length === 0
      ? 'no level differs at the end'
      : `${counted(differences.length, 'level')} ${differences.length === 1 ? 'differs' : 'differ'} at the end:`,
    ...shown.map((level) => teller.line(level)),
    ...(shown.length < differences.length ? [`  … and ${differences.length - shown.length} others: --limit`] : []),
  ]);
}

class Teller {
  readonly #sides: readonly [Side, Side];
  readonly #options: QuestionOptions;

  constructor(sides: readonly [Side, Side], options: QuestionOptions) {
    this.#sides = sides;
    this.#options = options;
  }

  event(which: 0 | 1, event: BookEvent) {
    const { sequence, type, data } = event;
    const { calendar } = this.#sides[which].book;
    return { sequence, time: calendar.format(recordedMoment(event), this.#options.time ?? 'iso'), type, data };
  }

  level({ symbol, side, price, a, b }: LevelDifference): object {
    const scale = this.#scaleOf(symbol);
    return { symbol, side, price: scale.price(price), a: contentOf(a, scale), b: contentOf(b, scale) };
  }

  line({ symbol, side, price, a, b }: LevelDifference): string {
    const scale = this.#scaleOf(symbol);
    const size = (content: LevelContent | null): string =>
      content === null ? 'nothing' : String(scale.size(content.quantity));
    const orders = a !== null && b !== null && a.quantity === b.quantity ? ' (other orders, or in another line)' : '';
    return `  ${symbol} ${side} at ${scale.price(price)}: ${size(a)} and ${size(b)}${orders}`;
  }

  firstLines(first: FirstDifference): string[] {
    const event = (which: 0 | 1, one: BookEvent | null): string => {
      const name = which === 0 ? 'a' : 'b';
      if (one === null) return `  ${name}: no event`;
      const { sequence, time, type, data } = this.event(which, one);
      return `  ${name}: event ${sequence} of ${time}: ${type} ${JSON.stringify(data)}`;
    };
    return [
      'the books first differ after',
      event(0, first.a),
      event(1, first.b),
      ...first.levels.map((level) => this.line(level)),
    ];
  }

  #scaleOf(symbol: string): Scale {
    const [{ book, state }] = this.#sides;
    const other = this.#sides[1];
    const decimals = book.kind.decimals(state, symbol) ?? other.book.kind.decimals(other.state, symbol);
    return new Scale(decimals, this.#options.raw);
  }
}

function contentOf(content: LevelContent | null, scale: Scale): object | null {
  if (content === null) return null;
  const { quantity, orders } = content;
  if (orders === undefined) return { quantity: scale.size(quantity) };
  return {
    quantity: scale.size(quantity),
    orders: orders.map((order) => ({ orderId: order.orderId, quantity: scale.size(order.quantity) })),
  };
}

function badOption(type: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot compare: ${problem}`, { type, hint });
}

function historyGone({ path, first }: BookFile): RefoldError {
  return new RefoldError('HISTORY_GONE', `Cannot compare ${path} from its beginning: its log begins at ${first}`, {
    path,
    sequence: first,
    hint: 'Use a backup that holds all events',
  });
}
