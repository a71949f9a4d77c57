/**
 * What the lines of a recording say. The shape of a line tells whose it is:
 *
 *     Kraken v2         {"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":1.5,"qty":0.1}],…}]}
 *     Kraken v1         [0,{"a":[["0.05120","0.5","1582905486.493008"]],"c":"974947235"},"book-10","XBT/USD"]
 *     OKX               {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["8477","7","0","2"]],…}]}
 *     Binance           {"e":"depthUpdate","E":1591270260907,"s":"BTCUSDT","U":100,"u":102,"b":[["9000","1"]],"a":[]}
 *                       {"lastUpdateId":99,"bids":[["9000","2"]],"asks":[]}, the answer to a request
 *                       either of them within {"stream":"btcusdt@depth","data":…}
 *     Coinbase          {"type":"l2update","product_id":"BTC-USD","changes":[["buy","9000.10","0.5"]],"time":"2019-08-14T20:…Z"}
 *                       {"channel":"l2_data","events":[{"type":"update","product_id":"BTC-USD","updates":[…]}],"sequence_num":7}
 *     publish           {"channel":"l2","kind":"diff","symbol":"X","sequence":9,"previous":7,"bids":[["1.5",10,2]],…}
 *     any other source  {"type":"snapshot","symbol":"X","time":"…","bids":[["1.5","10"]],"asks":[]}, and "type":"update"
 *
 * Messages of other channels are passed over and counted by their name.
 */
import type { Side } from '../../../model/events.ts';
import type { Json, JsonObject } from '../../reading/json.ts';
import { decodeKraken, decodeKrakenList } from './kraken.ts';
import { Fields, type Habits, type Level, listOf, rowOf, type VenueMessage, wrong } from './messages.ts';

const OKX: Habits = { checksum: 'okx' };
const BINANCE: Habits = { writesZeros: true, keepsEarlyUpdates: true, removesUnknown: true };
const STRICT: Habits = {};
const PLAIN: Habits = { needsNoSnapshot: true };

const SIDES: Readonly<Record<string, Side>> = { buy: 'buy', bid: 'buy', sell: 'sell', ask: 'sell', offer: 'sell' };
const OPPOSITE: Readonly<Record<Side, Side>> = { buy: 'sell', sell: 'buy' };

/** Channels of OKX that tell a book by changes. The others tell its best levels again and again. */
const OKX_BOOKS: ReadonlySet<string> = new Set(['books', 'books-l2-tbt', 'books50-l2-tbt']);

/**
 * The messages of a line, in order.
 *
 * @throws MessageProblem for a message of a book or a trade that lacks something
 */
export function decode(line: Json): VenueMessage[] {
  if (Array.isArray(line)) return decodeKrakenList(line);
  return decodeObject(new Fields(line, ''));
}

function decodeObject(message: Fields): VenueMessage[] {
  if (message.has('arg')) return decodeOkx(message);
  if (message.has('stream')) return decodeStream(message);
  if (message.has('e')) return decodeBinance(message);
  if (message.has('lastUpdateId')) return [snapshotOfBinance(message, undefined)];
  if (message.has('result') && isSnapshot(message.raw('result'))) {
    return [snapshotOfBinance(message.object('result'), undefined)];
  }
  if (message.has('kind')) return decodePublished(message);
  const isCoinbase = message.has('product_id') || message.has('events');
  return (isCoinbase ? decodeCoinbase(message) : decodeKraken(message)) ?? decodePlain(message);
}

function decodeOkx(message: Fields): VenueMessage[] {
  const arg = message.object('arg');
  const channel = arg.text('channel');
  if (message.has('event')) return [{ kind: 'ignored', name: message.text('event') }];
  if (channel === 'trades') return okxTrades(message, arg.text('instId'));
  if (!OKX_BOOKS.has(channel)) return [{ kind: 'ignored', name: channel }];
  const isSnapshot = message.word('action', { snapshot: true, update: false });
  const symbol = arg.text('instId');
  return message.objects('data').map((data) => ({
    kind: 'book',
    symbol,
    time: data.time('ts'),
    channel,
    isSnapshot,
    levels: [...data.rows('bids', 'buy', 3), ...data.rows('asks', 'sell', 3)],
    checksum: data.has('checksum') ? { rule: 'okx', value: data.integer('checksum') >>> 0 } : undefined,
    sequence: data.has('seqId')
      ? { rule: 'chain', previous: data.text('prevSeqId'), current: data.text('seqId') }
      : undefined,
    habits: OKX,
  }));
}

function okxTrades(message: Fields, symbol: string): VenueMessage[] {
  return message.objects('data').map((data) => ({
    kind: 'trade',
    symbol,
    time: data.time('ts'),
    channel: 'trades',
    price: data.text('px'),
    size: data.text('sz'),
    side: data.word('side', SIDES),
    at: data.at,
  }));
}

/** A message of several streams on one connection. The name of the stream begins with the symbol. */
function decodeStream(message: Fields): VenueMessage[] {
  const stream = message.text('stream');
  const data = message.object('data');
  if (data.has('e')) return decodeBinance(data);
  if (!data.has('lastUpdateId')) return [{ kind: 'ignored', name: stream.replace(/^[^@]*@/, '') }];
  return [snapshotOfBinance(data, stream.split('@')[0]!.toUpperCase())];
}

function decodeBinance(message: Fields): VenueMessage[] {
  const name = message.text('e');
  if (name === 'trade' || name === 'aggTrade') {
    const side: Side = message.raw('m') === true ? 'sell' : 'buy';
    const terms = { price: message.text('p'), size: message.text('q'), side, at: '' };
    return [{ kind: 'trade', symbol: message.text('s'), time: message.time('E'), channel: name, ...terms }];
  }
  if (name !== 'depthUpdate') return [{ kind: 'ignored', name }];
  return [
    {
      kind: 'book',
      symbol: message.text('s'),
      time: message.time('E'),
      channel: 'depth',
      isSnapshot: false,
      levels: [...message.rows('b', 'buy'), ...message.rows('a', 'sell')],
      sequence: {
        rule: 'range',
        first: message.integer('U'),
        last: message.integer('u'),
        previous: message.integerOrNone('pu'),
      },
      habits: BINANCE,
    },
  ];
}

function isSnapshot(result: Json | undefined): boolean {
  return typeof result === 'object' && result !== null && (result as JsonObject).lastUpdateId !== undefined;
}

function snapshotOfBinance(message: Fields, symbol: string | undefined): VenueMessage {
  const last = message.integer('lastUpdateId');
  return {
    kind: 'book',
    symbol: message.textOrNone('symbol') ?? message.textOrNone('s') ?? symbol,
    time: message.time('E'),
    channel: 'depth',
    isSnapshot: true,
    levels: [...message.rows('bids', 'buy'), ...message.rows('asks', 'sell')],
    sequence: { rule: 'range', first: last, last },
    habits: BINANCE,
  };
}

function decodeCoinbase(message: Fields): VenueMessage[] {
  if (message.has('events')) return coinbaseEvents(message);
  const type = message.text('type');
  if (type === 'snapshot' || type === 'l2update') {
    const levels =
      type === 'snapshot'
        ? [...message.rows('bids', 'buy'), ...message.rows('asks', 'sell')]
        : message.list('changes').map((change, index) => changeOf(change, 'changes', index));
    return [
      {
        kind: 'book',
        symbol: message.text('product_id'),
        time: message.time('time'),
        channel: 'level2',
        isSnapshot: type === 'snapshot',
        levels,
        habits: STRICT,
      },
    ];
  }
  if (type !== 'match') return [{ kind: 'ignored', name: type }];
  // The side is that of the order that was hit.
  const side = OPPOSITE[message.word('side', SIDES)];
  const terms = { price: message.text('price'), size: message.text('size'), side, at: '' };
  const symbol = message.text('product_id');
  return [{ kind: 'trade', symbol, time: message.time('time'), channel: 'match', ...terms }];
}

/** `["buy", "10101.80", "0.162567"]`. */
function changeOf(change: Json, list: string, index: number): Level {
  const at = `${list}[${index}]`;
  const [side, ...terms] = listOf(change, at);
  if (typeof side !== 'string' || !Object.hasOwn(SIDES, side)) throw wrong(`${at}[0]`, side, 'buy or sell');
  return { side: SIDES[side]!, ...rowOf(terms, at), list, index };
}

function coinbaseEvents(message: Fields): VenueMessage[] {
  const channel = message.text('channel');
  const number = message.integerOrNone('sequence_num');
  const numbered: VenueMessage[] = number === undefined ? [] : [{ kind: 'number', value: number }];
  if (channel === 'market_trades') return [...numbered, ...coinbaseTrades(message)];
  if (channel !== 'l2_data') return [...numbered, { kind: 'ignored', name: channel }];
  const books = message.objects('events').map((event): VenueMessage => {
    const list = `${event.at}.updates`;
    const levels = event.list('updates').map((value, index): Level => {
      const update = new Fields(value, `${list}[${index}]`);
      const terms = { price: update.text('price_level'), size: update.text('new_quantity') };
      return { side: update.word('side', SIDES), ...terms, list, index };
    });
    return {
      kind: 'book',
      symbol: event.text('product_id'),
      time: message.time('timestamp'),
      channel,
      isSnapshot: event.word('type', { snapshot: true, update: false }),
      levels,
      habits: STRICT,
    };
  });
  return [...numbered, ...books];
}

/** Trades before the subscription come as a snapshot, and are older than the book. */
function coinbaseTrades(message: Fields): VenueMessage[] {
  return message.objects('events').flatMap((event): VenueMessage[] => {
    if (event.word('type', { snapshot: true, update: false })) return [{ kind: 'ignored', name: 'trade snapshot' }];
    return event.objects('trades').map((trade) => ({
      kind: 'trade',
      symbol: trade.text('product_id'),
      time: trade.time('time'),
      channel: 'market_trades',
      price: trade.text('price'),
      size: trade.text('size'),
      // Its documentation does not say whose side it tells.
      side: undefined,
      at: trade.at,
    }));
  });
}

/** What `publish` writes: sequence numbers of a log, with gaps between the messages of a channel. */
function decodePublished(message: Fields): VenueMessage[] {
  const channel = message.text('channel');
  const kind = message.text('kind');
  const symbol = message.text('symbol');
  const time = message.time('time');
  if (channel === 'trades' && kind === 'trades') {
    return message.objects('trades').map((trade) => ({
      kind: 'trade',
      symbol,
      time,
      channel,
      price: trade.text('price'),
      size: trade.text('quantity'),
      side: trade.raw('takerSide') === null ? undefined : trade.word('takerSide', SIDES),
      ...(trade.raw('hidden') === true && { hidden: true }),
      at: trade.at,
    }));
  }
  if (channel !== 'l2') return [{ kind: 'ignored', name: `${channel} ${kind}` }];
  const isSnapshot = message.word('kind', { snapshot: true, diff: false });
  const last = message.integer('sequence');
  return [
    {
      kind: 'book',
      symbol,
      time,
      channel,
      isSnapshot,
      levels: [...message.rows('bids', 'buy', 2), ...message.rows('asks', 'sell', 2)],
      sequence: { rule: 'range', first: isSnapshot ? last : message.integer('previous') + 1, last },
      habits: STRICT,
    },
  ];
}

/** Lines of a source that is not one of these venues. */
function decodePlain(message: Fields): VenueMessage[] {
  const type = message.textOrNone('type') ?? message.textOrNone('event') ?? message.textOrNone('op');
  if (type === 'trade' && message.has('price')) {
    const side = message.has('side') ? message.word('side', SIDES) : undefined;
    const terms = { price: message.text('price'), size: message.text('size'), side, at: '' };
    return [{ kind: 'trade', symbol: message.text('symbol'), time: message.time('time'), channel: 'trade', ...terms }];
  }
  if (type !== 'snapshot' && type !== 'update') return [{ kind: 'ignored', name: type ?? 'unknown' }];
  const isUpdate = type === 'update';
  return [
    {
      kind: 'book',
      symbol: message.textOrNone('symbol'),
      time: message.time('time'),
      channel: 'book',
      isSnapshot: !isUpdate,
      levels: [
        ...(message.has('bids') || !isUpdate ? message.rows('bids', 'buy', 2) : []),
        ...(message.has('asks') || !isUpdate ? message.rows('asks', 'sell', 2) : []),
      ],
      sequence: message.has('sequence') ? { rule: 'counter', current: message.integer('sequence') } : undefined,
      habits: PLAIN,
    },
  ];
}
