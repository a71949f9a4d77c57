/** What every question does first: open the book, find range and symbol, and the state before the range. */
import { Scale } from './amounts.ts';
import { BookFile, type Range } from './books/book-file.ts';
import type { TimeFormat } from './books/market-calendar.ts';
import type { OutputOptions } from './output.ts';

export interface QuestionOptions extends OutputOptions {
  readonly symbol?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  readonly time?: TimeFormat | undefined;
  readonly raw?: boolean | undefined;
}

/** A question under way. */
export interface Asking {
  readonly book: BookFile;
  readonly range: Range;
  /** The book at the end of the range, to look at. */
  readonly state: any;
  readonly time: TimeFormat;
  /** What every report begins with. */
  readonly head: { readonly book: string; readonly kind: string };
  scaleOf(symbol: string): Scale;
}

/** Asks a book about a range. */
export async function askRange<Answer>(
  path: string,
  options: QuestionOptions,
  answer: (asking: Asking) => Promise<Answer>,
): Promise<Answer> {
  await using book = await BookFile.open(path);
  const range = await book.range(options);
  const { from, to } = range;
  return await answer(asked(book, options, range, { state: await book.stateAt(to), place: { from, to } }));
}

/** Asks a book about one moment: `--at`, or the end of the log. */
export async function askMoment<Answer>(
  path: string,
  options: QuestionOptions,
  answer: (asking: Asking) => Promise<Answer>,
): Promise<Answer> {
  await using book = await BookFile.open(path);
  const sequence = await book.sequenceOf('--at', options.at);
  const range = { from: sequence, to: sequence };
  return await answer(asked(book, options, range, { state: await book.stateAt(sequence), place: { sequence } }));
}

/** The only symbol, or the one that was asked for, and how its numbers are shown. */
export function symbolOf(
  asking: Asking,
  options: QuestionOptions,
): { symbol: string; scale: Scale; head: Asking['head'] & { symbol: string } } {
  const symbol = asking.book.symbolIn(asking.state, options.symbol);
  return { symbol, scale: asking.scaleOf(symbol), head: { ...asking.head, symbol } };
}

function asked(
  book: BookFile,
  { time = 'iso', raw }: QuestionOptions,
  range: Range,
  { state, place }: { readonly state: any; readonly place: object },
): Asking {
  const scales = new Map<string, Scale>();
  return {
    ...{ book, range, state, time },
    head: { book: book.path, kind: book.kind.name, ...place },
    scaleOf(symbol) {
      let scale = scales.get(symbol);
      if (scale === undefined) scales.set(symbol, (scale = new Scale(book.kind.decimals(state, symbol), raw)));
      return scale;
    },
  };
}
