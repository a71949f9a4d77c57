/** The kind `l3`: recordings of single orders. */
import { TIME_UNITS } from '../../reading/epoch.ts';
import { type FeedKind, feedOfFiles } from '../feed-kind.ts';
import { decimalsSetting, nameSetting, wordSetting } from '../settings.ts';
import { type L3Options, type L3Symbols, readL3 } from './reader.ts';
import { TopOfBook } from './top-of-book.ts';

export const l3: FeedKind = {
  about: 'recordings of single orders: CSV with time, action, id, side, price, size; also .gz',
  settings: {
    'price-decimals': 'decimals of the prices in the book; default by the first row of each symbol',
    'size-decimals': 'decimals of the sizes in the book; default by the first row of each symbol',
    symbol: 'what the symbol is called in a file that has no column for it; default BOOK',
    'time-unit': 's, ms, us or ns: what numbers in the time column count; default by their size',
  },
  open(paths, { settings, symbols: wanted }) {
    const options: L3Options = {
      priceDecimals: decimalsSetting(settings, 'price-decimals'),
      sizeDecimals: decimalsSetting(settings, 'size-decimals'),
      timeUnit: wordSetting(settings, 'time-unit', TIME_UNITS),
      symbol: nameSetting(settings, 'symbol'),
      symbols: wanted,
    };
    const symbols: L3Symbols = new Map();
    const top = new TopOfBook();
    return {
      ...feedOfFiles(paths, (source, book) => readL3(source, book, options, symbols, top)),
      oracle: () => top.report,
    };
  },
};
