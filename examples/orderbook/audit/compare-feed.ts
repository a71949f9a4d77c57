/**
 * What a strict engine would have done: a feed in follow mode and in matching mode, compared message by message.
 *
 * The strict book is never put right. One difference may cause many others. So the report also counts how often the
 * two books began to differ: from equal to different.
 */
import { openStore } from 'refold';
import { formatDecimal } from '../decimals.ts';
import { BytesRead } from '../feeds/following/bytes-read.ts';
import type { ReadOptions } from '../feeds/following/feed-kind.ts';
import type { FeedPlace } from '../feeds/following/import-feed.ts';
import { kindOf } from '../feeds/following/kinds.ts';
import {
  type FeedMessage,
  type FeedState,
  feedBook,
  topLevels as followedLevels,
  orderAt,
  reduce,
  translate,
} from '../follow/index.ts';
import { Gateway } from '../gateway.ts';
import { type LevelView, orderBook, topLevels } from '../model/index.ts';
import type { ProgressBar } from '../progress.ts';
import { StrictBook } from './strict-book.ts';

export interface CompareOptions extends ReadOptions {
  /** How many levels of each side are compared. */
  readonly levels: number;
  readonly progress?: ProgressBar | undefined;
}

/** The best levels of a book, as `price × size`. */
export interface Top {
  readonly bids: readonly string[];
  readonly asks: readonly string[];
}

export interface CompareReport {
  readonly kind: string;
  readonly files: readonly string[];
  /** Changes that both books saw. After each, the best levels of its symbol were compared, if the book counts then. */
  readonly changes: number;
  readonly compared: number;
  readonly levels: number;
  /** After how many changes the best levels differed. */
  readonly differing: number;
  /** How often they began to differ. */
  readonly began: number;
  /** The first difference, with the best levels of both. */
  readonly first: (FeedPlace & { readonly symbol: string; readonly followed: Top; readonly strict: Top }) | null;
  /** Executions of shown orders. All kinds but `short` add up to `inFeed`. */
  readonly executions: {
    readonly inFeed: number;
    /** The incoming order met the order that the feed names, and no other. */
    readonly ofNamedOrder: number;
    /** It met another order, which was before it in line or at a better price. */
    readonly ofOtherOrder: number;
    /** It met no order at all. */
    readonly ofNone: number;
    /** Not all of its size could trade. */
    readonly short: number;
  };
  readonly firstOtherOrder: FeedPlace | null;
  /** Orders that rest in the feed, and would have traded where they entered. */
  readonly addsThatTrade: number;
  readonly firstAddThatTrades: FeedPlace | null;
  /** Commands that the engine refused, by code, and the first of them. */
  readonly refused: Readonly<Record<string, number>>;
  readonly firstRefused: (FeedPlace & { readonly code: string; readonly message: string }) | null;
  readonly seconds: number;
}

/** @throws RefoldError `INVALID_OPTION` as the feed's reader does, and for a feed of levels */
export async function compareFeed(
  kindName: string,
  paths: readonly string[],
  options: CompareOptions,
): Promise<CompareReport> {
  const start = performance.now();
  const feed = await kindOf(kindName).open(paths, options);
  await using store = await openStore(orderBook, { path: ':memory:', fold: 'direct', strict: false });
  const gateway = new Gateway(store as never);
  const comparison = new Comparison(gateway, options.levels);
  const { symbols, progress } = options;
  const read = await BytesRead.of(feed.files);
  for (const file of feed.files) {
    comparison.file = file.name;
    for await (const messages of file.read(comparison.followed)) {
      for (const message of messages) {
        if (symbols !== undefined && !symbols.has(message.symbol)) continue;
        comparison.apply(message);
        const room = gateway.room();
        if (room !== undefined) await room;
      }
      progress?.update(comparison.changes, read.share(file));
    }
    // Refusals come when they are durable. All of this file are known before the next begins.
    await gateway.drain();
  }
  progress?.end();
  const files = feed.files.map(({ name }) => name);
  const seconds = (performance.now() - start) / 1_000;
  return { kind: kindName, files, ...comparison.report, refused: gateway.rejectedByCode, seconds };
}

class Comparison {
  /** The book that follows the feed. */
  readonly followed: FeedState = feedBook.initialState();
  file = '';
  changes = 0;
  readonly #strict: StrictBook;
  readonly #levels: number;
  readonly #different = new Set<string>();
  readonly #executions = { inFeed: 0, ofNamedOrder: 0, ofOtherOrder: 0, ofNone: 0, short: 0 };
  #sequence = 0;
  #compared = 0;
  #differing = 0;
  #began = 0;
  #first: CompareReport['first'] = null;
  #firstOtherOrder: FeedPlace | null = null;
  #addsThatTrade = 0;
  #firstAdd: FeedPlace | null = null;
  #firstRefused: CompareReport['firstRefused'] = null;

  constructor(gateway: Gateway, levels: number) {
    this.#levels = levels;
    this.#strict = new StrictBook(gateway, ({ code, message }, { line }) => {
      this.#firstRefused ??= { file: this.file, line, code, message };
    });
  }

  get report() {
    return {
      changes: this.changes,
      compared: this.#compared,
      levels: this.#levels,
      differing: this.#differing,
      began: this.#began,
      first: this.#first,
      executions: this.#executions,
      firstOtherOrder: this.#firstOtherOrder,
      addsThatTrade: this.#addsThatTrade,
      firstAddThatTrades: this.#firstAdd,
      firstRefused: this.#firstRefused,
    };
  }

  apply(message: FeedMessage): void {
    this.changes++;
    const place = { file: this.file, line: message.line };
    const { met, isShort = false, tradesOnEntry = false } = this.#strict.apply(message, this.#named(message));
    if (met !== undefined) {
      this.#executions.inFeed++;
      this.#executions[met]++;
      if (isShort) this.#executions.short++;
      if (met === 'ofOtherOrder') this.#firstOtherOrder ??= place;
    }
    if (tradesOnEntry) {
      this.#addsThatTrade++;
      this.#firstAdd ??= place;
    }
    const event = translate(this.followed, message);
    if (event !== undefined) reduce(this.followed, { ...event, sequence: ++this.#sequence, recordedAt: 0 });
    if (this.followed.symbols.get(message.symbol)?.unfinished !== true) this.#compare(message.symbol, place);
  }

  #named({ symbol, change }: FeedMessage) {
    return change.kind === 'execute' ? orderAt(this.followed, symbol, change.id) : undefined;
  }

  #compare(symbol: string, place: FeedPlace): void {
    this.#compared++;
    const depth = this.#levels;
    const isEqual = SIDES.every((side) =>
      areEqual(followedLevels(this.followed, symbol, side, depth), topLevels(this.#strict.book, symbol, side, depth)),
    );
    if (isEqual) {
      this.#different.delete(symbol);
      return;
    }
    this.#differing++;
    if (!this.#different.has(symbol)) this.#began++;
    this.#different.add(symbol);
    this.#first ??= { ...place, symbol, ...this.#tops(symbol) };
  }

  #tops(symbol: string): { followed: Top; strict: Top } {
    const { priceDecimals = 0, sizeDecimals = 0 } = this.followed.symbols.get(symbol) ?? {};
    const shown = ({ price, quantity }: LevelView): string =>
      `${formatDecimal(price, priceDecimals)} × ${formatDecimal(quantity, sizeDecimals)}`;
    const top = (levels: (side: 'buy' | 'sell') => LevelView[]): Top => ({
      bids: levels('buy').map(shown),
      asks: levels('sell').map(shown),
    });
    return {
      followed: top((side) => followedLevels(this.followed, symbol, side, this.#levels)),
      strict: top((side) => topLevels(this.#strict.book, symbol, side, this.#levels)),
    };
  }
}

const SIDES = ['buy', 'sell'] as const;

function areEqual(a: readonly LevelView[], b: readonly LevelView[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ price, quantity }, at) => {
      return price === b[at]!.price && quantity === b[at]!.quantity;
    })
  );
}
