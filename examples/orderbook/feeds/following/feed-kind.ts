/**
 * What a kind of feed gives the import: its files, and a reader that turns them into messages.
 *
 * To add a kind, write its reader and add a line to `kinds.ts`.
 */
import { basename } from 'node:path';
import type { FeedMessage, ReadonlyFeedBook } from '../../follow/index.ts';
import type { ProgressBar } from '../../progress.ts';
import { fileSource, type TextSource } from '../reading/csv.ts';
import type { TimeOptions } from '../reading/feed-time.ts';

/** What the user said about a feed. */
export interface ReadOptions extends TimeOptions {
  /** Only these symbols count. The import passes over the others; a reader may do so earlier. */
  readonly symbols?: ReadonlySet<string> | undefined;
  /** What only this kind has, by the names in `FeedKind.settings`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Shows the first of two readings, for a kind that reads a file twice. */
  readonly ahead?: ProgressBar | undefined;
}

export interface FeedKind {
  /** What its files are, in half a line. */
  readonly about: string;
  /** Whether its times count from midnight, so that it needs a date and a zone. */
  readonly fromMidnight?: boolean;
  /** Options that only this kind has, with what each does: `--set name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Opens the files that were named. What a reader learns from one file holds for the next. */
  open(paths: readonly string[], options: ReadOptions): OpenFeed | Promise<OpenFeed>;
}

/** The files of one feed, in their order. */
export interface OpenFeed {
  readonly files: readonly FeedFile[];
  /** What the reader has counted beside the messages. */
  counts?(): Readonly<Record<string, number>>;
  /** Changes of other symbols than those that were asked for, which the reader has not given. */
  passedOver?(): number;
  /** What the feed's own check says. Undefined for a feed without one. */
  oracle?(): OracleReport | undefined;
}

/** One file of a feed. */
export interface FeedFile {
  /** On the disk: its first bytes tell it from another of the same name. */
  readonly path: string;
  readonly name: string;
  /**
   * Its messages, in blocks. Each is in the book before the next one is asked for.
   *
   * @param book as it is after all messages that were given
   * @throws RefoldError `INVALID_OPTION` with path and place, after the messages before
   */
  read(book: ReadonlyFeedBook): AsyncIterable<Iterable<FeedMessage>>;
  /** How many levels of each side it knows, as far as its first message tells. Undefined where that cannot be told. */
  levels?(): number | 'all' | undefined;
  /** How much of it is read, from 0 to 1. Undefined where that cannot be told. */
  share?(): number | undefined;
}

/** How a check of the book against the feed's own word came out. */
export interface OracleReport {
  /** What was compared: `order-book rows`. */
  readonly of: string;
  readonly checked: number;
  readonly wrong: number;
  /** The first that was wrong. */
  readonly first: { readonly file: string; readonly line: number; readonly difference: string } | null;
}

/**
 * A feed whose files are read one by one.
 *
 * @param levels how many levels it knows; default all
 */
export function feedOfFiles(
  paths: readonly string[],
  read: (source: TextSource, book: ReadonlyFeedBook) => AsyncIterable<readonly FeedMessage[]>,
  levels: () => number | 'all' = () => 'all',
): OpenFeed {
  return {
    files: paths.map((path) => {
      const source = fileSource(path);
      return { path, name: basename(path), read: (book) => read(source, book), levels, share: () => source.share?.() };
    }),
  };
}
