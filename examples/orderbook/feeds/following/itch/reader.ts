/**
 * Reads files of NASDAQ TotalView-ITCH 5.0, gzip or not, in bounded memory.
 *
 * The usual file has the length of each message in two bytes before it. A file of bare messages is read too, if it
 * begins with a system event, as a day does. What the messages become: `decoder.ts`. Times count from midnight of
 * the day in the file's name, in New York.
 *
 * What is not an ITCH file, is cut or damaged ends in an error that names message and offset, after the messages before
 * it. A flipped bit within a price or a size cannot be noticed: the format has no checksums.
 */
import { RefoldError } from 'refold';
import type { FeedMessage } from '../../../follow/messages.ts';
import type { Moment } from '../../../market-time.ts';
import { hintOnFailure, type TextSource, unreadable } from '../../reading/csv.ts';
import { FeedTime, type TimeOptions } from '../../reading/feed-time.ts';
import { GIVE_ITCH, ItchDecoder } from './decoder.ts';
import { framingOf, HEAD_BYTES } from './kind.ts';
import { StockDirectory } from './stocks.ts';

export interface ItchOptions extends TimeOptions {
  /** The stocks to read; all of them if it is absent or empty. */
  readonly symbols?: readonly string[] | undefined;
}

/**
 * The messages of the files, in order; a file that begins with the start of messages begins a day.
 *
 * Messages of other stocks than `symbols` are counted for `line`, and not given.
 *
 * @throws RefoldError `INVALID_OPTION` with path, line, offset and hint; also for a symbol that no file lists
 */
export async function* readItch(
  sources: readonly TextSource[],
  { symbols = [], ...time }: ItchOptions = {},
): AsyncGenerator<readonly FeedMessage[], void, void> {
  const stocks = new StockDirectory(symbols.length === 0 ? undefined : new Set(symbols));
  for (const source of sources) {
    const feedTime = new FeedTime(time, 'midnight', [source.path]);
    yield* readFile(source, stocks, (moment) => feedTime.momentOf(moment));
  }
  const [missing] = stocks.missing;
  if (missing === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot import --symbol ${missing}: no message lists this stock`, {
    type: '--symbol',
    hint: 'Check how the feed spells it; without --symbol all stocks are imported',
  });
}

async function* readFile(
  source: TextSource,
  stocks: StockDirectory,
  momentOf: (time: Moment) => Moment,
): AsyncGenerator<readonly FeedMessage[], void, void> {
  const begin = (framed: boolean): ItchDecoder => new ItchDecoder(source.path, { stocks, momentOf, framed });
  const beginWith = (bytes: Uint8Array): ItchDecoder => {
    const framing = framingOf(Buffer.from(bytes.subarray(0, HEAD_BYTES)));
    if (typeof framing === 'object') throw begin(true).error(framing.problem, GIVE_ITCH);
    return begin(framing === 'lengths');
  };
  let decoder: ItchDecoder | undefined;
  let rest: Uint8Array = new Uint8Array();
  try {
    for await (const bytes of await source.open()) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      // Only a whole head tells what the file is.
      if (decoder === undefined && rest.length < HEAD_BYTES) continue;
      decoder ??= beginWith(rest);
      const { messages, used, error } = attempt(decoder, rest);
      if (messages.length > 0) yield messages;
      if (error !== undefined) throw error;
      rest = rest.subarray(used);
    }
  } catch (error) {
    throw error instanceof RefoldError ? error : readFailure(source.path, decoder ?? begin(true), error);
  }
  // A file that is shorter than a head is read here.
  decoder ??= beginWith(rest);
  const { messages, used, error } = attempt(decoder, rest);
  if (messages.length > 0) yield messages;
  if (error !== undefined) throw error;
  decoder.end(rest.subarray(used));
}

/** Decodes what is whole. An error comes beside the messages before it. */
function attempt(
  decoder: ItchDecoder,
  bytes: Uint8Array,
): { readonly messages: readonly FeedMessage[]; readonly used: number; readonly error?: unknown } {
  const messages: FeedMessage[] = [];
  try {
    return { messages, used: decoder.decode(bytes, messages) };
  } catch (error) {
    return { messages, used: 0, error };
  }
}

function readFailure(path: string, decoder: ItchDecoder, cause: unknown): RefoldError {
  const { message = String(cause), syscall } = cause as NodeJS.ErrnoException;
  const hint = hintOnFailure(cause);
  // A file that cannot be opened has no messages.
  return syscall === 'open' ? unreadable(path, message, { hint, cause }) : decoder.error(message, hint, cause);
}
