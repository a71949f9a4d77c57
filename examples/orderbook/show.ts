/** Shows a book as it is now, or as it was in the past. */
import { RefoldError } from 'refold';
import { paint } from '../telling/paint.ts';
import { parseInteger } from './feeds/csv.ts';
import { renderLadder, renderTape, type SymbolView, viewOf } from './ladder.ts';
import { clock, jsonOf, number } from './text.ts';
import { openBook } from './workspace.ts';

/** A position in the log. */
export type BookPosition = { readonly sequence: number } | { readonly time: number };

export interface BookView {
  readonly sequence: number;
  /** When that event was recorded, ms since the epoch; 0 before the first event. */
  readonly recordedAt: number;
  readonly symbols: readonly SymbolView[];
}

/** Whole numbers from here on are times in ms: this one was in March 1973, and logs do not have so many events. */
const FIRST_TIME = 100_000_000_000;

/**
 * Reads `--at`: a whole number is a sequence, or ms since the epoch if it is that large; anything else an ISO time.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function parsePosition(text: string): BookPosition {
  const whole = parseInteger(text);
  if (whole !== undefined && whole >= 0) return whole < FIRST_TIME ? { sequence: whole } : { time: whole };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return { time };
  throw new RefoldError('INVALID_OPTION', `Cannot go to ${JSON.stringify(text)}: it is neither a sequence nor a time`, {
    type: '--at',
    hint: 'Give a sequence such as 42, or a time such as 2026-01-05T14:30:00Z',
  });
}

/** Prints ladder and recent trades of every symbol. */
export async function showBook(path: string, { at, json }: { at?: BookPosition; json?: boolean }): Promise<void> {
  const view = await lookAt(path, at);
  const text = json === true ? jsonOf(view) : render(path, view);
  process.stdout.write(`${text}\n`);
}

/** Looks at a book without disturbing its writer. */
async function lookAt(path: string, at: BookPosition | undefined): Promise<BookView> {
  await using store = await openBook(path, { readOnly: true });
  const { sequence, recordedAt, state } = await store.at(at ?? { sequence: store.sequence });
  return { sequence, recordedAt, symbols: [...state.symbols.keys()].map((symbol) => viewOf(state, symbol)) };
}

function render(path: string, { sequence, recordedAt, symbols }: BookView): string {
  const when = sequence === 0 ? 'before the first event' : `after event ${number(sequence)} of ${clock(recordedAt)}`;
  const parts = symbols.flatMap((view) => [renderLadder(view), paint('dim', '  last trades'), renderTape(view)]);
  return [`${path} ${when}`, '', ...(symbols.length === 0 ? ['  no symbols'] : parts)].join('\n');
}
