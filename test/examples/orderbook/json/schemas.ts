/** What each command of the order book prints with `--json`. `null` stands for what there is not, as QUESTIONS.md says. */
import { z } from 'zod';
import {
  count,
  elapsed,
  hash,
  name,
  path,
  rate,
  seconds,
  sequence,
  time,
  varies,
} from '../../../cli/json/schemas/members.ts';

/** A price, a size or a sum: text where a number of JSON would not be exact. */
const amount = z.union([z.number(), z.string()]);
const perhaps = amount.nullable();
const index = z.int().min(0).nullable();
/** A time of the market, with nanoseconds. */
const moment = z.string();
const side = z.enum(['buy', 'sell']);
const counts = z.record(z.string(), z.int().min(0));
const orderId = z.union([z.int(), z.string()]);

const dates = { date: name, dateFrom: z.enum(['name', 'option', 'default', 'times']), zone: name };
const rows = { rowsChecked: count, rowsWrong: count, firstWrongRow: index };

const feed = {
  commands: count,
  events: count,
  trades: count,
  hiddenPrints: count,
  rejected: count,
  rejectedByCode: counts,
  rejection: z.string().nullable(),
  timesClamped: count,
  timeStepsBack: count,
  tradesWhileHalted: count,
  first: z.record(z.string(), index),
  ...dates,
  ...rows,
  difference: z.string().nullable(),
  stateHash: hash,
  seconds,
};

const feedPlace = z.looseObject({ file: path, line: count });

const importReport = z.strictObject({
  kind: name,
  files: z.array(path),
  messages: count,
  changes: count,
  passedOver: count,
  symbols: count,
  ignored: counts,
  mismatches: z.record(z.string(), z.strictObject({ count, first: feedPlace })),
  timeStepsBack: count,
  firstStepBack: feedPlace.nullable(),
  timesClamped: count,
  ...dates,
  counts,
  oracle: z.strictObject({ of: name, checked: count, wrong: count, first: feedPlace.nullable() }).nullable(),
  events: count,
  added: count,
  stateHash: hash,
  seconds,
  messagesPerSecond: rate,
});

const compareReport = z.strictObject({
  kind: name,
  files: z.array(path),
  changes: count,
  compared: count,
  levels: count,
  differing: count,
  began: count,
  first: feedPlace.nullable(),
  executions: z.strictObject({ inFeed: count, ofNamedOrder: count, ofOtherOrder: count, ofNone: count, short: count }),
  firstOtherOrder: feedPlace.nullable(),
  addsThatTrade: count,
  firstAddThatTrades: feedPlace.nullable(),
  refused: counts,
  firstRefused: feedPlace.nullable(),
  seconds,
});

const replayed = { events: count, seconds, eventsPerSecond: rate, stateHash: hash };

const matched = z.strictObject({ type: name, data: z.record(z.string(), z.unknown()) }).nullable();
const rematched = z.strictObject({ sequence, expected: matched, actual: matched, why: z.string() });

const level = z.strictObject({ price: amount, quantity: amount, count });
const shownTrade = z.strictObject({
  ...{ tradeId: count, price: amount, quantity: amount },
  ...{ takerSide: side, sequence, clock: z.number() },
});
const shown = z.strictObject({
  book: z.literal('feed').optional(),
  sequence,
  recordedAt: time,
  wallTime: z.string(),
  zone: name,
  symbols: z.array(
    z.strictObject({
      symbol: name,
      halted: z.boolean(),
      lastPrice: perhaps,
      priceDecimals: count.optional(),
      sizeDecimals: count.optional(),
      bids: z.array(level),
      asks: z.array(level),
      trades: z.array(shownTrade),
    }),
  ),
});

const kind = z.enum(['matching', 'feed']);
const asked = { book: path, kind, from: sequence, to: sequence };
const askedOf = { ...asked, symbol: name };
const askedOnce = { book: path, kind, sequence, symbol: name };
const when = { sequence, time: moment };

const lifeChange = z.strictObject({
  ...when,
  what: z.string(),
  quantity: amount.optional(),
  price: amount.optional(),
  tradeId: count.optional(),
  role: z.enum(['maker', 'taker']).optional(),
  with: z.strictObject({ orderId, account: z.string().nullable() }).optional(),
  reason: z.string().optional(),
  replacedBy: orderId.optional(),
  open: amount,
  side,
  limit: perhaps,
  place: z
    .strictObject({ price: amount, ordersAhead: count, ahead: amount, levelOrders: count, level: amount })
    .nullable(),
});

const life = z.strictObject({
  ...{ life: count, symbol: name, side, account: z.string().nullable() },
  entered: z.strictObject(when).nullable(),
  changes: z.array(lifeChange),
  queue: z.array(z.strictObject({ ...when, by: name, quantity: amount, ordersAhead: count, ahead: amount })),
  aheadBy: z.strictObject({ trades: amount, cancels: amount, moves: amount }),
  traded: z.strictObject({ trades: count, quantity: amount, notional: amount }),
  ended: z.strictObject({ ...when, how: z.string() }).nullable(),
});

const trade = z.strictObject({
  ...{ ...when, symbol: name, price: amount, quantity: amount, side: side.nullable(), hidden: z.boolean() },
  ...{ tradeId: index, makerId: orderId.nullable(), takerId: orderId.nullable() },
  ...{ makerAccount: z.string().nullable(), takerAccount: z.string().nullable() },
});

const bar = z.strictObject({
  ...{ time: moment, open: perhaps, high: perhaps, low: perhaps, close: perhaps },
  ...{ volume: amount, notional: amount, vwap: perhaps, trades: count },
  ...{ hiddenVolume: amount, hiddenNotional: amount, hiddenVwap: perhaps, hiddenTrades: count },
});

const bookLevel = z.strictObject({ price: amount, quantity: amount, orders: count });
const spread = z.strictObject({ ...when, bid: perhaps, ask: perhaps, spread: perhaps, mid2: perhaps });
const pressure = { bid: amount, ask: amount, perMillion: z.number().nullable() };
const fill = z.strictObject({
  ...{ ...when, symbol: name, price: amount, quantity: amount, side, role: z.enum(['maker', 'taker']), tradeId: count },
  ...{ orderId, position: amount, cash: amount, counterparty: z.string().nullable() },
});

const standing = z
  .strictObject({ quantity: amount, orders: z.array(z.strictObject({ orderId, quantity: amount })).optional() })
  .nullable();
const differingLevel = z.strictObject({ symbol: name, side, price: amount, a: standing, b: standing });
const differingSide = z.strictObject({ book: path, kind, sequence });
const differingEvent = z.strictObject({ ...when, type: name, data: z.record(z.string(), z.unknown()) }).nullable();

export const DEMO: z.ZodType = z.strictObject({
  commands: count,
  events: count,
  trades: count,
  stateHash: hash,
  figures: z.strictObject({
    events: count,
    eventsPerSecondAppended: rate,
    eventsPerSecondReplayed: rate,
    recoveryMsWithSnapshot: elapsed,
    recoveryMsWithoutSnapshot: elapsed,
    bytesPerEventOpen: varies(z.number(), '<bytes>'),
    bytesPerEventSealed: varies(z.number(), '<bytes>'),
  }),
  checks: z.array(z.strictObject({ name, held: z.boolean(), expected: z.string(), actual: z.string() })),
  seconds,
});

/** The one object that a command prints. */
export const ANSWERS: { readonly [command: string]: z.ZodType } = {
  tape: z.strictObject(feed),
  lobster: z.strictObject({
    ...feed,
    levels: count,
    seeded: count,
    seededByName: count,
    resyncsInsideWindow: count,
    contradictions: counts,
    executions: counts,
  }),
  consensus: z.strictObject({
    ...{ commands: count, reports: count, trades: count, sha256: hash },
    ...{ rejected: count, rejectedByCode: counts, first: z.record(z.string(), index), stateHash: hash, seconds },
  }),
  import: importReport,
  compare: compareReport,
  replay: z.union([
    z.strictObject({
      ...replayed,
      rematch: z.union([z.literal('equal'), z.strictObject({ firstDifference: rematched })]),
    }),
    z.strictObject({
      ...replayed,
      hashes: z.union([z.literal('equal'), z.strictObject({ recovered: hash })]),
      broken: z.array(name),
    }),
  ]),
  show: shown,
  order: z.strictObject({ ...asked, orderId, times: count, lives: z.array(life) }),
  trades: z.strictObject({ ...asked, out: path.optional(), trades: z.array(trade).optional(), rows: count }),
  bars: z.strictObject({ ...askedOf, every: count, bars: z.array(bar), rows: count }),
  book: z.strictObject({
    ...{ ...askedOf, every: count, levels: count },
    samples: z.array(z.strictObject({ ...when, bids: z.array(bookLevel), asks: z.array(bookLevel) })),
    rows: count,
  }),
  spread: z.strictObject({
    ...{ ...askedOf, every: count.optional(), spreads: z.array(spread), rows: count },
    timeWeighted: z.strictObject({ mean: name, weighted: name, nanoseconds: name }).nullable(),
    ...{ least: perhaps, most: perhaps, oneSidedNanoseconds: name, crossedNanoseconds: name },
  }),
  imbalance: z.union([
    z.strictObject({ ...askedOnce, levels: count, ...pressure }),
    z.strictObject({
      ...{ ...askedOf, every: count, levels: count },
      ...{ imbalances: z.array(z.strictObject({ ...when, ...pressure })), rows: count },
    }),
  ]),
  fills: z.strictObject({
    ...{ ...asked, account: name, fills: z.array(fill), rows: count },
    positions: z.array(
      z.strictObject({ symbol: name, fills: count, bought: amount, sold: amount, position: amount, cash: amount }),
    ),
  }),
  queue: z.strictObject({
    ...askedOnce,
    queues: z.array(
      z.strictObject({
        ...{ side, price: amount, quantity: amount },
        orders: z.array(
          z.strictObject({
            ...{ place: count, orderId, account: z.string().nullable() },
            ...{ quantity: amount, ahead: amount, since: sequence },
          }),
        ),
      }),
    ),
  }),
  diff: z.strictObject({
    ...{ a: differingSide, b: differingSide, by: z.enum(['time', 'sequence']), compares: z.enum(['orders', 'levels']) },
    equal: z.boolean(),
    first: z.strictObject({ a: differingEvent, b: differingEvent, levels: z.array(differingLevel) }).nullable(),
    ...{ differing: count, differences: z.array(differingLevel) },
  }),
  studio: z.strictObject({
    ...{ path, model: name, events: count, url: z.string().startsWith('http://') },
    trading: z.strictObject({ commands: count, rate: count, seed: count }).nullable(),
  }),
};

const told = { symbol: name, sequence, time: moment };
const begins = { ...told, kind: z.literal('snapshot'), reason: z.enum(['begin', 'asked', 'periodic', 'missed']) };
const steps = { ...told, previous: sequence };
const levels = z.array(z.tuple([amount, amount, count]));
const best = z.tuple([amount, amount]).nullable();

/** A line of `publish`. */
export const MESSAGE: z.ZodType = z.union([
  z.strictObject({ channel: z.literal('l2'), ...begins, bids: levels, asks: levels }),
  z.strictObject({ channel: z.literal('l2'), ...steps, kind: z.literal('diff'), bids: levels, asks: levels }),
  z.strictObject({ channel: z.literal('trades'), ...begins }),
  z.strictObject({
    ...{ channel: z.literal('trades'), ...steps, kind: z.literal('trades') },
    trades: z.array(
      z.strictObject({
        ...{ price: amount, quantity: amount, takerSide: side.nullable(), hidden: z.boolean(), tradeId: index },
      }),
    ),
  }),
  z.strictObject({ channel: z.literal('bbo'), ...begins, bid: best, ask: best }),
  z.strictObject({ channel: z.literal('bbo'), ...steps, kind: z.literal('bbo'), bid: best, ask: best }),
]);
