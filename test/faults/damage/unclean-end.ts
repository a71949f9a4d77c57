/**
 * The process that writes a log for the damage row and ends without closing it. Its last commits are only in the
 * `-wal`.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from 'refold';
import { Ledger, ledgerModel, movesView, timeOfCommit } from '../judging/ledger.ts';
import type { LedgerStore } from '../judging/reading.ts';
import { ACKNOWLEDGED, COMMITS, earlierFolder, type PrepareOptions } from './prepared.ts';

/** Longer than the idle time after which the writer makes a checkpoint. */
const PAUSE_MS = 200;

const { path, seed, life }: PrepareOptions = JSON.parse(process.argv[2]!);
const ledger = new Ledger(seed, COMMITS);
let commit = 0;

async function open(): Promise<LedgerStore> {
  const history = life === 'trimmed' ? 'discard' : 'keep';
  return (await openStore(ledgerModel, { path, history, clock: () => timeOfCommit(commit) })) as unknown as LedgerStore;
}

async function append(store: LedgerStore, through: number): Promise<void> {
  while (commit < through) {
    const { events, commandId } = ledger.commit(++commit);
    await store.append(events, { commandId });
  }
}

/** Another process makes the copy, because a process with an open database must not open its file in another way. */
function copyEarlier(): void {
  spawnSync('cp', ['-r', dirname(path), earlierFolder(path)]);
}

async function beYoung(): Promise<void> {
  const store = await open();
  await append(store, 6);
  copyEarlier();
  await store.snapshot();
  await append(store, ACKNOWLEDGED.young);
}

async function liveFully(): Promise<void> {
  const first = await open();
  await first.project(movesView);
  await append(first, 14);
  await first.snapshot();
  await append(first, 24);
  await first.compact();
  await append(first, 28);
  await first.close();
  const second = await open();
  await append(second, 32);
  copyEarlier();
  await second.snapshot();
  await second.compact();
  await append(second, 58); // after these, a checkpoint is due …
  await sleep(PAUSE_MS); // … which happens now and leaves their blocks open in the main file
  await append(second, ACKNOWLEDGED[life]);
}

await (life === 'young' ? beYoung() : liveFully());
process.kill(process.pid, 'SIGKILL');
