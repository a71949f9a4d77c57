import { describe, expect, test } from 'vitest';
import { L2Reader } from '../../../../../examples/orderbook/feeds/following/l2/reader.ts';
import { linesSource } from '../../support.ts';
import { KRAKEN_ALGO, KRAKEN_BTC, KRAKEN_DOCUMENTED, KRAKEN_V1_DOCUMENTED, OKX_DOCUMENTED } from './recorded.ts';

describe('what the venues computed', () => {
  test.each([
    ['41 messages of Kraken', KRAKEN_BTC, 41],
    ['Kraken, with five decimals', KRAKEN_ALGO, 2],
    ["the example of Kraken's guide", KRAKEN_DOCUMENTED, 1],
    ['the example of its guide to version 1', KRAKEN_V1_DOCUMENTED, 1],
    ["the examples of OKX's guide", OKX_DOCUMENTED, 2],
  ])('%s', async (_, lines, checked) => {
    const reader = new L2Reader();
    const messages = (await Array.fromAsync(reader.read([linesSource(lines)]))).flat();
    expect(reader.oracle).toEqual({ checked, failed: 0, absent: 0, first: null });
    expect(messages.filter(({ change }) => change.kind === 'mismatch')).toEqual([]);
  });
});
