/**
 * The traced process: runs its part of the script, and marks issued and acknowledged commits in a file.
 *
 * The marks are system calls like the store's own, so the trace orders them all. A commit counts as issued
 * before `append` is called, and as acknowledged after its promise resolved.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Durability, openStore } from 'refold';
import { LogThreads } from '../../../src/log/sqlite/sharing/log-threads.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { Ledger, ledgerModel, movesView, timeOfCommit } from '../judging/ledger.ts';
import type { LedgerStore } from '../judging/reading.ts';
import { LOG_NAME, MARKS_NAME } from './names.ts';
import { type Opening, planScript, type Step } from './script.ts';

export interface WorkloadOptions {
  readonly seed: number;
  /** The folder of the log; it also holds the marks. */
  readonly folder: string;
  readonly durability: Durability;
  /** The number of this process in the script. */
  readonly process: number;
}

/** Longer than the idle time before a checkpoint; under `everysec` long enough for a sync as well. */
const PAUSE_MS = { always: 150, everysec: 1_500, os: 150 } as const;

class Workload {
  readonly #options: WorkloadOptions;
  readonly #ledger: Ledger;
  readonly #marks: number;
  /** The commit that is being issued: it determines the store's clock. */
  #commit = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.seed, planScript(options.seed).commits);
    this.#marks = fs.openSync(join(options.folder, MARKS_NAME), 'a');
  }

  async run(openings: readonly Opening[]): Promise<void> {
    for (const opening of openings) await this.#open(opening);
  }

  async #open({ history, steps, end }: Opening): Promise<void> {
    this.#mark('doing open');
    const { folder, durability, seed } = this.#options;
    const path = join(folder, LOG_NAME);
    // Every third log uses the checkpoint thread, which a small log would never need. Another third shares its thread.
    const ways = [
      async () => ({ path, durability }),
      async () => ({ log: await openSqliteLog({ path, durability, checkpointFromBytes: 0 }) }),
      async () => ({ log: await openSqliteLog({ path, durability, threads: new LogThreads(1) }) }),
    ];
    const where = await ways[seed % ways.length]!();
    const store = (await openStore(ledgerModel, {
      ...where,
      history,
      clock: () => timeOfCommit(this.#commit),
    })) as unknown as LedgerStore;
    for (const step of steps) await this.#carryOut(store, step);
    this.#mark(`doing ${end}`);
    if (end === 'kill') process.kill(process.pid, 'SIGKILL');
    await store.close();
    this.#mark('flushed');
  }

  async #carryOut(store: LedgerStore, step: Step): Promise<void> {
    this.#mark(`doing ${step.do}`);
    switch (step.do) {
      case 'append':
        for (const number of step.commits) await this.#append(store, number);
        return;
      case 'together':
        await Promise.all(step.commits.map((number) => this.#append(store, number)));
        return;
      case 'snapshot':
      case 'compact':
        await store[step.do]();
        return;
      case 'flush':
        await store.flush();
        this.#mark('flushed');
        return;
      case 'project':
        await store.project(movesView);
        return;
      case 'pause':
        await sleep(PAUSE_MS[this.#options.durability]);
    }
  }

  async #append(store: LedgerStore, number: number): Promise<void> {
    this.#commit = number;
    const { events, commandId } = this.#ledger.commit(number);
    this.#mark(`issued ${number}`);
    await store.append(events, { commandId });
    this.#mark(`acked ${number}`);
  }

  #mark(text: string): void {
    fs.writeSync(this.#marks, `${text}\n`);
  }
}

const options: WorkloadOptions = JSON.parse(process.argv[2]!);
await new Workload(options).run(planScript(options.seed).processes[options.process]!);
