/** Tiles for tests: the JSON of a tile as the server tells it, and its bytes as `wire-views.ts` says that they lie. */
import type { TapeRow, TileAnswer, TileBytesHead } from '../../../../src/studio/wire.ts';

/** A tile without anything in it. */
const EMPTY_TILE: TileAnswer = {
  ...{ from: 0, step: 1, columns: 0, priceStep: 1, known: 'all', depth: 20, tradesInAll: 0, generation: '1' },
  ...{ sampled: false, complete: true, levels: [], bid: [], ask: [], trades: [], lines: {} },
};

/** A tile that has what is said, and nothing else in its columns. */
export function tileOf(part: Partial<TileAnswer>): TileAnswer {
  const columns = part.levels?.length ?? part.columns ?? 0;
  const none = Array.from({ length: columns }, () => null);
  return { ...EMPTY_TILE, levels: none.map(() => []), bid: none, ask: none, ...part, columns };
}

export function tileBytes(tile: TileAnswer): ArrayBuffer {
  const { levels, bid, ask, trades, lines, ...rest } = tile;
  const cells = levels.flat();
  const priceBase = cells.reduce((least, [price]) => Math.min(least, price), cells[0]?.[0] ?? 0);
  const head: TileBytesHead = {
    ...{ ...rest, cells: cells.length, trades: trades.length, priceBase, lines: Object.keys(lines) },
    marks: trades.flatMap(({ mark }) => mark ?? []),
  };
  const doubles = [bid, ask, ...Object.values(lines)].flat().map((value) => value ?? Number.NaN);
  const ofTrades = (pick: (row: TapeRow) => number | null): number[] => trades.map((row) => pick(row) ?? Number.NaN);
  let end = 0;
  const places = levels.map((column) =>
    sorted(column.map(([price, quantity, side]) => [placeOf(tile, priceBase, price, side), quantity])),
  );
  return joined([
    headBytes(head),
    Float64Array.from(doubles),
    Float64Array.from(ofTrades(({ time }) => time)),
    Float64Array.from(ofTrades(({ price }) => price)),
    Float64Array.from(ofTrades(({ quantity }) => quantity)),
    Float64Array.from(ofTrades(({ sequence }) => sequence)),
    Uint32Array.from(levels.map((column) => (end += column.length))),
    Uint32Array.from(places.flat().map(([place]) => place)),
    Float32Array.from(places.flat().map(([, quantity]) => quantity)),
    Uint8Array.from(trades.map(kindOf)),
  ]);
}

function placeOf({ priceStep }: TileAnswer, base: number, price: number, side: 'buy' | 'sell'): number {
  return 2 * ((price - base) / priceStep) + (side === 'sell' ? 1 : 0);
}

function sorted(cells: (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return cells.sort(([one], [other]) => one - other);
}

function kindOf({ side, hidden, mark }: TapeRow): number {
  return (side === 'buy' ? 1 : side === 'sell' ? 2 : 0) + (hidden ? 4 : 0) + (mark === undefined ? 0 : 8);
}

function headBytes(head: TileBytesHead): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(32);
  new DataView(bytes.buffer).setUint32(0, 0x31544652, true);
  new DataView(bytes.buffer).setUint32(4, length, true);
  bytes.set(text, 8);
  return bytes;
}

function joined(parts: readonly ArrayBufferView[]): ArrayBuffer {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes.buffer;
}
