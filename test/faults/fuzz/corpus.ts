/** Random valid inputs of every kind. The mutations start from them. */
import zlib from 'node:zlib';
import { ascending, OrderedMap } from 'refold';
import type { EventMeta, Json, RecordedEvent } from '../../../src/core/event.ts';
import { encodeState } from '../../../src/fold/encoding/state-codec.ts';
import { encodeCommit, encodeOpenBlock, encodeSealedBlock } from '../../../src/log/blocks/block.ts';
import type { Block } from '../../../src/log/log-store.ts';
import type { Chance } from '../judging/chance.ts';

const WORDS = [
  '',
  'a',
  'price',
  'Größe',
  '直子',
  '🦊',
  '__proto',
  'toString',
  '\ufeffmark',
  'x'.repeat(40),
  '\u0000',
  '"',
];
const NUMBERS = [0, 1, -1, 127, 128, 1e9, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 0.5, -1.25e-7, 1e300];

export function anyJson(chance: Chance, depth = 0): Json {
  const kind = chance.below(depth > 3 ? 5 : 8);
  if (kind === 0) return null;
  if (kind === 1) return chance.hit(0.5);
  if (kind === 2) return chance.pick(NUMBERS);
  if (kind === 3) return chance.below(1_000);
  if (kind === 4) return chance.pick(WORDS);
  if (kind === 5) return Array.from({ length: chance.below(5) }, () => anyJson(chance, depth + 1));
  return anyObject(chance, depth);
}

function anyObject(chance: Chance, depth = 0): EventMeta {
  const keys = chance.hit(0.5)
    ? ['id', 'price', 'side']
    : Array.from({ length: chance.below(4) }, () => chance.pick(WORDS));
  return Object.fromEntries(keys.map((key) => [key, anyJson(chance, depth + 1)]));
}

interface Written {
  readonly events: RecordedEvent[];
  readonly commitEnds: number[];
  readonly open: Block;
}

/** An open block of some commits. */
export function anyBlock(chance: Chance): Written {
  const firstSequence = 1 + chance.below(1_000);
  const start = 1_700_000_000_000 + chance.below(1_000);
  const events: RecordedEvent[] = [];
  const commitEnds: number[] = [];
  const queued = Array.from({ length: 1 + chance.below(4) }, (_, number) => {
    const recordedAt = start + number * 7;
    const commit = Array.from({ length: 1 + chance.below(4) }, () =>
      anyEvent(chance, firstSequence + events.length, recordedAt, events),
    );
    commitEnds.push(firstSequence + events.length - 1);
    return { events: commit.length, recordedAt, json: encodeCommit(commit as never) };
  });
  const payload = encodeOpenBlock(queued);
  const lastSequence = firstSequence + events.length - 1;
  const bytes = Buffer.byteLength(payload);
  const open: Block = {
    firstSequence,
    lastSequence,
    recordedAt: start,
    encoding: 'open',
    bytes,
    payload,
    chain: 'ab'.repeat(16),
  };
  return { events, commitEnds, open };
}

function anyEvent(chance: Chance, sequence: number, recordedAt: number, into: RecordedEvent[]): RecordedEvent {
  const base = {
    sequence,
    recordedAt,
    type: chance.pick(['Placed', 'Filled', 'Noted']),
    version: 1 + chance.below(2),
    data: anyJson(chance),
  };
  const event = chance.hit(0.2) ? { ...base, meta: anyObject(chance) } : base;
  into.push(event);
  return event;
}

/** A sealed block of some commits. */
export function sealed({ events, commitEnds, open }: Written): Block & { readonly payload: Uint8Array } {
  const chains = { startChain: '00'.repeat(16), endChain: open.chain };
  const payload = encodeSealedBlock(events, commitEnds, chains, open.bytes);
  return { ...open, encoding: 'sealed', bytes: payload.byteLength, payload };
}

export const initialState = () => ({ orders: new OrderedMap<number, unknown>(ascending), rest: undefined as unknown });

/** A state with every kind of value. */
export function anyState(chance: Chance): object {
  const orders = new OrderedMap<number, unknown>(ascending);
  for (let left = chance.below(8); left > 0; left--) orders.set(chance.below(100), anyValue(chance));
  return { orders, rest: anyValue(chance), [chance.pick(WORDS)]: anyValue(chance) };
}

function anyValue(chance: Chance, depth = 0): unknown {
  const several = <T>(make: () => T): T[] => Array.from({ length: chance.below(4) }, make);
  const inner = (): unknown => anyValue(chance, depth + 1);
  const kind = chance.below(depth > 3 ? 6 : 12);
  switch (kind) {
    case 0:
      return chance.pick([undefined, Number.NaN, Number.POSITIVE_INFINITY, -0]);
    case 1:
      return new Date(chance.pick([0, 1e12, Number.NaN]));
    case 2:
      return BigInt(chance.pick(NUMBERS.filter(Number.isSafeInteger))) ** BigInt(1 + chance.below(3));
    case 3:
      return chance
        .pick([new Uint8Array([1, 2, 3]), new Float64Array([0.5, Number.NaN]), new Uint16Array(2), new ArrayBuffer(3)])
        .slice();
    case 6:
      return new Map(several(() => [chance.pick(WORDS), inner()] as const));
    case 7:
      return new Set(several(() => chance.pick<unknown>([...WORDS, ...NUMBERS])));
    case 8:
      return several(inner);
    case 9:
    case 10:
      return { id: chance.below(100), name: chance.pick(WORDS), more: inner() };
    default:
      return anyJson(chance, 3);
  }
}

export function stateBytes(state: object): Buffer {
  return Buffer.concat([...encodeState(state, 4_096)]);
}

export function anyCsv(chance: Chance): Buffer {
  const end = chance.pick(['\n', '\r\n']);
  const line = (): string => {
    const type = 1 + chance.below(7);
    const price = type === 7 ? chance.below(3) - 1 : 1 + chance.below(1_000_000);
    return `34200.${chance.below(1e9)},${type},${chance.below(1e9)},${1 + chance.below(500)},${price},${chance.pick([1, -1])}`;
  };
  return Buffer.from(Array.from({ length: chance.below(6) }, line).join(end) + (chance.hit(0.8) ? end : ''));
}

export function anyJsonLines(chance: Chance): Buffer {
  const line = (): string => {
    const event: Record<string, unknown> = { type: chance.pick(['Placed', 'Filled']), data: anyJson(chance) };
    if (chance.hit(0.5)) event.recordedAt = chance.below(2 ** 40);
    if (chance.hit(0.3)) event.version = 1 + chance.below(3);
    if (chance.hit(0.3)) event.meta = anyObject(chance);
    return JSON.stringify(event);
  };
  return Buffer.from(`${Array.from({ length: chance.below(5) }, line).join('\n')}\n`);
}

/** A zip archive with one or two members, stored or deflated. */
export function anyZip(chance: Chance): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const name of ['x_message_1.csv', 'x_orderbook_1.csv'].slice(0, 1 + chance.below(2))) {
    const content = anyCsv(chance);
    const method = chance.hit(0.6) ? 8 : 0;
    const packed = method === 8 ? zlib.deflateRawSync(content) : content;
    const fields = zipFields(method, zlib.crc32(content), packed.length, content.length, name.length);
    const local = Buffer.concat([u32(0x04034b50), fields, Buffer.from(name), packed]);
    parts.push(local);
    entries.push(
      Buffer.concat([u32(0x02014b50), Buffer.from([20, 0]), fields, Buffer.alloc(10), u32(offset), Buffer.from(name)]),
    );
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** The part that a local header and a directory entry share: 26 bytes, beginning with the required version. */
function zipFields(method: number, crc: number, packed: number, bytes: number, name: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(bytes, 18);
  fields.writeUInt16LE(name, 22);
  return fields;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
