/**
 * The fuzzed functions and their rule: an input is refused by a `RefoldError`, or the result is sound.
 *
 * A result is sound if it has the right type and is the same after encoding and decoding again.
 */
import assert from 'node:assert';
import { writeFileSync } from 'node:fs';
import zlib from 'node:zlib';
import { type CsvRow, readRows, type TextSource } from '../../../examples/orderbook/feeds/reading/csv.ts';
import { readMessages } from '../../../examples/orderbook/feeds/reading/lobster-messages.ts';
import { readZip } from '../../../examples/orderbook/feeds/reading/zip.ts';
import { readJsonLines } from '../../../src/cli/input/json-lines.ts';
import type { RecordedEvent } from '../../../src/core/event.ts';
import { decodeState } from '../../../src/fold/encoding/state-codec.ts';
import { hashState, isRefoldError, openLog } from '../../../src/index.ts';
import { decodeBlock, encodeCommit, encodeOpenBlock } from '../../../src/log/blocks/block.ts';
import { chainAfter, checksumOf, EMPTY_CHAIN, type StoredBlock, verifyBlock } from '../../../src/log/blocks/chain.ts';
import { sameJson } from '../../../src/log/blocks/packed-values.ts';
import { SEALED_PREFIX_BYTES } from '../../../src/log/blocks/sealed-block.ts';
import type { Block } from '../../../src/log/log-store.ts';
import type { Chance } from '../judging/chance.ts';
import { anyBlock, anyCsv, anyJsonLines, anyState, anyZip, initialState, sealed, stateBytes } from './corpus.ts';
import { readMutatedItch } from './itch.ts';
import { mutate, randomBytes } from './mutation.ts';
import { readMutatedText } from './text-feeds.ts';
import { readTypedCondition, readTypedPath, readTypedPlace } from './typed-texts.ts';

/** How an input ended: refused with this code, or sound. */
export type Ending = string;

export interface Target {
  readonly name: string;
  /** The share of the inputs, in percent. */
  readonly share: number;
  /** Makes an input and runs it. Throws when the result is neither a refusal nor sound. */
  run(chance: Chance, setting: Setting): Ending | Promise<Ending>;
}

export interface Setting {
  /** A file that may be written. */
  readonly file: string;
  /** The deliberate defects of the negative controls. */
  readonly defect?: FuzzDefect | undefined;
}

export type FuzzDefect = 'believes any checksum' | 'throws what it catches' | 'pollutes' | 'reads a sum for a value';

export const TARGETS: readonly Target[] = [
  { name: 'open block', share: 16, run: runOpenBlock },
  { name: 'sealed block', share: 8, run: runSealedBlock },
  { name: 'sealed content', share: 12, run: runSealedContent },
  { name: 'stored block', share: 12, run: runStoredBlock },
  { name: 'snapshot', share: 20, run: runState },
  { name: 'CSV', share: 5, run: runCsv },
  { name: 'zip', share: 3, run: runZip },
  { name: 'JSON lines', share: 10, run: runJsonLines },
  { name: 'ITCH', share: 4, run: (chance) => refusableLater(() => readMutatedItch(chance)) },
  { name: 'text feeds', share: 4, run: (chance) => refusableLater(() => readMutatedText(chance)) },
  { name: 'path', share: 2, run: readTypedPath },
  { name: 'position', share: 2, run: readTypedPlace },
  { name: 'condition', share: 2, run: readTypedCondition },
];

function runOpenBlock(chance: Chance, { defect }: Setting): Ending {
  const { open } = anyBlock(chance);
  const payload = mutate(Buffer.from(open.payload), Buffer.from(anyBlock(chance).open.payload), chance).toString(
    'utf8',
  );
  const spread = chance.hit(0.1) ? chance.below(5) - 2 : 0;
  return feedBlock({ ...open, payload, lastSequence: open.lastSequence + spread }, defect);
}

/** Mutates the bytes as stored in the file. This tests mostly the prefix and the frame's own checks. */
function runSealedBlock(chance: Chance, { defect }: Setting): Ending {
  const block = sealed(anyBlock(chance));
  const payload = mutate(Buffer.from(block.payload), Buffer.from(sealed(anyBlock(chance)).payload), chance);
  return feedBlock({ ...block, payload }, defect);
}

/** Mutates the content below the compression and compresses it again, as an attacker would do. */
function runSealedContent(chance: Chance, { defect }: Setting): Ending {
  const block = sealed(anyBlock(chance));
  const content = zlib.zstdDecompressSync(block.payload.subarray(SEALED_PREFIX_BYTES));
  const other = zlib.zstdDecompressSync(sealed(anyBlock(chance)).payload.subarray(SEALED_PREFIX_BYTES));
  const mutated = mutate(content, other, chance);
  const prefix = Buffer.from(block.payload.subarray(0, SEALED_PREFIX_BYTES));
  prefix.writeUInt32LE(mutated.length, 4);
  return feedBlock({ ...block, payload: Buffer.concat([prefix, zlib.zstdCompressSync(mutated)]) }, defect);
}

function feedBlock(block: Block, defect: FuzzDefect | undefined): Ending {
  const { firstSequence, lastSequence } = block;
  const decoded = refusable(() => decode(block, defect));
  if (typeof decoded === 'string') return decoded;
  const { events, commitEnds } = decoded;
  assert.equal(events.length, lastSequence - firstSequence + 1, 'as many events as the block says');
  for (const [index, event] of events.entries()) {
    assert.equal(event.sequence, firstSequence + index, 'sequences without a gap');
    assert.ok(Number.isSafeInteger(event.recordedAt), 'a time in whole milliseconds');
    assert.equal(typeof event.type, 'string');
    assert.equal(typeof event.version, 'number');
  }
  assert.equal(commitEnds.at(-1), lastSequence, 'commits that reach to the end');
  // Checksums and the chain protect the values. An attacker who forges them may also write 1e999, or a date.
  if (!isJson(events)) return 'forged values';
  assert.ok(sameJson(decodeBlock(openAgain(block, events)).events, events), 'the same again');
  return 'sound';
}

function isJson(value: unknown): boolean {
  try {
    return sameJson(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}

function openAgain(block: Block, events: readonly RecordedEvent[]): Block {
  const recordedAt = events[0]!.recordedAt;
  const queued = events.map((event) => ({
    events: 1,
    recordedAt: event.recordedAt,
    json: encodeCommit([event as never]),
  }));
  return { ...block, recordedAt, encoding: 'open', payload: encodeOpenBlock(queued) };
}

/** Changes any field of a row of the log. Checksum and chain must refuse the row, unless the change has no effect. */
function runStoredBlock(chance: Chance, { defect }: Setting): Ending {
  const { open } = anyBlock(chance);
  const original = stored(chance.hit(0.5) ? open : sealed(anyBlock(chance)));
  const { payload } = original;
  const other = stored(anyBlock(chance).open);
  const mutated = mutate(Buffer.from(payload as Uint8Array), Buffer.from(other.payload as Uint8Array), chance);
  const harmed: StoredBlock = {
    ...original,
    payload: typeof payload === 'string' ? mutated.toString('utf8') : mutated,
    firstSequence: chance.hit(0.1) ? chance.below(9) : original.firstSequence,
    lastSequence: chance.hit(0.1) ? original.lastSequence + chance.below(3) : original.lastSequence,
    checksum: chance.hit(0.1) ? chance.below(2 ** 32) : original.checksum,
  };
  const believed = defect === 'believes any checksum' ? { ...harmed, checksum: checksumOf(harmed.payload) } : harmed;
  const previous = chance.hit(0.05) ? other.chain : EMPTY_CHAIN;
  const refused = refusable(() => void verifyBlock(believed, previous, 'a log'));
  if (typeof refused === 'string') return refused;
  for (const field of ['firstSequence', 'lastSequence', 'checksum'] as const)
    assert.equal(harmed[field], original[field], field);
  assert.ok(
    Buffer.from(harmed.payload as Uint8Array).equals(Buffer.from(payload as Uint8Array)),
    'another payload was believed',
  );
  return 'sound';
}

function stored(block: Block): StoredBlock {
  const checksum = checksumOf(block.payload);
  // A sealed payload contains its own chains. The chain before it is that of an empty log.
  const chain = block.encoding === 'open' ? chainAfter(EMPTY_CHAIN, { ...block, checksum }) : block.chain;
  return { ...block, checksum, chain };
}

function decode(block: Block, defect: FuzzDefect | undefined): ReturnType<typeof decodeBlock> {
  if (defect === 'throws what it catches' && block.encoding === 'open') JSON.parse(block.payload as string);
  const decoded = decodeBlock(block);
  if (defect === 'pollutes') for (const { data } of decoded.events) merge({}, data);
  return decoded;
}

/** The usual mistake: a deep merge that follows `__proto__`. */
function merge(into: any, from: any): void {
  if (typeof from !== 'object' || from === null) return;
  for (const key of Object.keys(from)) {
    if (typeof from[key] === 'object' && from[key] !== null) merge((into[key] ??= {}), from[key]);
    else into[key] = from[key];
  }
  (into as any).constructor.prototype.merged = true;
}

function runState(chance: Chance, { defect }: Setting): Ending {
  const bytes = chance.hit(0.03) ? randomBytes(chance, chance.below(400)) : stateBytes(anyState(chance));
  const mutated = mutate(bytes, stateBytes(anyState(chance)), chance);
  if (chance.hit(0.3)) mutated[0] = bytes[0]!;
  const state = refusable(() => decodeState(inChunks(mutated, chance), initialState()));
  if (typeof state === 'string') return state;
  const again: any = decodeState([stateBytes(state)], initialState());
  if (defect === 'reads a sum for a value') again.rest = 1;
  assert.equal(hashState(again), hashState(state), 'the same state again');
  return 'sound';
}

function inChunks(bytes: Buffer, chance: Chance): Buffer[] {
  if (chance.hit(0.5)) return [bytes];
  const size = 1 + chance.below(40);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

async function runCsv(chance: Chance): Promise<Ending> {
  const bytes = mutate(anyCsv(chance), anyCsv(chance), chance);
  const source: TextSource = { path: 'fuzz.csv', open: async () => asStream(inChunks(bytes, chance)) };
  if (chance.hit(0.5)) return refusableLater(async () => void (await Array.fromAsync(readMessages(source))));
  return refusableLater(async () => {
    const rows = await Array.fromAsync(readRows(source));
    const again = await Array.fromAsync(readRows(asCsv(rows)));
    const fieldsOf = (of: readonly CsvRow[]): unknown => of.map(({ fields }) => fields);
    assert.deepEqual(fieldsOf(again), fieldsOf(rows), 'the same rows again');
  });
}

function asCsv(rows: readonly CsvRow[]): TextSource {
  // The last field may itself end in a carriage return. It keeps it if the line has another one.
  const text = rows.map(({ fields }) => `${fields.join(',')}\r\n`).join('');
  return { path: 'fuzz.csv', open: async () => asStream([Buffer.from(text, 'latin1')]) };
}

async function* asStream(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* chunks;
}

async function runZip(chance: Chance, { file }: Setting): Promise<Ending> {
  writeFileSync(file, mutate(anyZip(chance), anyZip(chance), chance));
  return refusableLater(async () => {
    for (const source of (await readZip(file)).values()) await Array.fromAsync(readRows(source));
  });
}

/** Reads the lines, imports them into a log in memory, and reads them back. */
async function runJsonLines(chance: Chance): Promise<Ending> {
  const bytes = mutate(anyJsonLines(chance), anyJsonLines(chance), chance);
  return refusableLater(async () => {
    const lines = await Array.fromAsync(readJsonLines(asStream(inChunks(bytes, chance)), 'fuzz.jsonl'));
    await using log = await openLog({ path: ':memory:', readOnly: false });
    const { events } = await log.import(lines.map(({ value }) => value as never));
    assert.equal(events, lines.length, 'an event for each line');
    const read = await Array.fromAsync(log.events());
    for (const [index, event] of read.entries()) {
      const { type, data, version = 1 } = lines[index]!.value as { type: unknown; data: unknown; version?: unknown };
      assert.deepEqual([event.type, event.version], [type, version]);
      assert.equal(JSON.stringify(event.data), JSON.stringify(data), 'the data that was given');
      assert.ok(!Number.isNaN(new Date(event.recordedAt).getTime()), 'a time that can be shown');
    }
  });
}

/** The value, or the code of the refusal. */
function refusable<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (isRefoldError(error)) return error.code;
    throw error;
  }
}

async function refusableLater(work: () => Promise<void>): Promise<Ending> {
  try {
    await work();
    return 'sound';
  } catch (error) {
    if (isRefoldError(error)) return error.code;
    throw error;
  }
}
