/** Levels as a kind of feed: its settings, and the checksums as its check. */
import { basename } from 'node:path';
import { RefoldError } from 'refold';
import { MAX_DECIMALS } from '../../../decimals.ts';
import { type FeedKind, feedOfFiles, type OracleReport } from '../feed-kind.ts';
import type { ChecksumCount } from './books.ts';
import { L2Reader } from './reader.ts';

/** No venue shows more levels of a side. */
const MAX_DEPTH = 1_000_000;

export const l2: FeedKind = {
  about:
    'levels: recordings of Kraken, OKX, Binance or Coinbase, lines of publish, or CSV with time, side, price, size',
  settings: {
    'price-decimals': 'how many decimals prices have, where the first message of a symbol does not tell',
    'size-decimals': 'how many decimals sizes have',
    depth: "the depth that was subscribed to, where a recording of Kraken's does not tell",
  },
  open(paths, { symbols, settings }) {
    const reader = new L2Reader({
      priceDecimals: wholeOf(settings, 'price-decimals', MAX_DECIMALS),
      sizeDecimals: wholeOf(settings, 'size-decimals', MAX_DECIMALS),
      depth: wholeOf(settings, 'depth', MAX_DEPTH, 1),
      symbols: symbols === undefined ? undefined : [...symbols],
    });
    return {
      ...feedOfFiles(paths, (source) => reader.read([source])),
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

function wholeOf(
  settings: Readonly<Record<string, string>>,
  name: string,
  most: number,
  least = 0,
): number | undefined {
  const text = settings[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value >= least && value <= most) return value;
  throw new RefoldError('INVALID_OPTION', `Cannot import l2: ${name} is ${JSON.stringify(text)}`, {
    type: '--set',
    hint: `Give a whole number from ${least} to ${most}`,
  });
}
