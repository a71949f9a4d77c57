/** The kind `mbo`: Databento's market by order. */
import { type FeedKind, feedOfFiles } from '../feed-kind.ts';
import { badSetting, decimalsSetting, wordSetting } from '../settings.ts';
import { readMbo } from './reader.ts';
import { MboSymbols } from './symbols.ts';

export const mbo: FeedKind = {
  about: "Databento's schema mbo: CSV with its header, or JSON lines; also .gz",
  settings: {
    'price-decimals': 'decimals of the prices in the book; default 9, for prices up to 9,007,199',
    publisher: 'read this publisher (venue) only, by its id; each: a book of each, named SYMBOL@ID',
    time: 'ts_recv or ts_event: which time counts; default ts_recv, which the records are ordered by',
  },
  open(paths, { settings }) {
    const { publisher } = settings;
    if (publisher !== undefined && publisher !== 'each' && !/^\d+$/.test(publisher)) {
      throw badSetting('publisher', publisher, 'Give the id of a publisher, or each');
    }
    const priceDecimals = decimalsSetting(settings, 'price-decimals');
    const time = wordSetting(settings, 'time', ['ts_recv', 'ts_event'] as const);
    const symbols = new MboSymbols();
    return feedOfFiles(paths, (source) => readMbo(source, { priceDecimals, publisher, time }, symbols));
  },
};
