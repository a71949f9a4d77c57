/** What the studio needs to know about a book: its model and its view as modules, and the line that describes it. */
import { openLog, type RecordedEvent, RefoldError } from 'refold';
import { feedBook } from '../follow/index.ts';
import { orderBook } from '../model/index.ts';
import { MarketCalendar } from '../questions/books/market-calendar.ts';
import { number } from '../text.ts';

/** A module as a URL text, and the name of its export. */
interface ModuleExport {
  readonly module: string;
  readonly export: string;
}

export interface StudiedBook {
  readonly path: string;
  /** The model that the log names. */
  readonly name: string;
  readonly model: ModuleExport;
  readonly view: ModuleExport;
  readonly events: number;
  /** On the wall clock of the market. */
  readonly span: string;
}

/**
 * Reads what the file says of itself.
 *
 * @param levels how many levels of each side are known, where the file does not say
 * @throws RefoldError `INVALID_OPTION` for a file that is not a book or holds no events, and as `openLog` does
 */
export async function studyBook(path: string, levels: number | undefined): Promise<StudiedBook> {
  await using log = await openLog({ path });
  const { model: name, events, firstSequence, firstRecordedAt, lastRecordedAt } = await log.info();
  if (events === 0) throw cannotShow(path, 'it holds no events', 'Fill it first: npm run orderbook -- import --help');
  const modules = modulesOf(name, levels);
  if (name === undefined || modules === undefined)
    throw cannotShow(path, `its model is ${name}, which is not a book`, `Use: npm run refold -- studio ${path}`);
  let first: RecordedEvent | undefined;
  for await (const event of log.events({ from: firstSequence, limit: 1 })) first = event;
  const span = spanOf(MarketCalendar.of(first), firstRecordedAt ?? 0, lastRecordedAt ?? 0);
  return { path, name, ...modules, events, span };
}

/** `book.db: model orderbook, 1,002 events, …`, as `refold studio` prints it, but with the times of the market. */
export function describeBook({ path, name, events, span }: StudiedBook): string {
  return `${path}: model ${name}, ${number(events)} events, ${span}`;
}

function modulesOf(
  name: string | undefined,
  levels: number | undefined,
): Pick<StudiedBook, 'model' | 'view'> | undefined {
  const query = levels === undefined ? '' : `?levels=${levels}`;
  switch (name) {
    case orderBook.name:
      return {
        model: { module: import.meta.resolve('../model/index.ts'), export: 'orderBook' },
        view: { module: `${import.meta.resolve('./book-view.ts')}${query}`, export: 'bookView' },
      };
    case feedBook.name:
      return {
        model: { module: import.meta.resolve('../follow/index.ts'), export: 'feedBook' },
        view: { module: `${import.meta.resolve('./feed-view.ts')}${query}`, export: 'feedView' },
      };
    default:
      return undefined;
  }
}

function spanOf(calendar: MarketCalendar, first: number, last: number): string {
  const [from, to] = [calendar.wallTime(first), calendar.wallTime(last)];
  const isOneDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from} to ${isOneDay ? to.slice(11) : to} ${calendar.zone}`;
}

function cannotShow(path: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot show ${path} in the studio: ${problem}`, {
    path,
    type: '--db',
    hint,
  });
}
