/** Made-up days of Databento's MBO, and a plain book of their raw rows: an oracle that knows nothing of the reader. */

/** A record with the members of its schema, as Databento's documentation names them. */
export interface MboRecord {
  ts_recv: bigint;
  ts_event: bigint;
  publisher_id: number;
  instrument_id: number;
  action: string;
  side: string;
  /** In 1e-9; undefined for none. */
  price: bigint | undefined;
  size: number;
  order_id: bigint;
  flags: number;
  sequence: number;
  symbol: string;
}

export const MBO_HEADER =
  'ts_recv,ts_event,rtype,publisher_id,instrument_id,action,side,price,size,channel_id,order_id,flags,ts_in_delta,sequence,symbol';

const UNDEFINED_PRICE = 9_223_372_036_854_775_807n;

/** How a file is written: `pretty_px` and `pretty_ts` of Databento's. */
export interface Pretty {
  readonly prices?: boolean;
  readonly times?: boolean;
}

export function csvRow(record: MboRecord, pretty: Pretty = {}): string {
  const { publisher_id, instrument_id, action, side, size, order_id, flags, sequence, symbol } = record;
  const [received, event] = [timeText(record.ts_recv, pretty), timeText(record.ts_event, pretty)];
  const price = priceText(record.price, pretty) ?? '';
  const venue = [160, publisher_id, instrument_id, action, side, price, size, 0, order_id, flags, 2_000, sequence];
  return [received, event, ...venue, symbol].join(',');
}

export function csvFile(records: readonly MboRecord[], pretty: Pretty = {}): string {
  return [MBO_HEADER, ...records.map((record) => csvRow(record, pretty))].map((line) => `${line}\n`).join('');
}

export function jsonRow(record: MboRecord, pretty: Pretty = {}): string {
  const { publisher_id, instrument_id, action, side, size, flags, sequence, symbol } = record;
  const ts_event = timeText(record.ts_event, pretty);
  return JSON.stringify({
    ts_recv: timeText(record.ts_recv, pretty),
    hd: { ts_event, rtype: 160, publisher_id, instrument_id },
    action,
    side,
    price: priceText(record.price, pretty) ?? null,
    size,
    channel_id: 0,
    order_id: String(record.order_id),
    flags,
    ts_in_delta: 2_000,
    sequence,
    symbol,
  });
}

export function jsonFile(records: readonly MboRecord[], pretty: Pretty = {}): string {
  return records.map((record) => `${jsonRow(record, pretty)}\n`).join('');
}

function priceText(price: bigint | undefined, { prices }: Pretty): string | undefined {
  if (price === undefined) return prices === true ? undefined : String(UNDEFINED_PRICE);
  if (prices !== true) return String(price);
  const digits = String(price < 0n ? -price : price).padStart(10, '0');
  return `${price < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function timeText(time: bigint, { times }: Pretty): string {
  if (times !== true) return String(time);
  const second = new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19);
  return `${second}.${String(time % 1_000_000_000n).padStart(9, '0')}Z`;
}

interface PlainOrder {
  readonly id: bigint;
  side: string;
  price: bigint;
  size: number;
}

/** A book per symbol: an array of orders, in the order in which they got their places. */
export class PlainMboBooks {
  readonly books = new Map<string, PlainOrder[]>();
  /** C of orders that are not open, and of more than is open; M of orders that are not open; A of open ones. */
  wrong = 0;

  apply(record: MboRecord): void {
    const { action, symbol, side, price, size } = record;
    const book = this.books.get(symbol) ?? [];
    this.books.set(symbol, book);
    const at = book.findIndex(({ id }) => id === record.order_id);
    const order = book[at];
    const placed = { id: record.order_id, side, price: price!, size };
    if (action === 'R') book.length = 0;
    if (action === 'A') {
      if (order !== undefined) {
        this.wrong++;
        book.splice(at, 1);
      }
      book.push(placed);
    }
    if (action === 'C') {
      if (order === undefined || size > order.size) this.wrong++;
      if (order === undefined) return;
      order.size -= size;
      if (order.size <= 0) book.splice(at, 1);
    }
    if (action === 'M') {
      if (order === undefined) this.wrong++;
      if (order !== undefined && order.price === price && size <= order.size) {
        order.size = size;
        return;
      }
      if (order !== undefined) book.splice(at, 1);
      book.push(placed);
    }
  }

  /** The queues of a symbol, the best price first: `100: 7×5 9×1`, in units of 1e-9. */
  queues(symbol: string, side: string): string[] {
    const orders = (this.books.get(symbol) ?? []).filter((order) => order.side === side);
    const prices = [...new Set(orders.map(({ price }) => price))].sort((a, b) => (a < b ? -1 : 1));
    if (side === 'B') prices.reverse();
    return prices.map((price) => {
      const queue = orders.filter((order) => order.price === price).map(({ id, size }) => `${id}×${size}`);
      return `${price}: ${queue.join(' ')}`;
    });
  }
}

export interface DayOptions {
  readonly rows: number;
  readonly symbols: readonly string[];
  /** In 100, how many rows name an order that is not open. */
  readonly wrong?: number;
  /** Order ids are past 2^53. */
  readonly longIds?: boolean;
}

/** A day of several instruments: a snapshot, then changes of one to four records, the last of which has F_LAST. */
export function randomDay(random: (below: number) => number, options: DayOptions): MboRecord[] {
  const { rows, symbols, wrong = 5, longIds = false } = options;
  const records: MboRecord[] = [];
  const open = new Map<string, MboRecord[]>(symbols.map((symbol) => [symbol, []]));
  let clock = 1_718_582_400_000_000_000n;
  let nextId = longIds ? 10_998_892_037_100_869_125n : 6_413_364_814_613n;
  const add = (symbol: string, fields: Partial<MboRecord>): MboRecord => {
    const record: MboRecord = {
      ts_recv: clock,
      ts_event: clock - 3_000n,
      publisher_id: 1,
      instrument_id: 5_000 + symbols.indexOf(symbol),
      action: 'N',
      side: 'N',
      price: undefined,
      size: 0,
      order_id: 0n,
      flags: 0,
      sequence: records.length,
      symbol,
      ...fields,
    };
    records.push(record);
    return record;
  };
  const enter = (symbol: string, flags: number): void => {
    const price = BigInt(random(40) - 20) * 250_000_000n;
    const terms = { side: random(2) === 0 ? 'B' : 'A', price, size: 1 + random(20), order_id: nextId++ };
    open.get(symbol)!.push(add(symbol, { action: 'A', ...terms, flags }));
  };
  const change = (symbol: string): void => {
    const orders = open.get(symbol)!;
    const kind = random(100);
    if (kind < wrong) {
      const terms = { side: 'B', price: 250_000_000n, size: 1 + random(5), order_id: nextId++ };
      const action = random(2) === 0 ? 'C' : 'M';
      const record = add(symbol, { action, ...terms });
      if (action === 'M') orders.push(record);
      return;
    }
    if (kind < 45 || orders.length < 3) {
      enter(symbol, 0);
      return;
    }
    if (kind < 47) {
      add(symbol, { action: 'N' });
      return;
    }
    const at = random(orders.length);
    const order = orders[at]!;
    const { side, order_id, price } = order;
    if (kind < 65) {
      const size = random(3) === 0 ? order.size : 1 + random(order.size);
      const taker = { side: side === 'B' ? 'A' : 'B', price, size };
      add(symbol, { action: 'T', ...taker });
      add(symbol, { action: 'F', side, price, size, order_id });
    }
    if (kind < 85) {
      const size = random(2) === 0 ? order.size : 1 + random(order.size);
      add(symbol, { action: 'C', side, price, size, order_id });
      if (size === order.size) orders.splice(at, 1);
      else orders[at] = { ...order, size: order.size - size };
      return;
    }
    const moved = random(2) === 0 ? price : BigInt(random(40) - 20) * 250_000_000n;
    orders[at] = add(symbol, { action: 'M', side, price: moved, size: 1 + random(20), order_id });
  };
  for (const symbol of symbols) {
    add(symbol, { action: 'R', flags: 8 + 32, ts_event: clock - 86_400_000_000_000n });
    for (let left = 10; left > 0; left--) enter(symbol, 8 + 32 + (left === 1 ? 128 : 0));
  }
  while (records.length < rows) {
    clock += BigInt(random(2_000_000));
    const symbol = symbols[random(symbols.length)]!;
    if (random(400) === 0) {
      add(symbol, { action: 'R' });
      open.set(symbol, []);
    }
    for (let left = 1 + random(2); left > 0; left--) change(symbol);
    records.at(-1)!.flags |= 128;
  }
  return records;
}
