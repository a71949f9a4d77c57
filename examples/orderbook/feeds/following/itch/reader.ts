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
import { GIVE_ITCH, ItchDecoder, type ItchTally } from './decoder.ts';
import { framingOf, HEAD_BYTES } from './kind.ts';
import { LAYOUTS } from './layout.ts';
import { StockDirectory } from './stocks.ts';

export interface ItchOptions extends TimeOptions {
  /** The stocks to read; all of them if it is absent. Messages of others are counted, and not given. */
  readonly symbols?: ReadonlySet<string> | undefined;
}

/** Reads the files of a feed in their order. A file that begins with the start of messages begins a day. */
export class ItchReader {
  readonly #time: TimeOptions;
  readonly #stocks: StockDirectory;
  readonly #tally: ItchTally = { types: new Float64Array(256), passedOver: 0 };

  constructor({ symbols, ...time }: ItchOptions = {}) {
    this.#time = time;
    this.#stocks = new StockDirectory(symbols);
  }

  /** Messages so far by type, those of other stocks too: `{ 'A add order': 118631456 }`. */
  get counts(): Readonly<Record<string, number>> {
    const counts = Object.entries(LAYOUTS).map(([type, { name }]) => {
      return [`${type} ${name}`, this.#tally.types[type.charCodeAt(0)]!] as const;
    });
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  /** Messages of other stocks than those asked for: they were not given. */
  get passedOver(): number {
    return this.#tally.passedOver;
  }

  /**
   * The messages of a file, in blocks.
   *
   * @throws RefoldError `INVALID_OPTION` with path, number of the message, offset and hint, after the messages before
   */
  async *read(source: TextSource): AsyncGenerator<readonly FeedMessage[], void, void> {
    let decoder: ItchDecoder | undefined;
    let rest: Uint8Array = new Uint8Array();
    try {
      for await (const bytes of await source.open()) {
        rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
        // Only a whole head tells what the file is.
        if (decoder === undefined && rest.length < HEAD_BYTES) continue;
        decoder ??= this.#begin(source.path, rest);
        rest = yield* take(decoder, rest);
      }
    } catch (error) {
      throw error instanceof RefoldError
        ? error
        : readFailure(source.path, decoder ?? this.#decoderOf(source.path), error);
    }
    // A file that is shorter than a head is read here.
    decoder ??= this.#begin(source.path, rest);
    decoder.end(yield* take(decoder, rest));
  }

  #begin(path: string, bytes: Uint8Array): ItchDecoder {
    const framing = framingOf(Buffer.from(bytes.subarray(0, HEAD_BYTES)));
    if (typeof framing === 'object') throw this.#decoderOf(path).error(framing.problem, GIVE_ITCH);
    return this.#decoderOf(path, framing === 'lengths');
  }

  #decoderOf(path: string, framed = true): ItchDecoder {
    const time = new FeedTime(this.#time, 'midnight', [path]);
    const momentOf = (moment: Moment): Moment => time.momentOf(moment);
    return new ItchDecoder(path, { stocks: this.#stocks, momentOf, framed, tally: this.#tally });
  }
}

/** Gives the messages that are whole, also those before an error. Returns the bytes that are left. */
function* take(decoder: ItchDecoder, bytes: Uint8Array): Generator<readonly FeedMessage[], Uint8Array, void> {
  const messages: FeedMessage[] = [];
  let used = 0;
  try {
    used = decoder.decode(bytes, messages);
  } finally {
    if (messages.length > 0) yield messages;
  }
  return bytes.subarray(used);
}

function readFailure(path: string, decoder: ItchDecoder, cause: unknown): RefoldError {
  const { message = String(cause), syscall } = cause as NodeJS.ErrnoException;
  const hint = hintOnFailure(cause);
  // A file that cannot be opened has no messages.
  return syscall === 'open' ? unreadable(path, message, { hint, cause }) : decoder.error(message, hint, cause);
}
