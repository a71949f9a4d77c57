/**
 * Reads a tile from the bytes that the server sends. `wire-views.ts` says how they lie.
 *
 * The arrays are views on the bytes that came: nothing is copied.
 */
import type { TileBytesHead } from '../../../../wire.ts';
import { StudioProblem } from '../../../base/api.ts';

/** Numbers of a tile, as they are drawn. */
export interface Tile extends TileBytesHead {
  /** NaN: no order rests. */
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  /** By the name of the line. NaN: none. */
  readonly lineValues: ReadonlyMap<string, Float64Array>;
  readonly tradeTime: Float64Array;
  /** NaN: a mark without a price. */
  readonly tradePrice: Float64Array;
  readonly tradeQuantity: Float64Array;
  readonly tradeSequence: Float64Array;
  readonly tradeKind: Uint8Array;
  /** The cells of column i are those from `end[i - 1]` (0 for the first) to before `end[i]`. */
  readonly end: Uint32Array;
  readonly place: Uint32Array;
  readonly quantity: Float32Array;
  /** A number of prices that divides all distances between prices; 0 where there are not two of them. */
  readonly tick: number;
  readonly bytes: number;
}

const FIRST_WORD = 0x31544652;
const BYTES_OF_DOUBLE = 8;
const BYTES_OF_WORD = 4;
/** Bits of a trade's kind. */
export const SIDE_BITS = 3;
export const HIDDEN_BIT = 4;
export const MARK_BIT = 8;

/** @throws StudioProblem `BAD_TILE`: these are not the bytes of a tile */
export function decodeTile(bytes: ArrayBuffer): Tile {
  const head = headOf(bytes);
  const { columns, trades, cells, lines } = head;
  let offset = 2 * BYTES_OF_WORD + new DataView(bytes).getUint32(BYTES_OF_WORD, true);
  const next = <Numbers>(
    Kind: new (bytes: ArrayBuffer, offset: number, length: number) => Numbers,
    length: number,
    size: number,
  ) => {
    const numbers = new Kind(bytes, offset, length);
    offset += length * size;
    return numbers;
  };
  const doubles = (length: number): Float64Array => next(Float64Array, length, BYTES_OF_DOUBLE);
  if (bytes.byteLength !== offset + lengthOf(head)) throw notATile('its length is not the one that its head says');
  const tile = {
    ...head,
    ...{ bid: doubles(columns), ask: doubles(columns) },
    lineValues: new Map(lines.map((name) => [name, doubles(columns)])),
    ...{ tradeTime: doubles(trades), tradePrice: doubles(trades) },
    ...{ tradeQuantity: doubles(trades), tradeSequence: doubles(trades) },
    end: next(Uint32Array, columns, BYTES_OF_WORD),
    place: next(Uint32Array, cells, BYTES_OF_WORD),
    quantity: next(Float32Array, cells, BYTES_OF_WORD),
    tradeKind: next(Uint8Array, trades, 1),
    bytes: bytes.byteLength,
  };
  return { ...tile, tick: tickOf(tile) };
}

function headOf(bytes: ArrayBuffer): TileBytesHead {
  if (bytes.byteLength < 2 * BYTES_OF_WORD) throw notATile('it is too short');
  const view = new DataView(bytes);
  const length = view.getUint32(BYTES_OF_WORD, true);
  if (view.getUint32(0, true) !== FIRST_WORD) throw notATile('it does not begin as one');
  if (length % BYTES_OF_DOUBLE !== 0 || length > bytes.byteLength - 2 * BYTES_OF_WORD)
    throw notATile('its head has a wrong length');
  try {
    return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 2 * BYTES_OF_WORD, length))) as TileBytesHead;
  } catch {
    throw notATile('its head is not JSON');
  }
}

function lengthOf({ columns, trades, cells, lines }: TileBytesHead): number {
  const doubles = columns * (2 + lines.length) + trades * 4;
  return doubles * BYTES_OF_DOUBLE + (columns + 2 * cells) * BYTES_OF_WORD + trades;
}

function notATile(why: string): StudioProblem {
  return new StudioProblem({
    code: 'BAD_TILE',
    message: `The studio sent a part of the heatmap that cannot be read: ${why}`,
    hint: 'Load the page again: it may be of another version than the studio',
  });
}

/** The price of a cell: the lowest of its `priceStep` prices. */
export function priceOf({ priceBase, priceStep }: TileBytesHead, place: number): number {
  return priceBase + (place >>> 1) * priceStep;
}

/** The server tells how far its prices are apart, as far as there are two of them. */
function tickOf({ priceStep, place }: TileBytesHead & Pick<Tile, 'place'>): number {
  return place.some((one) => one > 1) ? priceStep : 0;
}

/** The greatest common divisor; of 0 and a number it is the number. */
export function divisorOf(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return Math.abs(a);
}
