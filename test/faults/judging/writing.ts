/**
 * Opens a log after a fault as its writer: it recovers, answers retries, appends, and is read again.
 *
 * Commits that are acknowledged after the fault count, too: they must be in the log when it is opened again.
 */
import fs from 'node:fs';
import { hashState, openStore } from 'refold';
import { type Ledger, ledgerModel, movesView, timeOfCommit } from './ledger.ts';
import { compareState, type Findings, type LedgerStore, readThrough, verifyThrough } from './reading.ts';

export interface WriteOptions {
  /** Also take a snapshot, compact and verify. This costs as much as everything else. Default: false. */
  readonly thoroughly?: boolean;
  /** How many of the latest commits with a `commandId` are retried. Default: 1. */
  readonly retries?: number;
}

/** Opens the log as its writer, compares, retries, appends, closes, and reads the log again. */
export async function writeOn(
  findings: Findings,
  ledger: Ledger,
  path: string,
  { thoroughly = false, retries = 1 }: WriteOptions = {},
): Promise<void> {
  layBallast(path);
  let time = 0;
  const options = { path, clock: () => time };
  const store = await findings.door('write', () => openStore(ledgerModel, options) as unknown as Promise<LedgerStore>);
  if (store === undefined) return;
  const head = store.sequence;
  const next = (ledger.commitEndingAt(head)?.number ?? 0) + 1;
  time = timeOfCommit(next);
  let acknowledged = head;
  try {
    await compareState(findings, ledger, 'write', store);
    await findings.door('project', () => compareView(findings, ledger, store));
    await retry(findings, ledger, store, next, retries);
    const appended = await findings.door('append', () => appendNext(findings, ledger, store, next));
    acknowledged = appended ?? acknowledged;
    if (thoroughly) {
      await findings.door('snapshot', () => store.snapshot());
      await findings.door('compact', () => store.compact());
      await findings.door('verify', () => verifyThrough(findings, ledger, store));
    }
  } finally {
    await findings.door('write close', () => store.close());
  }
  await readThrough(findings, ledger, { path });
  if (findings.head !== undefined && findings.head < acknowledged)
    findings.problem(`I1: after the fault ${acknowledged} was acknowledged, and the log ends at ${findings.head}`);
  findings.head = head;
}

/** A writer creates a missing ballast of 1 MB. A sparse file works as well and costs nothing. */
function layBallast(path: string): void {
  const ballast = `${path}-ballast`;
  if (fs.existsSync(ballast)) return;
  fs.writeFileSync(ballast, '', { mode: 0o600 });
  fs.truncateSync(ballast, BALLAST_BYTES);
}

const BALLAST_BYTES = 1024 * 1024;

async function compareView(findings: Findings, ledger: Ledger, store: LedgerStore): Promise<void> {
  const { sequence, state } = await store.project(movesView);
  if (sequence !== store.sequence || hashState(state) !== ledger.viewHashAt(sequence))
    findings.problem(`project: a wrong view at ${sequence}`);
}

/** If a commit with an id is in the log, its outcome must be remembered, since both were written together. */
async function retry(
  findings: Findings,
  ledger: Ledger,
  store: LedgerStore,
  next: number,
  retries: number,
): Promise<void> {
  const there = ledger.commits.filter(({ number, commandId }) => number < next && commandId !== undefined);
  for (const commit of there.slice(-retries)) {
    const before = store.sequence;
    const answer = await findings.door('retry', () => store.append(commit.events, { commandId: commit.commandId }));
    if (answer === undefined) continue;
    const { firstSequence, lastSequence } = answer;
    const same = firstSequence === commit.firstSequence && lastSequence === commit.lastSequence;
    if (same && store.sequence === before) continue;
    return findings.problem(`I4: the retry of ${commit.commandId} gave ${firstSequence} to ${lastSequence}`);
  }
}

async function appendNext(findings: Findings, ledger: Ledger, store: LedgerStore, next: number): Promise<number> {
  const commit = ledger.commits[next - 1];
  if (commit === undefined) return store.sequence;
  const { lastSequence } = await store.append(commit.events, { commandId: commit.commandId });
  if (lastSequence !== commit.lastSequence) findings.problem(`append: ${lastSequence}, not ${commit.lastSequence}`);
  await compareState(findings, ledger, 'append', store);
  return lastSequence;
}
