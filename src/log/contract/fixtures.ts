/** Helpers for tests of logs: append, read everything, get the error. */
import { deepStrictEqual, fail } from 'node:assert';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RefoldError } from '../../core/errors.ts';
import type { Json, RecordedEvent } from '../../core/event.ts';
import { decodeBlock, encodeCommit, type StoredEvent } from '../blocks/block.ts';
import type { StoredBlock } from '../blocks/chain.ts';
import { type RedactedEvent, redactRun } from '../blocks/redacting.ts';
import type { LogRedaction, RedactionFence, RedactionRow } from '../log-redaction.ts';
import type { Block, LogStore, QueuedCommit, SealedBlock, SnapshotInfo, StoredOutcome } from '../log-store.ts';

/** An event whose data says which one it is. */
export function noted(note: Json, type = 'Noted'): StoredEvent {
  return { type, version: 1, data: { note } };
}

export function commitOf(events: readonly StoredEvent[], recordedAt = 1_000): QueuedCommit {
  return { events: events.length, recordedAt, json: encodeCommit(events) };
}

/** One block of the given commits, appended at the head. */
export async function appendCommits(log: LogStore, ...commits: readonly QueuedCommit[]): Promise<void> {
  await log.append({ expectedSequence: log.head().sequence, epoch: log.epoch, commits, outcomes: [] });
}

/** One event per block, noting the sequence it gets; `recordedAt` is ten times the sequence. */
export async function appendNotes(log: LogStore, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const sequence = log.head().sequence + 1;
    await appendCommits(log, commitOf([noted(sequence)], sequence * 10));
  }
}

/** Outcomes without events, at the head. */
export async function remember(log: LogStore, outcomes: readonly StoredOutcome[]): Promise<void> {
  await log.append({ expectedSequence: log.head().sequence, epoch: log.epoch, commits: [], outcomes });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** All events from `from`, as an engine reads them: those before it, in the first block, are skipped. */
export async function readEvents(log: LogStore, from = 1, to?: number): Promise<RecordedEvent[]> {
  const blocks = await collect(log.read(to === undefined ? { from } : { from, to }));
  return eventsOf(blocks, from, to);
}

export function eventsOf(blocks: readonly Block[], from = 1, to: number = Number.POSITIVE_INFINITY): RecordedEvent[] {
  return blocks.flatMap((block) => decodeBlock(block).events).filter((e) => e.sequence >= from && e.sequence <= to);
}

export function sequencesOf(events: readonly RecordedEvent[]): number[] {
  return events.map((event) => event.sequence);
}

/** 1 … count. */
export function upTo(count: number, from = 1): number[] {
  return Array.from({ length: count - from + 1 }, (_, index) => from + index);
}

/** The error that `work` rejects with. Fails when it does not reject. */
export async function refusalOf(work: (() => unknown) | Promise<unknown>): Promise<RefoldError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof RefoldError) return error;
    fail(`it failed with an error that is not a RefoldError: ${String(error)}`);
  }
  return fail('it was not refused');
}

/** Every expected member must be equal. Other members are ignored. */
export function matches(actual: object | undefined, expected: { readonly [member: string]: unknown }): void {
  const found: Record<string, unknown> = {};
  for (const member of Object.keys(expected)) found[member] = (actual as Record<string, unknown> | undefined)?.[member];
  deepStrictEqual(found, expected);
}

export function snapshotAt(log: LogStore, sequence: number, owner = ''): SnapshotInfo {
  return {
    owner,
    sequence,
    recordedAt: sequence * 10,
    chain: log.head().chain,
    stateHash: `hash of ${sequence}`,
    fingerprint: '{"v":1}',
    format: 1,
    bytes: 0,
  };
}

export function joined(chunks: readonly Uint8Array[]): Buffer {
  return Buffer.concat(chunks);
}

/** Bytes that compress badly, the same in every run. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** What a process prints that runs this module. Fails when the process does not end, or ends with an error. */
export async function storyOf(module: string): Promise<string> {
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', module];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 60_000 });
  return stdout;
}

/** Blocks as the log reads them, which is how the engine gets them. */
export async function blocksOf(log: LogStore, from: number, to: number): Promise<StoredBlock[]> {
  return (await collect(log.read({ from, to }))) as StoredBlock[];
}

export function redactionOf(log: LogStore): LogRedaction {
  return log.care!.redaction!;
}

export function forgotten(event: RecordedEvent, tags: RedactedEvent['tags'] = 0): RedactedEvent {
  return { event: { ...event, data: { note: 'forgotten' } }, tags };
}

export function isForgotten(event: RecordedEvent): boolean {
  return (event.data as { readonly note?: unknown }).note === 'forgotten';
}

/** The blocks from one that holds `from` to one that holds `to` as one block, with some events redacted. */
export async function packForgotten(
  log: LogStore,
  from: number,
  to: number,
  sequences: readonly number[],
): Promise<SealedBlock> {
  const run = await blocksOf(log, from, to);
  const startChain = await redactionOf(log).chainBefore(run[0]!.firstSequence);
  const events = eventsOf(run).filter(({ sequence }) => sequences.includes(sequence));
  return redactRun(
    run,
    startChain,
    events.map((event) => forgotten(event)),
  );
}

export function rowOf(sequences: readonly number[], more: Partial<RedactionRow> = {}): RedactionRow {
  const [firstSequence, lastSequence] = [Math.min(...sequences), Math.max(...sequences)];
  return { recordedAt: 5_000, selector: 'a1b2', events: sequences.length, firstSequence, lastSequence, ...more };
}

export function fenceOf(log: LogStore): RedactionFence {
  return { expectedSequence: log.head().sequence, epoch: log.epoch };
}

/** Redacts single events, each in its block. */
export async function redact(
  log: LogStore,
  sequences: readonly number[],
  more: Partial<RedactionRow> = {},
): Promise<void> {
  for (const sequence of sequences) {
    await redactionOf(log).stage([await packForgotten(log, sequence, sequence, [sequence])], []);
  }
  await redactionOf(log).apply(rowOf(sequences, more), fenceOf(log));
}
