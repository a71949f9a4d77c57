/** Writes messages of TotalView-ITCH 5.0, from a table that is independent of the reader's. */
import type { TextSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';

/** The fields after the header, in order: `a` is text, `u` a number, with so many bytes. */
const FORMATS = {
  S: 'a1',
  R: 'a8 a1 a1 u4 a1 a1 a2 a1 a1 a1 a1 a1 u4 a1',
  H: 'a8 a1 a1 a4',
  Y: 'a8 a1',
  L: 'a4 a8 a1 a1 a1',
  V: 'u8 u8 u8',
  W: 'a1',
  K: 'a8 u4 a1 u4',
  J: 'a8 u4 u4 u4 u4',
  h: 'a8 a1 a1',
  A: 'u8 a1 u4 a8 u4',
  F: 'u8 a1 u4 a8 u4 a4',
  E: 'u8 u4 u8',
  C: 'u8 u4 u8 a1 u4',
  X: 'u8 u4',
  D: 'u8',
  U: 'u8 u8 u4 u4',
  P: 'u8 a1 u4 a8 u4 u8',
  Q: 'u8 a8 u4 u8 a1',
  B: 'u8',
  I: 'u8 u8 a1 a8 u4 u4 u4 a1 a1',
  N: 'a8 a1',
  O: 'a8 a1 u4 u4 u4 u8 u4 u4',
} as const;

export type ItchType = keyof typeof FORMATS;

export const ITCH_TYPES: readonly ItchType[] = Object.keys(FORMATS) as ItchType[];

/** A message without its length. Fields that are not given are 0, or spaces. */
export function encode(
  type: ItchType,
  locate: number,
  ns: number,
  ...values: readonly (string | number | bigint)[]
): Buffer {
  const header = Buffer.alloc(11);
  header.write(type, 0, 'latin1');
  header.writeUInt16BE(locate, 1);
  header.writeUInt16BE(ns % 3, 3);
  header.writeUIntBE(ns, 5, 6);
  const fields = FORMATS[type].split(' ').map((format, index) => {
    const size = Number(format.slice(1));
    return format.startsWith('a') ? text(String(values[index] ?? ''), size) : number(BigInt(values[index] ?? 0), size);
  });
  return Buffer.concat([header, ...fields]);
}

/** An entry of the stock directory. */
export function directory(locate: number, ns: number, stock: string): Buffer {
  return encode('R', locate, ns, stock, 'Q', 'N', 100, 'N', 'C', 'Z', 'P', 'N', 'N', '1', 'N', 0, 'N');
}

/** Messages as in NASDAQ's daily files: each after its length. */
export function framed(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((message) => [number(BigInt(message.length), 2), message]));
}

/** Bytes that pretend to be a file, handed out in chunks of a given size. */
export function bytesSource(bytes: Buffer, { path = '01302019.NASDAQ_ITCH50', chunk = 65_536 } = {}): TextSource {
  return {
    path,
    open: async () =>
      (async function* () {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
      })(),
  };
}

function text(value: string, size: number): Buffer {
  return Buffer.from(value.padEnd(size), 'latin1');
}

function number(value: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.subarray(8 - size);
}
