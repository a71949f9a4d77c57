/** Reads the bytes of a tile, as the types of the wire describe them, and gives the JSON form. */
import type { TapeRow, TileAnswer, TileBytesHead } from '../../../src/studio/wire.ts';

const SIDES = [null, 'buy', 'sell'] as const;

export function decodeTile(bytes: ArrayBuffer): TileAnswer {
  const view = new DataView(bytes);
  if (view.getUint32(0, true) !== 0x31_54_46_52) throw new Error('it is not a tile');
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length))) as TileBytesHead;
  let at = 8 + length;
  const read = (count: number, size: number, get: (place: number) => number): number[] => {
    const numbers = Array.from({ length: count }, (_, index) => get(at + size * index));
    at += size * count;
    return numbers;
  };
  const f64 = (count: number): number[] => read(count, 8, (place) => view.getFloat64(place, true));
  const u32 = (count: number): number[] => read(count, 4, (place) => view.getUint32(place, true));
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const { cells, trades: count, priceBase, lines: names, marks, columns, priceStep } = head;
  const bid = f64(columns).map(orNull);
  const ask = f64(columns).map(orNull);
  const lines = Object.fromEntries(names.map((name) => [name, f64(columns).map(orNull)]));
  const [times, prices, quantities, sequences] = [f64(count), f64(count), f64(count), f64(count)];
  const ends = u32(columns);
  const places = u32(cells);
  const amounts = read(cells, 4, (place) => view.getFloat32(place, true));
  const kinds = read(count, 1, (place) => view.getUint8(place));
  if (at !== bytes.byteLength) throw new Error(`there are ${bytes.byteLength - at} bytes more`);
  const left = [...marks];
  const trades = kinds.map((kind, index): TapeRow => {
    const row = { sequence: sequences[index]!, time: times[index]!, price: orNull(prices[index]!) };
    const side = SIDES[kind & 3]!;
    return {
      ...{ ...row, quantity: quantities[index]!, side },
      ...((kind & 4) !== 0 && { hidden: true }),
      ...((kind & 8) !== 0 && { mark: left.shift()! }),
    };
  });
  const levels = ends.map((end, column) =>
    places.slice(ends[column - 1] ?? 0, end).map((place, index) => {
      const price = priceBase + Math.floor(place / 2) * priceStep;
      return [price, amounts[(ends[column - 1] ?? 0) + index]!, place % 2 === 0 ? 'buy' : 'sell'] as const;
    }),
  );
  const { cells: _c, trades: _t, priceBase: _p, lines: _l, marks: _m, ...rest } = head;
  return { ...rest, levels, bid, ask, lines, trades };
}
