/**
 * What venues really sent, with the checksums they computed. Facts only: numbers, in the form of their messages.
 *
 * `KRAKEN_BTC`: 41 messages of Kraken's version 2, channel `book`, BTC/USD, depth 10, recorded on 2026-07-19 by a public
 * project that kept the wire's text. `KRAKEN_ALGO`: two messages of 2024-10-03, in the README of WillySeahh/gsrTest on
 * GitHub. `KRAKEN_DOCUMENTED` and `KRAKEN_V1_DOCUMENTED`: the examples of docs.kraken.com's guides to the checksums of
 * version 2 and 1. `OKX_DOCUMENTED`: the two examples of OKX's guide, with the checksums of its earlier version.
 */

/** `b` or `a`, price and size of each level, then the checksum, then the time. */
const BTC_SNAPSHOT = `b 64525.0 0.53807066 b 64524.2 0.03095975 b 64524.1 0.24102802 b 64524.0 0.77490540 b 64523.3 0.00154900
  b 64522.9 0.00005100 b 64521.9 0.77493047 b 64521.5 0.00123904 b 64521.4 0.37127532 b 64521.3 0.47213100
  a 64525.1 0.01077490 a 64526.1 0.00005100 a 64529.3 0.00005100 a 64530.8 0.03095975 a 64530.9 0.15498085
  a 64531.0 0.77482234 a 64532.2 0.23247128 a 64532.5 0.00005100 a 64532.6 0.03099208 a 64532.8 1.23479983
  2175437505 39.753424`;

const BTC_UPDATES = `a 64525.3 0.00309336 1848203113 39.768901
a 64525.3 0.00000000 a 64532.8 1.23479983 2175437505 39.784623
b 64524.0 0.00000000 b 64521.2 0.00200000 3906264065 39.799885
a 64531.0 0.00000000 a 64535.7 0.01400000 1519900485 39.800094
a 64525.3 0.00309336 120017111 39.815663
a 64530.2 0.77483158 891214259 40.752446
b 64523.2 0.77491443 2257459572 40.752552
a 64530.8 0.00000000 a 64532.8 1.23479983 a 64530.1 0.03095975 996749228 40.753917
a 64525.3 0.00000000 a 64532.8 1.23479983 2772272784 40.770031
b 64525.0 2.27338366 4243077117 41.299347
b 64524.1 0.43229135 698518623 41.303467
b 64525.0 2.44740410 3323432639 41.305590
a 64525.3 0.00309336 3924207249 41.314972
a 64525.3 0.00000000 a 64532.8 1.23479983 3323432639 41.331706
b 64521.5 0.66783967 421922241 41.474428
b 64521.4 0.16046087 582463697 41.476645
b 64521.4 0.00000000 b 64521.2 0.00200000 3486936882 41.476956
b 64521.6 0.59114006 633442630 41.477915
a 64531.5 0.66660063 2388736682 41.478184
a 64531.5 0.00000000 a 64532.8 1.23479983 633442630 41.492823
a 64530.1 0.00000000 a 64535.7 0.01400000 285760224 41.506425
b 64524.2 0.00000000 b 64521.2 0.00200000 b 64525.0 2.47836385 1419780744 41.509015
a 64532.5 0.03101075 245437198 41.509178
a 64530.2 0.00000000 a 64535.8 0.00005100 1150466026 41.535317
a 64530.9 0.92980361 575159853 41.536987
b 64523.2 0.00000000 b 64521.0 0.00187535 1431048232 41.630657
b 64524.1 0.24102802 1780699255 41.631900
b 64523.9 0.77490574 2657606631 41.632514
b 64524.1 0.43228875 288390639 41.739795
a 64530.9 0.15498085 2011886632 42.159703
a 64532.8 0.46000000 3772185691 42.159897
a 64532.5 0.00005100 1160000213 42.160933
a 64531.8 0.77481207 2430639418 42.162413
a 64534.1 0.77478456 1199128117 42.162666
a 64531.8 0.00000000 a 64535.7 0.01400000 1739848165 42.327361
a 64534.1 0.00000000 a 64535.8 0.00005100 1160000213 42.327615
a 64530.7 0.77482572 2392302228 42.329192
a 64533.2 0.66660063 1073490389 42.378530
a 64533.2 0.00000000 a 64535.7 0.01400000 2392302228 42.750767
a 64533.0 0.77479821 3061739456 42.752434`;

const ALGO_SNAPSHOT = `b 0.12291 27039.62776299 b 0.12290 8136.33288180 b 0.12287 10984.20817349 b 0.12283 28027.05025639
  b 0.12280 9705.60000000 b 0.12279 15215.53522714 b 0.12275 4067.00000000 b 0.12274 30639.39949109
  b 0.12268 2531.96119986 b 0.12267 16299.00000000 a 0.12307 600.00000000 a 0.12308 4042.11919517
  a 0.12312 10284.53891000 a 0.12314 16155.08885299 a 0.12315 5186.05778473 a 0.12316 32828.24000000
  a 0.12317 7751.65718582 a 0.12318 32298.82000000 a 0.12319 1864.66899600 a 0.12322 4718.99755630 2375857985`;

const DOCUMENTED = `b 45283.5 0.10000000 b 45283.4 1.54582015 b 45282.1 0.10000000 b 45281.0 0.10000000 b 45280.3 1.54592586
  b 45279.0 0.07990000 b 45277.6 0.03310103 b 45277.5 0.30000000 b 45277.3 1.54602737 b 45276.6 0.15445238
  a 45285.2 0.00100000 a 45286.4 1.54571953 a 45286.6 1.54571109 a 45289.6 1.54560911 a 45290.2 0.15890660
  a 45291.8 1.54553491 a 45294.7 0.04454749 a 45296.1 0.35380000 a 45297.5 0.09945542 a 45299.5 0.18772827 3310070434`;

export const KRAKEN_BTC: readonly string[] = [
  krakenLine('BTC/USD', 'snapshot', BTC_SNAPSHOT),
  ...BTC_UPDATES.split('\n').map((row) => krakenLine('BTC/USD', 'update', row)),
];

export const KRAKEN_ALGO: readonly string[] = [
  krakenLine('ALGO/USD', 'snapshot', ALGO_SNAPSHOT),
  krakenLine('ALGO/USD', 'update', 'b 0.12275 6597.51731160 1100635717'),
];

export const KRAKEN_DOCUMENTED: readonly string[] = [krakenLine('BTC/USD', 'snapshot', DOCUMENTED)];

/** The book of the guide, in a snapshot of one level less and the update that brings it. */
export const KRAKEN_V1_DOCUMENTED: readonly string[] = (() => {
  const levels = (prices: readonly string[]): string =>
    JSON.stringify(prices.map((price) => [price, '0.00000500', '1582905488.509872']));
  const asks = ['05005', '05010', '05015', '05020', '05025', '05030', '05035', '05040', '05045', '05050'];
  const bids = ['05000', '04995', '04990', '04980', '04975', '04970', '04965', '04960', '04955', '04950'];
  const [best, ...others] = bids.map((digits) => `0.${digits}`);
  const snapshot = `{"as":${levels(asks.map((digits) => `0.${digits}`))},"bs":${levels(others)}}`;
  return [
    `[320,${snapshot},"book-10","XBT/USD"]`,
    `[320,{"b":${levels([best!])},"c":"974947235"},"book-10","XBT/USD"]`,
  ];
})();

export const OKX_DOCUMENTED: readonly string[] = [
  okxLine(
    'ALIGNED-USDT',
    [
      ['3366.1', '7', '0', '3'],
      ['3366', '6', '3', '4'],
    ],
    [
      ['3366.8', '9', '10', '3'],
      ['3368', '8', '3', '4'],
    ],
    -1881014294,
  ),
  okxLine(
    'UNEVEN-USDT',
    [['3366.1', '7', '0', '3']],
    [
      ['3366.8', '9', '10', '3'],
      ['3368', '8', '3', '4'],
      ['3372', '8', '3', '4'],
    ],
    831078360,
  ),
];

function krakenLine(symbol: string, type: string, row: string): string {
  const words = row.trim().split(/\s+/);
  const levels = words.findIndex((word) => /^\d{6,}$/.test(word));
  const of = (side: string): string =>
    Array.from({ length: levels / 3 }, (_, index) => words.slice(3 * index, 3 * index + 3))
      .filter(([given]) => given === side)
      .map(([, price, size]) => `{"price":${price},"qty":${size}}`)
      .join(',');
  const seconds = words[levels + 1];
  const time = seconds === undefined ? '' : `,"timestamp":"2026-07-19T17:54:${seconds}Z"`;
  return `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":[${of('b')}],"asks":[${of('a')}],"checksum":${words[levels]}${time}}]}`;
}

function okxLine(instId: string, bids: unknown, asks: unknown, checksum: number): string {
  const data = [{ asks, bids, ts: '1597026383085', checksum, prevSeqId: -1, seqId: 123456 }];
  return JSON.stringify({ arg: { channel: 'books', instId }, action: 'snapshot', data });
}
