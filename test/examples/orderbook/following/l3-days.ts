/** Made-up recordings of single orders, and a plain book of their raw rows. */

/** A row as a recording has it; texts as they are written. */
export interface L3Row {
  readonly time: string;
  readonly action: string;
  readonly id: string;
  readonly side: string;
  readonly price: string;
  readonly size: string;
}

export const L3_HEADER = 'time,action,id,side,price,size';

export function l3File(rows: readonly L3Row[], header: string = L3_HEADER): string {
  const lines = rows.map(({ time, action, id, side, price, size }) => [time, action, id, side, price, size].join(','));
  return [header, ...lines].map((line) => `${line}\n`).join('');
}

interface PlainOrder {
  readonly id: string;
  readonly side: string;
  price: bigint;
  size: bigint;
}

/** An array of orders, in the order in which they got their places. Numbers are in 1e-8. */
export class PlainL3Book {
  orders: PlainOrder[] = [];
  /** Rows about orders that are not open. */
  wrong = 0;
  readonly #filled = new Set<string>();

  apply({ action, id, side, price, size }: L3Row): void {
    const at = this.orders.findIndex((order) => order.id === id);
    const order = this.orders[at];
    if (action === 'add') this.orders.push({ id, side, price: units(price), size: units(size) });
    else if (action === 'trade' && id === '') return;
    else if (order === undefined) {
      if (action !== 'delete' || !this.#filled.delete(id)) this.wrong++;
    } else if (action === 'delete') this.orders.splice(at, 1);
    else if (action === 'trade') {
      order.size -= units(size);
      if (order.size === 0n) this.#fill(at, id);
    } else this.#change(at, order, price === '' ? order.price : units(price), units(size));
  }

  #change(at: number, order: PlainOrder, price: bigint, size: bigint): void {
    if (size === 0n) this.#fill(at, order.id);
    else if (price === order.price && size <= order.size) order.size = size;
    else {
      this.orders.splice(at, 1);
      this.orders.push({ ...order, price, size });
    }
  }

  #fill(at: number, id: string): void {
    this.orders.splice(at, 1);
    this.#filled.add(id);
  }

  /** The queues of a side, the best price first. */
  queues(side: string): string[] {
    const orders = this.orders.filter((order) => order.side === side);
    const prices = [...new Set(orders.map(({ price }) => price))].sort((a, b) => (a < b ? -1 : 1));
    if (side === 'buy') prices.reverse();
    return prices.map((price) => {
      const queue = orders.filter((order) => order.price === price).map(({ id, size }) => `${id}×${size}`);
      return `${price}: ${queue.join(' ')}`;
    });
  }

  /** The best price of a side and the size there, as a recording writes them; empty texts for an empty side. */
  best(side: string): readonly [price: string, size: string] {
    const orders = this.orders.filter((order) => order.side === side);
    if (orders.length === 0) return ['', ''];
    const ahead = (a: bigint, b: bigint): boolean => (side === 'buy' ? a > b : a < b);
    const price = orders.reduce((best, order) => (ahead(order.price, best) ? order.price : best), orders[0]!.price);
    const size = orders.filter((order) => order.price === price).reduce((sum, order) => sum + order.size, 0n);
    return [decimal(price), decimal(size)];
  }
}

/** A recording of one symbol. In a hundredth of the rows the order is not open. */
export function randomRecording(random: (below: number) => number, count: number, uuids = false): L3Row[] {
  const rows: L3Row[] = [];
  const open: { id: string; side: string; price: string; size: bigint }[] = [];
  let clock = 1_718_582_400_000_000n;
  let next = 1;
  const push = (row: Omit<L3Row, 'time'>): void => {
    clock += BigInt(random(3_000));
    rows.push({ time: String(clock), ...row });
  };
  while (rows.length < count) {
    const kind = random(100);
    if (kind < 1)
      push({ action: ['change', 'delete', 'trade'][random(3)]!, id: 'nobody', side: '', price: '1', size: '1' });
    else if (kind < 3)
      push({ action: 'trade', id: '', side: random(2) === 0 ? 'buy' : 'sell', price: '64934.31', size: '0.5' });
    else if (kind < 50 || open.length < 3) {
      const id = uuids ? `60de12d8-f80b-4848-adbc-${String(next).padStart(12, '0')}` : String(next);
      next++;
      const order = { id, side: random(2) === 0 ? 'buy' : 'sell', price: priceText(random), size: sizeOf(random) };
      open.push(order);
      push({ action: 'add', ...order, size: decimal(order.size) });
    } else {
      const at = random(open.length);
      const order = open[at]!;
      const { id, side, price } = order;
      if (kind < 65) {
        push({ action: 'delete', id, side, price, size: decimal(order.size) });
        open.splice(at, 1);
      } else if (kind < 80) {
        const size = random(2) === 0 ? order.size : BigInt(1 + random(Number(order.size)));
        push({ action: 'trade', id, side, price, size: decimal(size) });
        order.size -= size;
        if (order.size > 0n) continue;
        open.splice(at, 1);
        if (random(2) === 0) push({ action: 'delete', id, side, price, size: '0' });
      } else {
        order.size = random(10) === 0 ? 0n : sizeOf(random);
        if (order.size > 0n && random(2) === 0) order.price = priceText(random);
        const told = order.price === price && random(2) === 0 ? '' : order.price;
        push({ action: 'change', id, side, price: told, size: decimal(order.size) });
        if (order.size === 0n) open.splice(at, 1);
      }
    }
  }
  return rows;
}

function priceText(random: (below: number) => number): string {
  return `${64_930 + random(8)}.${['3', '25', '5', '75'][random(4)]!}`;
}

function sizeOf(random: (below: number) => number): bigint {
  return BigInt(1 + random(500_000_000));
}

function units(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(8, '0'));
}

function decimal(value: bigint): string {
  const digits = String(value).padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`.replace(/\.?0+$/, '');
}
