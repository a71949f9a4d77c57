/**
 * Compares the content of a log with the ledger. Every verdict uses this.
 *
 * A log may refuse with a typed error that names a place. Any data that it gives must be correct: complete commits,
 * exact events, and the state that a plain fold of these events gives.
 */
import { hashState, isRefoldError, type LogStore, openStore, replay, type Store } from 'refold';
import type { Chance } from './chance.ts';
import { type Ledger, ledgerModel } from './ledger.ts';

/** The result of opening and reading a log. */
export interface Reading {
  /** The last sequence; undefined when the log was refused before it was known. */
  readonly head?: number | undefined;
  /** The first sequence that is still in the log. */
  readonly first?: number | undefined;
  /** Typed errors, each as `door: code`, with their places. */
  readonly refusals: readonly Refusal[];
  /** Contradictions to the ledger, and errors that are not typed. */
  readonly problems: readonly string[];
}

export interface Refusal {
  readonly door: string;
  readonly code: string;
  readonly message: string;
  readonly sequence: number | undefined;
}

export type LedgerStore = Store<ReturnType<typeof ledgerModel.initialState>, typeof ledgerModel.events>;

/** Collects the findings, door by door. */
export class Findings {
  readonly refusals: Refusal[] = [];
  readonly problems: string[] = [];
  head: number | undefined;
  first: number | undefined;

  /** Runs `work`. Its error is a refusal if it is typed and names a place, otherwise a problem. */
  async door<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.refused(name, error);
      return undefined;
    }
  }

  refused(door: string, error: unknown): void {
    if (!isRefoldError(error)) this.problems.push(`${door}: an error without a code: ${describe(error)}`);
    else if (error.path === undefined && error.sequence === undefined)
      this.problems.push(`${door}: ${error.code} without a place: ${error.message}`);
    else this.refusals.push({ door, code: error.code, message: error.message, sequence: error.sequence });
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  get reading(): Reading {
    const { head, first, refusals, problems } = this;
    return { head, first, refusals, problems };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ') : String(error);
}

/** Opens a log for reading and compares everything with the ledger. */
export async function readThrough(
  findings: Findings,
  ledger: Ledger,
  where: { readonly path: string } | { readonly log: LogStore },
  further: (store: LedgerStore) => Promise<void> = async () => {},
): Promise<void> {
  const options = 'log' in where ? { log: where.log } : { path: where.path, readOnly: true };
  const store = await findings.door('open', () => openStore(ledgerModel, options) as unknown as Promise<LedgerStore>);
  if (store === undefined) return;
  try {
    findings.head = store.sequence;
    findings.first = store.stats().firstSequence;
    await compareState(findings, ledger, 'open', store);
    await findings.door('events', () => compareEvents(findings, ledger, store));
    await further(store);
  } finally {
    await findings.door('close', () => store.close());
  }
}

/** The state of a store must equal the ledger's at the reported sequence. */
export async function compareState(
  findings: Findings,
  ledger: Ledger,
  door: string,
  store: { readonly sequence: number; stateHash(): Promise<string> },
): Promise<void> {
  const { sequence } = store;
  if (!ledger.isCommitEnd(sequence)) findings.problem(`${door}: the log ends at ${sequence}, inside a commit`);
  else if ((await store.stateHash()) !== ledger.stateHashAt(sequence))
    findings.problem(`${door}: a wrong state at ${sequence}`);
}

async function compareEvents(findings: Findings, ledger: Ledger, store: LedgerStore): Promise<void> {
  let next = findings.first!;
  for await (const event of store.events({ from: next })) {
    if (event.sequence !== next) return findings.problem(`events: ${event.sequence} comes where ${next} should`);
    if (!ledger.isIssued(event)) return findings.problem(`events: ${event.sequence} is not what was issued`);
    next += 1;
  }
  if (next !== store.sequence + 1) findings.problem(`events: they end at ${next - 1}, the store at ${store.sequence}`);
}

/** A full replay must give the ledger's state. */
export async function replayThrough(findings: Findings, ledger: Ledger, path: string): Promise<void> {
  const report = await findings.door('replay', () => replay(ledgerModel, { path }));
  if (report === undefined) return;
  if (report.stateHash !== ledger.stateHashAt(report.sequence))
    findings.problem(`replay: a wrong state at ${report.sequence}`);
}

/** Verify reports problems as typed errors. A state that it gives must equal the ledger's. */
export async function verifyThrough(findings: Findings, ledger: Ledger, store: LedgerStore): Promise<void> {
  const { ok, lastSequence, stateHash, problems } = await store.verify();
  for (const { code, message, sequence } of problems) {
    findings.refusals.push({ door: 'verify', code, message, sequence });
  }
  if (ok !== (problems.length === 0)) findings.problem(`verify: ok is ${ok} with ${problems.length} problems`);
  if (ok && findings.refusals.some(({ door, code }) => door === 'events' && code === 'LOG_CORRUPT'))
    findings.problem('verify: it finds nothing, and the events cannot be read');
  if (stateHash !== undefined && stateHash !== ledger.stateHashAt(lastSequence))
    findings.problem(`verify: a wrong state at ${lastSequence}`);
}

/** Past states, by sequence and by time, must equal the ledger's. */
export async function lookBack(findings: Findings, ledger: Ledger, store: LedgerStore, chance: Chance): Promise<void> {
  const commits = ledger.commits.filter(
    ({ firstSequence, lastSequence }) => firstSequence >= findings.first! && lastSequence <= store.sequence,
  );
  if (commits.length === 0) return;
  const { lastSequence: sequence } = chance.pick(commits);
  const byTime = chance.pick(commits);
  for (const [position, expected] of [
    [{ sequence }, sequence],
    [{ time: byTime.recordedAt }, byTime.lastSequence],
  ] as const) {
    const past = await findings.door('at', () => store.at(position));
    if (past === undefined) continue;
    const right = past.sequence === expected && hashState(past.state) === ledger.stateHashAt(expected);
    if (!right) findings.problem(`at: ${JSON.stringify(position)} gives a wrong state at ${past.sequence}`);
  }
}
