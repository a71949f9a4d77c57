/**
 * Imports a feed: its messages become the events of a book that follows it, at the market's own time.
 *
 * A run that was interrupted is run again, and goes on after the last event that the log has. What a feed says before a
 * line that cannot be read is in the log.
 */
import { type EventMeta, isRefoldError, openStore, RefoldError } from 'refold';
import { type FeedEventData, feedBook, translate } from '../../follow/index.ts';
import type { FeedMessage } from '../../follow/messages.ts';
import { MarketClock, type Moment } from '../../market-time.ts';
import type { ProgressBar } from '../../progress.ts';
import { modelIn } from '../../workspace.ts';
import { FeedTime, type TimeReport } from '../reading/feed-time.ts';
import { BytesRead } from './bytes-read.ts';
import type { FeedFile, FeedKind, OpenFeed, OracleReport, ReadOptions } from './feed-kind.ts';
import { kindOf } from './kinds.ts';
import { FeedLog, type LastEvent } from './log-of-feed.ts';
import { type Head, headOf, type OpenedFile, openedFiles, requireSameFiles } from './opened-files.ts';

export interface ImportOptions extends ReadOptions {
  readonly progress?: ProgressBar | undefined;
}

/** A place in a feed. */
export interface FeedPlace {
  readonly file: string;
  /** From 1: a line, or the number of a message in a binary feed. */
  readonly line: number;
}

export interface ImportReport extends TimeReport {
  readonly kind: string;
  readonly files: readonly string[];
  /** Lines or messages of the files that say something of the symbols that were asked for. */
  readonly messages: number;
  /** What they say of single orders, levels, trades and so on: one message may say several things. */
  readonly changes: number;
  /** Changes of other symbols than those that were asked for. */
  readonly passedOver: number;
  /** Events in the log. */
  readonly events: number;
  /** Events that this run has added. The others were in the log. */
  readonly added: number;
  readonly symbols: number;
  /** Messages that say nothing about the book, by the feed's name for them. */
  readonly ignored: Readonly<Record<string, number>>;
  /** Messages that do not fit the book, by kind, with the first of each. */
  readonly mismatches: Readonly<Record<string, { readonly count: number; readonly first: FeedPlace }>>;
  /** How often a time was before the one before it, and where first. */
  readonly timeStepsBack: number;
  readonly firstStepBack: FeedPlace | null;
  /** How many times the log could not record, because a later one was before them: `meta.time` holds them. */
  readonly timesClamped: number;
  /** What the reader has counted beside the messages. */
  readonly counts: Readonly<Record<string, number>>;
  /** Null for a feed that cannot be checked. */
  readonly oracle: OracleReport | null;
  readonly stateHash: string;
  readonly seconds: number;
  readonly messagesPerSecond: number;
}

/**
 * @param path of the book
 * @throws RefoldError `INVALID_OPTION` for a file that cannot be read, an unknown kind, and a log of another feed. What was
 * read before is in the log
 */
export async function importFeed(
  path: string,
  kindName: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportReport> {
  const start = performance.now();
  const kind = kindOf(kindName);
  const feed = await kind.open(paths, options);
  const clock = new MarketClock();
  let log: FeedLog | undefined;
  await using store = await openFeedBook(path, () => log?.commitTime ?? 0);
  const known = await openedFiles(store);
  await requireSameFiles(path, kindName, feed.files, options.symbols, known);
  log = new FeedLog(store, path, clock, await lastEventOf(store));
  const run = new FeedImport(kindName, kind, feed, log, clock, options);
  try {
    await run.readAll(known);
  } finally {
    // What came before a line that cannot be read is kept.
    await log.drain();
  }
  log.requireAll();
  const seconds = (performance.now() - start) / 1_000;
  const { added } = log;
  const report = { ...run.report, events: store.sequence, added, stateHash: await store.stateHash(), seconds };
  return { ...report, messagesPerSecond: Math.round(report.messages / seconds) };
}

class FeedImport {
  readonly #name: string;
  readonly #kind: FeedKind;
  readonly #feed: OpenFeed;
  readonly #log: FeedLog;
  readonly #clock: MarketClock;
  readonly #options: ImportOptions;
  readonly #ignored = new Map<string, number>();
  #time: FeedTime | undefined;
  #moment: Moment = { ms: 0, ns: 0 };
  #messages = 0;
  #lastLine = 0;
  #changes = 0;
  #passedOver = 0;
  #stepsBack = 0;
  #firstStepBack: FeedPlace | null = null;

  constructor(name: string, kind: FeedKind, feed: OpenFeed, log: FeedLog, clock: MarketClock, options: ImportOptions) {
    this.#name = name;
    this.#kind = kind;
    this.#feed = feed;
    this.#log = log;
    this.#clock = clock;
    this.#options = options;
  }

  get report() {
    const { state } = this.#log;
    const names = this.#feed.files.map(({ name }) => name);
    const mismatches = [...state.mismatches].map(([kind, { count, firstFile, firstLine }]) => {
      return [kind, { count, first: { file: names[firstFile] ?? '', line: firstLine } }] as const;
    });
    return {
      kind: this.#name,
      files: names,
      messages: this.#messages,
      changes: this.#changes,
      passedOver: this.#passedOver + (this.#feed.passedOver?.() ?? 0),
      symbols: state.symbols.size,
      ignored: Object.fromEntries(this.#ignored),
      mismatches: Object.fromEntries(mismatches),
      timeStepsBack: this.#stepsBack,
      firstStepBack: this.#firstStepBack,
      timesClamped: this.#clock.clamped,
      ...this.#timeOf(undefined).report,
      counts: this.#feed.counts?.() ?? {},
      oracle: this.#feed.oracle?.() ?? null,
    };
  }

  /** @param known the files that the log has: they may have grown since */
  async readAll(known: readonly OpenedFile[]): Promise<void> {
    const { progress } = this.#options;
    const read = await BytesRead.of(this.#feed.files);
    for (const [at, file] of this.#feed.files.entries()) {
      const head = await headOf(file.path, known[at]?.data.head?.bytes);
      let isOpen = false;
      this.#lastLine = 0;
      for await (const messages of file.read(this.#log.state)) {
        for (const message of messages) {
          if (!isOpen) this.#openFile(file, head, message.time, known[at]);
          isOpen = true;
          this.#apply(file, message);
          const room = this.#log.room();
          if (room !== undefined) await room;
        }
        progress?.update(this.#changes + this.#passedOver, read.share(file));
      }
      if (!isOpen) this.#openFile(file, head, undefined, known[at]);
    }
    progress?.end();
  }

  /** The first event of a file says where it comes from. */
  #openFile(file: FeedFile, head: Head, time: Moment | undefined, known: OpenedFile | undefined): void {
    if (time !== undefined) this.#moment = time;
    this.#clock.set(this.#moment);
    const { symbols } = this.#options;
    const data: FeedEventData<'FeedOpened'> = { kind: this.#name, source: file.name, head };
    const only = symbols === undefined ? {} : { only: [...symbols] };
    // A log from before the levels were told goes on as it began.
    const isOlder = known !== undefined && known.meta?.levels === undefined;
    const origin = this.#timeOf(time).originOf(this.#name, file.name, isOlder ? undefined : file.levels?.());
    if (known !== undefined && (known.meta?.date !== origin.date || known.meta?.zone !== origin.zone)) {
      const { date, zone } = known.meta ?? {};
      throw this.#log.otherFeed(`it has the time of ${date} in ${zone}, and not of ${origin.date} in ${origin.zone}`);
    }
    this.#log.add({ type: 'FeedOpened', data: { ...data, ...only } }, { ...origin, ...this.#clock.meta });
  }

  #apply(file: FeedFile, message: FeedMessage): void {
    const { symbols } = this.#options;
    if (symbols !== undefined && !symbols.has(message.symbol)) {
      this.#passedOver++;
      return;
    }
    const { time, line, change } = message;
    this.#changes++;
    if (line !== this.#lastLine) this.#messages++;
    this.#lastLine = line;
    if (time !== undefined) {
      this.#moment = time;
      if (this.#clock.set(time)) this.#noteStepBack(file, line);
    }
    if (change.kind === 'ignored') this.#ignored.set(change.name, (this.#ignored.get(change.name) ?? 0) + 1);
    const event = translate(this.#log.state, message);
    if (event !== undefined) this.#log.add(event, withLine(this.#clock.meta, line));
  }

  #noteStepBack({ name }: FeedFile, line: number): void {
    this.#stepsBack++;
    this.#firstStepBack ??= { file: name, line };
  }

  #timeOf(first: Moment | undefined): FeedTime {
    const paths = this.#feed.files.map(({ path, name }) => `${path}/${name}`);
    const counts = this.#kind.fromMidnight === true || first === undefined ? 'midnight' : first;
    this.#time ??= new FeedTime(this.#options, counts, paths);
    return this.#time;
  }
}

function withLine(meta: EventMeta, line: number): EventMeta {
  const { ns = 0, time } = meta;
  return time === undefined ? { ns, line } : { time, line };
}

/** Opens a book for its only writer. The fold of this model does not fail halfway, and a day has many events: the fast fold. */
async function openFeedBook(path: string, clock: () => number) {
  try {
    return await openStore(feedBook, { path, fold: 'direct', clock });
  } catch (cause) {
    if (!isRefoldError(cause) || cause.code !== 'MODEL_MISMATCH') throw cause;
    const name = await modelIn(path);
    if (name === undefined || name === feedBook.name) throw cause;
    const what = name === 'orderbook' ? 'the book of a matching run' : `a log of the model ${name}`;
    throw new RefoldError('INVALID_OPTION', `Cannot import into ${path}: it holds ${what}`, {
      path,
      cause,
      hint: `Name a file that does not exist yet; look at this one with: show ${path}`,
    });
  }
}

async function lastEventOf(store: Awaited<ReturnType<typeof openFeedBook>>): Promise<LastEvent | undefined> {
  for await (const event of store.events({ reverse: true, limit: 1 })) return event;
  return undefined;
}
