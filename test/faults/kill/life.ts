/**
 * The life of one log: its writer is killed repeatedly, the log is judged after each kill, and at the end it is as
 * small as one that was never killed.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'refold';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { Ledger, ledgerModel } from '../judging/ledger.ts';
import { Findings, readThrough, replayThrough } from '../judging/reading.ts';
import { Account } from '../writing/account.ts';
import { killOne } from './killer.ts';
import { BEFORE_AN_APPEND, type Kill, killAt, type Moment, planKill } from './plan.ts';

export interface LifeOptions {
  readonly seed: number;
  /** Stop after this many kills. */
  readonly kills: number;
  readonly folder: string;
  readonly cache: string;
  /** All kills but the first are aimed at this moment. */
  readonly aim?: Moment;
  /** For the negative control: the victim says `acked` before it appends, and is killed between the two. */
  readonly lie?: 'early';
}

export interface LifeReport {
  readonly kills: number;
  /** Kills during a recovery from a kill. */
  readonly doubleKills: number;
  readonly during: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

/** More commits than the longest life needs. */
const COMMITS = 500;
/** How much larger a file may be after many kills than its twin: some pages are freed only by the next compaction. */
const LARGER_BY = 1.5;
const LARGER_BYTES = 256 * 1024;

export class Life {
  readonly #options: LifeOptions;
  readonly #chance: Chance;
  readonly #ledger: Ledger;
  readonly #account: Account;
  readonly #history: 'keep' | 'discard';
  readonly #path: string;
  readonly #during = new Map<string, number>();
  readonly #violations: string[] = [];
  #kills = 0;
  #doubleKills = 0;
  #head = 0;
  #wasKilled = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#chance = chanceOf(options.seed, 1);
    this.#ledger = new Ledger(options.seed, COMMITS);
    this.#account = new Account(this.#ledger);
    this.#history = this.#chance.hit(0.5) ? 'keep' : 'discard';
    this.#path = join(options.folder, 'log.db');
  }

  /** Runs until all kills are done, something is wrong, or the ledger is completely written. */
  async run(): Promise<LifeReport> {
    fs.mkdirSync(this.#options.folder, { recursive: true });
    while (this.#kills < this.#options.kills && this.#violations.length === 0) {
      if (this.#account.lastAcked === COMMITS) break;
      await this.#cycle();
    }
    if (this.#violations.length === 0 && this.#history === 'discard') await this.#compareSize();
    fs.rmSync(this.#options.folder, { recursive: true, force: true });
    return {
      kills: this.#kills,
      doubleKills: this.#doubleKills,
      during: this.#during,
      violations: this.#violations.map((text) => `${text} (life ${this.#options.seed}, kill ${this.#kills})`),
    };
  }

  async #cycle(): Promise<void> {
    const { seed, cache, lie } = this.#options;
    const kill = lie === undefined ? this.#plan() : BEFORE_AN_APPEND;
    const options = {
      path: this.#path,
      history: this.#history,
      ledgerSeed: seed,
      commits: COMMITS,
      from: this.#account.lastAcked + 1,
      stepSeed: this.#chance.below(2 ** 31),
      kill,
      lie,
    };
    const { marks, killed, during, stderr } = await killOne(options, cache);
    for (const mark of marks) this.#account.take(mark);
    if (!killed && marks.at(-1) !== 'done')
      this.#violations.push(`the victim ended by itself: ${stderr.slice(0, 600)}`);
    this.#violations.push(
      ...this.#account.problems,
      ...marks.filter((mark) => /^(failed|refused|unknown) /.test(mark)),
    );
    if (killed) this.#count(during);
    this.#wasKilled = killed;
    await this.#judge(`${during}, ${JSON.stringify(kill)}`);
  }

  #plan(): Kill {
    const { aim } = this.#options;
    const isFirst = this.#kills === 0;
    return aim === undefined || isFirst ? planKill(this.#chance, isFirst) : killAt(this.#chance, aim);
  }

  #count(during: string): void {
    this.#kills += 1;
    if (this.#wasKilled && during === 'recovery') this.#doubleKills += 1;
    this.#during.set(during, (this.#during.get(during) ?? 0) + 1);
  }

  /** Opens the log as a reader and compares it with the ledger. */
  async #judge(what: string): Promise<void> {
    const findings = new Findings();
    await readThrough(findings, this.#ledger, { path: this.#path });
    if (this.#history === 'keep') await replayThrough(findings, this.#ledger, this.#path);
    const { head = 0, problems, refusals } = findings.reading;
    // The kill came before there was a log. That is correct if nothing was acknowledged, and the next victim can create
    // one.
    if (refusals[0]?.code === 'INVALID_OPTION' && this.#account.lastAcked === 0) return;
    const gone = head < this.#head ? [`I1: the log ended at ${this.#head} before, and ends at ${head} now`] : [];
    this.#head = head;
    const refused = refusals.map(({ door, code, message }) => `${door} was refused: ${code} ${message}`);
    const found = [...problems, ...refused, ...gone, ...this.#account.judge(head)];
    this.#violations.push(...found.map((text) => `${text}; after ${what}`));
  }

  /** I7: after compaction the log is little larger than a twin that was never killed. */
  async #compareSize(): Promise<void> {
    const killed = await compactedSize(this.#path, undefined);
    const twinPath = join(this.#options.folder, 'twin.db');
    const twin = await compactedSize(twinPath, { ledger: this.#ledger, through: this.#head });
    if (killed <= twin * LARGER_BY + LARGER_BYTES) return;
    this.#violations.push(`I7: the file has ${killed} bytes after compaction, and ${twin} when it was never killed`);
  }
}

/** The size after two snapshots and a compaction. `write` fills the log first. */
async function compactedSize(path: string, write: { ledger: Ledger; through: number } | undefined): Promise<number> {
  const store = await openStore(ledgerModel, { path, history: 'discard', durability: 'os' });
  try {
    for (const { lastSequence, events, number } of write?.ledger.commits ?? []) {
      if (lastSequence > write!.through) break;
      await store.append(events as never, { commandId: `ledger-${number}` });
    }
    await store.snapshot();
    await store.append({ type: 'NoteTaken', data: { text: 'between two snapshots' } });
    await store.snapshot();
    await store.compact();
    const { fileBytes, walBytes } = store.stats();
    return fileBytes + walBytes;
  } finally {
    await store.close();
  }
}
