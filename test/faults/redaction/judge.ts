/** What a log must be after a redaction that was killed: wholly as before, or wholly as after. And what its files may not hold. */
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type LogStore, openStore, type RecordedEvent } from '../../../src/index.ts';
import { decodeBlock } from '../../../src/log/blocks/block.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { FORGOTTEN, register, roll, WORD } from './register.ts';

/** A log before a redaction. */
export interface Before {
  /** Its events. */
  readonly events: readonly RecordedEvent[];
  /** Pieces of stored bytes that hold words, and that must be in no file afterwards. */
  readonly pieces: readonly Buffer[];
}

export async function lookBefore(path: string): Promise<Before> {
  const log = await openSqliteLog({ path, readOnly: true });
  try {
    const pieces = (await storedPieces(log)).filter(({ isOfWords }) => isOfWords).map(({ bytes }) => bytes);
    await using store = await openStore(register, { path, readOnly: true });
    return { events: await Array.fromAsync(store.events()), pieces };
  } finally {
    await log.close();
  }
}

/** The state of a log, in a word. */
export type Outcome = 'before' | 'after' | 'mixed';

/** Judges events: those of before are followed by events without words. Pure. */
export function outcomeOf(before: readonly RecordedEvent[], present: readonly RecordedEvent[]): Outcome {
  const told = before.filter(({ data }) => isForgotten(data));
  const same = (event: RecordedEvent | undefined, other: RecordedEvent): boolean =>
    JSON.stringify(event) === JSON.stringify(other);
  const kept = before.filter((event, index) => !told.includes(event) && !same(present[index], event));
  if (kept.length > 0 || present.length < before.length) return 'mixed';
  const words = told.filter((event) => same(present[event.sequence - 1], event)).length;
  const erased = told.filter((event) =>
    same(present[event.sequence - 1], { ...event, data: { ...(event.data as object), name: '' } }),
  ).length;
  if (words === told.length && erased === 0) return 'before';
  return erased === told.length ? 'after' : 'mixed';
}

function isForgotten(data: unknown): boolean {
  return (data as { id?: number }).id === FORGOTTEN;
}

/** What is wrong with a log in which a redaction was killed, and what the redaction came to. */
export async function judgeLog(path: string, before: Before): Promise<{ outcome: Outcome; problems: string[] }> {
  const problems: string[] = [];
  await using store = await openStore(register, { path, durability: 'os' });
  const outcome = outcomeOf(before.events, await Array.fromAsync(store.events()));
  if (outcome === 'mixed') problems.push('the log is neither as before nor as after');
  const view = await store.project(roll);
  const told = JSON.stringify([[...store.state.people], view.state]);
  const hasTold = before.events.some(({ data }) => isForgotten(data));
  if (hasTold && told.includes(WORD) !== (outcome === 'before'))
    problems.push(`the states are not those of ${outcome}`);
  const { ok, problems: found } = await store.verify();
  if (!ok) problems.push(`verify: ${JSON.stringify(found)}`);
  return { outcome, problems };
}

/** Redacts to the end, and looks for words in the files. */
export async function finish(path: string): Promise<void> {
  await using store = await openStore(register, { path, durability: 'os' });
  await store.project(roll);
  const { pending } = await store.redact({ tag: `person:${FORGOTTEN}` });
  if (pending !== undefined) throw new Error(`the redaction left something: ${pending}`);
}

/** Words, and pieces of what was stored before, that the files of a log still hold. */
export async function leftIn(path: string, { pieces }: Before): Promise<string[]> {
  const log = await openSqliteLog({ path, readOnly: true });
  let present: Buffer[];
  try {
    present = (await storedPieces(log, Number.POSITIVE_INFINITY)).map(({ bytes }) => bytes);
  } finally {
    await log.close();
  }
  // Compressed, a piece may come out the same again without its words.
  const wanted = [Buffer.from(WORD), ...pieces.filter((piece) => !present.some((bytes) => bytes.includes(piece)))];
  const left: string[] = [];
  const folder = dirname(path);
  for (const file of fs.readdirSync(folder).filter((name) => name.startsWith(basename(path)))) {
    const bytes = fs.readFileSync(join(folder, file));
    for (const [index, piece] of wanted.entries()) {
      if (bytes.includes(piece)) left.push(`${file} holds ${index === 0 ? WORD : `piece ${index} of what was stored`}`);
    }
  }
  return left;
}

interface Piece {
  readonly bytes: Buffer;
  readonly isOfWords: boolean;
}

/** A piece out of the middle of each stored payload: compressed words cannot be searched for as such. */
async function storedPieces(log: LogStore, length = 24): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const block of log.read({ from: log.firstSequence() })) {
    if (typeof block.payload === 'string') continue; // its words are searched for as they are
    const isOfWords = JSON.stringify(decodeBlock(block).events).includes(WORD);
    pieces.push({ bytes: middle(Buffer.from(block.payload), length), isOfWords });
  }
  for (const owner of ['', roll.name]) {
    for (const info of await log.snapshots(owner)) {
      for await (const chunk of log.readSnapshot(info)) {
        const bytes = Buffer.from(chunk);
        pieces.push({
          bytes: Number.isFinite(length) ? middle(bytes, length) : bytes,
          isOfWords: bytes.includes(WORD),
        });
      }
    }
  }
  return pieces;
}

function middle(bytes: Buffer, length: number): Buffer {
  if (!Number.isFinite(length) || bytes.byteLength <= length) return bytes;
  const start = Math.floor((bytes.byteLength - length) / 2);
  return bytes.subarray(start, start + length);
}
