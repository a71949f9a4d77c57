/**
 * Tries cases, one at a time: it makes a log, runs with the fault, checks the log, runs without the fault, and checks
 * again.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { Ledger } from '../judging/ledger.ts';
import { Findings, readThrough } from '../judging/reading.ts';
import { Account } from '../writing/account.ts';
import { Session } from '../writing/session.ts';
import type { Base, Case } from './plan.ts';
import { describeCase } from './plan.ts';
import { COMMITS, type Run } from './script.ts';
import { CALLS, countCalls, type SystemCall } from './tracer.ts';
import { Workshop } from './workshop.ts';

export interface CaseReport {
  /** How often the fault struck. */
  readonly hits: number;
  /** The effect on the store: `unfelt`, or the first error. */
  readonly ending: string;
  readonly violations: readonly string[];
}

/** The number of commits that a crashed log already holds. */
const COMMITS_BEFORE = 6;

export class Bench {
  readonly #folder: string;
  readonly #workshop = new Workshop();
  readonly #names: Set<string>;
  #cases = 0;

  /** @param names of the files of a log, without a folder; `count` finds them */
  constructor(folder: string, names: Set<string>) {
    this.#folder = folder;
    this.#names = names;
    fs.mkdirSync(folder, { recursive: true });
  }

  close(): void {
    this.#workshop.close();
  }

  /** Runs the script once without faults, and counts its calls. */
  async count(base: Base, seed: number): Promise<Map<SystemCall, number>> {
    const { path, folder, account } = await this.#prepare(base, seed);
    const trace = join(this.#folder, 'count.trace');
    const tracing = ['-y', '-o', trace, '-e', `trace=${CALLS.join(',')}`];
    const outcome = await this.#workshop.runTraced(runOf(path, seed, account, 'faulty'), tracing);
    if ('lost' in outcome) throw new Error(`the script does not run even without faults: ${outcome.lost}`);
    const { counts, files } = countCalls(trace, folder);
    for (const file of files) this.#names.add(basename(file));
    return counts;
  }

  /** Tries a case. A fault that never struck does not count as a case; see `hits`. */
  async try(one: Case, lie?: 'always'): Promise<CaseReport> {
    const { path, folder, ledger, account } = await this.#prepare(one.base, one.seed);
    const files = [...this.#names].map((name) => join(folder, name));
    const run = { ...runOf(path, one.seed, account, 'faulty'), lie };
    const outcome = await this.#workshop.runFaulty(one, run, files, join(this.#folder, 'case.trace'));
    if ('lost' in outcome) return { hits: 1, ending: 'lost', violations: [`${outcome.lost}; ${describeCase(one)}`] };
    for (const mark of outcome.marks) account.take(mark);
    const ending = outcome.marks.find(isTrouble);
    const harmed = one.kind === 'inject' && one.harmless && ending !== undefined;
    const violations = [
      ...(harmed ? [`an interruption was felt: ${ending}`] : []),
      ...(await judge(path, ledger, account)),
      ...(await this.#retry(path, one.seed, ledger, account)),
    ];
    fs.rmSync(folder, { recursive: true, force: true });
    const told = violations.map(
      (text) => `${text}; ${describeCase(one)}; it said: ${outcome.marks.filter(isTrouble).join(', ')}`,
    );
    return { hits: outcome.hits, ending: endingOf(ending), violations: told };
  }

  /** After the fault, an open works, every open commit gets its place, and no commit is in the log twice. */
  async #retry(path: string, seed: number, ledger: Ledger, account: Account): Promise<string[]> {
    const outcome = await this.#workshop.run(runOf(path, seed, account, 'retry'));
    if ('lost' in outcome) return [`after the fault: ${outcome.lost}`];
    for (const mark of outcome.marks) account.take(mark);
    const trouble = outcome.marks.filter(isTrouble).map((mark) => `after the fault: ${mark}`);
    return [...trouble, ...(await judge(path, ledger, account)), ...account.problems];
  }

  async #prepare(
    base: Base,
    seed: number,
  ): Promise<{ path: string; folder: string; ledger: Ledger; account: Account }> {
    const folder = join(this.#folder, `case-${++this.#cases}`);
    const ledger = new Ledger(seed, COMMITS);
    const account = new Account(ledger);
    if (base === 'fresh') fs.mkdirSync(folder);
    else {
      const template = await this.#template(seed, ledger);
      fs.cpSync(template, folder, { recursive: true });
      for (let number = 1; number <= COMMITS_BEFORE; number++) account.take(`acked ${number}`);
    }
    return { path: join(folder, 'log.db'), folder, ledger, account };
  }

  /** A log after a crash: another process copies it while it is open. */
  async #template(seed: number, ledger: Ledger): Promise<string> {
    const template = join(this.#folder, `template-${seed}`);
    if (fs.existsSync(template)) return template;
    const live = join(this.#folder, `live-${seed}`);
    fs.mkdirSync(live);
    const session = await Session.open({ path: join(live, 'log.db') }, { ledger, mark: () => {}, from: 1 });
    await session.carryOut({ do: 'append', commits: COMMITS_BEFORE - 1 });
    await session.carryOut({ do: 'snapshot' });
    await session.carryOut({ do: 'append', commits: 1 });
    const { status } = spawnSync('cp', ['-r', live, template]);
    await session.close();
    if (status !== 0) throw new Error('cannot copy the log');
    return template;
  }
}

function runOf(path: string, ledgerSeed: number, account: Account, script: Run['script']): Run {
  return { path, ledgerSeed, from: account.lastAcked + 1, script };
}

/** The disk works again, so the log must be readable, unless it was never created. */
async function judge(path: string, ledger: Ledger, account: Account): Promise<string[]> {
  const findings = new Findings();
  await readThrough(findings, ledger, { path });
  const { head, problems, refusals } = findings.reading;
  if (head === undefined && account.lastAcked === 0) return [...problems];
  const refused = refusals.map(({ door, code, message }) => `${door} was refused: ${code} ${message}`);
  return [...problems, ...refused, ...account.judge(head ?? 0)];
}

function isTrouble(mark: string): boolean {
  return /^(failed|refused|unknown|problem) /.test(mark);
}

/** `open LOG_LOCKED`, `append OUTCOME_UNKNOWN`, or `unfelt`. */
function endingOf(mark: string | undefined): string {
  const [word, what, code] = mark?.split(' ') ?? [];
  if (word === undefined) return 'unfelt';
  return word === 'failed' ? `${what} ${code}` : `append ${code}`;
}
