/**
 * The load of the soak, in a separate process: `load.ts PATH SECONDS [LEAKS]`, run with --expose-gc.
 *
 * Several appenders, readers of the tail, of the past and of new events, a read-only store, snapshots by a save
 * rule, and a history of bounded length. Once a second, after a garbage collection, it measures what it holds.
 */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openStore, replay } from 'refold';
import { chanceOf } from '../judging/chance.ts';
import { ledgerModel } from '../judging/ledger.ts';

/** What the process holds at one moment. */
export interface Sample {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly handles: number;
  readonly walBytes: number;
  readonly fileBytes: number;
}

export interface LoadReport {
  readonly samples: readonly Sample[];
  readonly events: number;
  readonly reads: number;
  readonly snapshots: number;
  readonly problems: readonly string[];
}

const APPENDERS = 6;
const HISTORY_EVENTS = 10_000;

const [path, seconds, leaks] = [process.argv[2]!, Number(process.argv[3]), process.argv[4] === 'leaks'];
const end = performance.now() + seconds * 1_000;
const problems: string[] = [];
const counts = { events: 0, reads: 0, snapshots: 0 };
const stop = new AbortController();
const options = { history: { maxEvents: HISTORY_EVENTS }, save: [{ seconds: 1, changes: 500 }] };
const store = await openStore(ledgerModel, { path, ...options });
process.send!(await soak());

async function soak(): Promise<LoadReport> {
  const work = [
    ...Array.from({ length: APPENDERS }, (_, index) => appendAlong(index)),
    readTail(),
    lookBack(),
    readBeside(),
    ...(leaks ? [leakMemory(), leakHandles(), holdTheWal()] : []),
  ];
  const following = follow();
  const samples = await takeSamples();
  await Promise.all(work.map(reported));
  stop.abort();
  await reported(following);
  await compareAtTheEnd();
  return { samples, ...counts, problems };
}

function isOver(): boolean {
  return performance.now() >= end;
}

interface MoneyMoved {
  readonly type: 'MoneyMoved';
  readonly data: { readonly from: string; readonly to: string; readonly cents: number; readonly memo: string };
}

/** Commits of one to eight events about the same accounts, so that the state does not grow. */
async function appendAlong(appender: number): Promise<void> {
  const chance = chanceOf(appender, 0x50a);
  /** What was appended with each id: a retry gives the same events again. */
  const sent = new Map<string, readonly MoneyMoved[]>();
  for (let number = 0; !isOver(); number++) {
    const fresh = Array.from({ length: 1 + chance.below(8) }, (): MoneyMoved => {
      const [from, to] = [`account-${chance.below(50)}`, `account-${chance.below(50)}`];
      return {
        type: 'MoneyMoved',
        data: { from, to, cents: chance.below(100), memo: 'm'.repeat(chance.below(300)) },
      };
    });
    const commandId = number % 5 === 0 ? `${appender}-${number % 1_000}-${process.pid}` : undefined;
    const events = sent.get(commandId ?? '') ?? fresh;
    if (commandId !== undefined) sent.set(commandId, events);
    if (commandId === undefined || number < 1_000) counts.events += events.length;
    await store.append(events, { commandId });
    if (number % 4 === 0) await pause(2);
  }
}

async function readTail(): Promise<void> {
  while (!isOver()) {
    const { sequence } = store;
    let next: number | undefined;
    for await (const event of store.events({ from: Math.max(store.stats().firstSequence, sequence - 500) })) {
      if (next !== undefined && event.sequence !== next) problems.push(`I2: ${event.sequence} where ${next} should be`);
      next = event.sequence + 1;
    }
    counts.reads += 1;
    await pause(40);
  }
}

async function lookBack(): Promise<void> {
  const chance = chanceOf(0xbac);
  while (!isOver()) {
    const sequence =
      store.durableSequence - chance.below(Math.min(2_000, store.durableSequence - store.stats().firstSequence + 1));
    await goneIsFine(async () => {
      const past = await store.at({ sequence });
      if (past.sequence !== sequence) problems.push(`I5: at ${sequence} gave ${past.sequence}`);
    });
    counts.reads += 1;
    await pause(60);
  }
}

/** A read-only store beside the writer, opened repeatedly. */
async function readBeside(): Promise<void> {
  while (!isOver()) {
    await goneIsFine(async () => {
      await using beside = await openStore(ledgerModel, { path, readOnly: true });
      for await (const _event of beside.events({ from: Math.max(1, beside.sequence - 200) })) if (isOver()) break;
    });
    counts.reads += 1;
    await pause(100);
  }
}

/** History may be dropped after its beginning was read and before the events are read. */
async function goneIsFine(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if ((error as { code?: string }).code !== 'HISTORY_GONE') throw error;
  }
}

async function follow(): Promise<void> {
  let next: number | undefined;
  for await (const { sequence } of store.follow({ from: store.sequence + 1, signal: stop.signal })) {
    if (next !== undefined && sequence !== next) problems.push(`I2: follow gave ${sequence} where ${next} should be`);
    next = sequence + 1;
  }
}

async function reported(work: Promise<void>): Promise<void> {
  await work.catch((error) =>
    problems.push(
      `I6: ${String((error as Error).stack)
        .split('\n')
        .slice(0, 3)
        .join(' ')}`,
    ),
  );
}

async function takeSamples(): Promise<Sample[]> {
  const samples: Sample[] = [];
  let before = store.stats().snapshotSequence;
  while (!isOver()) {
    await pause(1_000);
    globalThis.gc!();
    const { heapUsed, external, rss } = process.memoryUsage();
    const handles = readdirSync('/proc/self/fd').length;
    const { walBytes, fileBytes, snapshotSequence } = store.stats();
    if (snapshotSequence !== before) counts.snapshots += 1;
    before = snapshotSequence;
    samples.push({ heapBytes: heapUsed + external, residentBytes: rss, handles, walBytes, fileBytes });
  }
  return samples;
}

async function compareAtTheEnd(): Promise<void> {
  const report = await store.verify();
  if (!report.ok) problems.push(`I5: verify: ${JSON.stringify(report.problems)}`);
  const hash = await store.stateHash();
  await store.close();
  const again = await replay(ledgerModel, { path });
  if (again.stateHash !== hash) problems.push('I5: a replay gives another state');
}

// The negative controls: leaks that a soak must find.

/** Megabytes of events every 0.2 s, on any machine. */
async function leakMemory(): Promise<void> {
  const kept: Buffer[] = [];
  let latest = 'no event yet';
  const unsubscribe = store.subscribe((events) => (latest = JSON.stringify(events)));
  while (!isOver()) {
    kept.push(Buffer.alloc(4 * 1024 * 1024, latest));
    await pause(200);
  }
  unsubscribe();
  if (kept.length === 0) throw new Error('nothing was leaked');
}

async function leakHandles(): Promise<void> {
  const handles: number[] = [];
  while (!isOver()) {
    handles.push(openSync('/dev/null', 'r'));
    await pause(200);
  }
  for (const handle of handles) closeSync(handle);
}

/** A reader that never ends its transaction: no checkpoint can write back later commits. */
async function holdTheWal(): Promise<void> {
  const connection = new Database(path, { readonly: true });
  connection.exec('begin');
  connection.prepare('select count(*) from blocks').get();
  while (!isOver()) {
    await store.append({ type: 'NoteTaken', data: { text: 'n'.repeat(2_000_000) } });
    await pause(20);
  }
  connection.close();
}
