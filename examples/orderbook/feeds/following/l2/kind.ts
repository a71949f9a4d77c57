/** Levels as a kind of feed: its settings, and the checksums as its check. */
import { basename } from 'node:path';
import { type FeedKind, feedOfFiles, type OracleReport } from '../feed-kind.ts';
import { badSetting, decimalsSetting, nameSetting } from '../settings.ts';
import type { ChecksumCount } from './options.ts';
import { L2Reader } from './reader.ts';

export const l2: FeedKind = {
  about:
    'levels: recordings of Kraken, OKX, Binance or Coinbase, lines of publish, or CSV with time, side, price, size',
  settings: {
    'price-decimals': 'decimals of the prices in the book; default by the first message of each symbol',
    'size-decimals': 'decimals of the sizes in the book; default by the first message of each symbol',
    symbol: 'what the symbol is called of messages that name none; default BOOK',
    depth: "the depth that was subscribed to, where a recording of Kraken's does not tell it",
  },
  open(paths, { symbols, settings }) {
    const reader = new L2Reader({
      priceDecimals: decimalsSetting(settings, 'price-decimals'),
      sizeDecimals: decimalsSetting(settings, 'size-decimals'),
      depth: depthSetting(settings),
      symbol: nameSetting(settings, 'symbol'),
      symbols: symbols === undefined ? undefined : [...symbols],
    });
    return {
      ...feedOfFiles(
        paths,
        async function* (source) {
          yield* reader.read([source]);
          if (source.path === paths.at(-1)) reader.requireSymbols();
        },
        () => reader.depth ?? 'all',
      ),
      counts: () => ({ checksums: reader.oracle.checked, checksumsAbsent: reader.oracle.absent }),
      oracle: () => reportOf(reader.oracle),
    };
  },
};

function reportOf({ checked, failed, first }: ChecksumCount): OracleReport | undefined {
  if (checked === 0) return undefined;
  return {
    of: 'checksums',
    checked,
    wrong: failed,
    first: first && {
      file: basename(first.path),
      line: first.line,
      difference: `the venue says ${first.given}, and the checksum of the book is ${first.computed}`,
    },
  };
}

function depthSetting({ depth }: Readonly<Record<string, string>>): number | undefined {
  if (depth === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(depth)) return Number(depth);
  throw badSetting('depth', depth, 'Give a whole number from 1 to 9999999');
}
