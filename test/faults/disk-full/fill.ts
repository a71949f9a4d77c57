/**
 * Fills one small disk to the last byte, and then frees space again.
 *
 * A log is written until an append finds no space. Refused commits must not be in the log, and acknowledged ones must.
 * On the full disk the log is opened again and compacted where that can free space. Once there is space, every commit
 * that was left open gets its place.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { isRefoldError } from 'refold';
import { Ledger } from '../judging/ledger.ts';
import { Findings, readThrough } from '../judging/reading.ts';
import { Account } from '../writing/account.ts';
import { Session, type Step } from '../writing/session.ts';

export interface FillOptions {
  readonly seed: number;
  readonly sizeBytes: number;
  /** The mount point of the disk. */
  readonly disk: string;
  /** How space is freed: the disk grows, or another file is deleted. */
  readonly relief: 'grow' | 'delete';
  readonly lie?: 'always' | undefined;
}

export interface FillReport {
  readonly sizeBytes: number;
  /** The commits that were acknowledged before the disk was full. */
  readonly acked: number;
  /** The first failure, such as `append LOG_FULL`. */
  readonly ending: string;
  /** The result of an open and a compaction on the full disk. */
  readonly onFullDisk: string;
  readonly violations: readonly string[];
}

/** The best result on a full disk: see `onFullDisk`. */
export const WENT_ON = 'compacted and went on';

const COMMITS = 1_500;
/** Uses part of the disk from the start. It is deleted to free space. */
const FILLER_BYTES = 4 * 1024 * 1024;
const GROWN_BYTES = 64 * 1024 * 1024;
/** Written after space was freed. */
const FURTHER_COMMITS = 20;

/** Repeated until the disk is full. */
const ROUND: readonly Step[] = [
  { do: 'append', commits: 3 },
  { do: 'together', commits: 5 },
  { do: 'snapshot' },
  { do: 'append', commits: 2 },
  { do: 'together', commits: 8 },
];

export class Fill {
  readonly #options: FillOptions;
  readonly #path: string;
  readonly #filler: string;
  readonly #ledger: Ledger;
  readonly #account: Account;
  readonly #violations: string[] = [];
  readonly #troubles: string[] = [];

  constructor(options: FillOptions) {
    this.#options = options;
    this.#path = join(options.disk, 'log.db');
    this.#filler = join(options.disk, 'filler');
    this.#ledger = new Ledger(options.seed, COMMITS);
    this.#account = new Account(this.#ledger);
  }

  async run(): Promise<FillReport> {
    const { disk, sizeBytes, relief } = this.#options;
    fs.mkdirSync(disk, { recursive: true });
    mount('-t', 'tmpfs', '-o', `size=${sizeBytes + (relief === 'delete' ? FILLER_BYTES : 0)}`, 'none', disk);
    try {
      if (relief === 'delete') fs.writeFileSync(this.#filler, Buffer.alloc(FILLER_BYTES));
      return await this.#fillAndRelieve();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  }

  async #fillAndRelieve(): Promise<FillReport> {
    await this.#writeUntilFull();
    const ending = endingOf(this.#troubles[0]);
    // On a full disk, refold may report that the disk is full, or that it cannot create the log.
    const allowed = ending.startsWith('open ') || ending.endsWith(' LOG_FULL');
    if (!allowed) this.#violations.push(`I4: a full disk ended in ${ending}, not in LOG_FULL`);
    await this.#judge('on the full disk', { mayRefuse: true });
    const acked = this.#account.lastAcked;
    const onFullDisk = await this.#compactOnFullDisk();
    if (acked > 0 && onFullDisk.startsWith('open ')) this.#violations.push(`the full disk: ${onFullDisk}`);
    await this.#judge('after compaction on the full disk', { mayRefuse: true });
    if (this.#options.relief === 'delete') fs.rmSync(this.#filler);
    else mount('-o', `remount,size=${GROWN_BYTES}`, this.#options.disk);
    await this.#goOn();
    await this.#judge('after space came back', { mayRefuse: false });
    return {
      sizeBytes: this.#options.sizeBytes,
      acked,
      ending,
      onFullDisk,
      violations: this.#told(),
    };
  }

  #told(): string[] {
    const { seed, sizeBytes, relief } = this.#options;
    const where = `disk of ${sizeBytes} bytes, relief ${relief}, ledger ${seed}`;
    return [...this.#violations, ...this.#account.problems].map((text) => `${text}; ${where}`);
  }

  async #writeUntilFull(): Promise<void> {
    const session = await this.#open('keep');
    if (session === undefined) return;
    for (let failed = false; !failed && !session.isAtEnd; ) {
      for (const step of ROUND) failed ||= !(await session.carryOut(step)) && this.#endsWriting(step);
    }
    if (session.isAtEnd) throw new Error('the disk is too large for this ledger');
    await session.close();
  }

  /** The lying writer of the control continues until a commit is refused. */
  #endsWriting({ do: what }: Step): boolean {
    return this.#options.lie === undefined || what === 'append' || what === 'together';
  }

  /** This is what the ballast is for: unneeded history can be dropped although the disk is full. */
  async #compactOnFullDisk(): Promise<string> {
    const before = this.#troubles.length;
    const session = await this.#open('discard');
    if (session === undefined) return endingOf(this.#troubles[before]);
    const compacted = await session.carryOut({ do: 'compact' });
    const appended = compacted && (await session.carryOut({ do: 'append', commits: 1 }));
    await session.close();
    if (appended) return WENT_ON;
    return endingOf(this.#troubles[before]);
  }

  async #goOn(): Promise<void> {
    const before = this.#troubles.length;
    const session = await this.#open('keep');
    if (session !== undefined) {
      await session.carryOut({ do: 'append', commits: FURTHER_COMMITS });
      await session.carryOut({ do: 'compact' });
      await session.carryOut({ do: 'append', commits: 1 });
      await session.close();
    }
    this.#violations.push(...this.#troubles.slice(before).map((mark) => `after space came back: ${mark}`));
  }

  async #open(history: 'keep' | 'discard'): Promise<Session | undefined> {
    const mark = (line: string): void => {
      this.#account.take(line);
      if (/^(failed|refused|unknown|problem) /.test(line)) this.#troubles.push(line);
    };
    const { lie } = this.#options;
    const from = this.#account.lastAcked + 1;
    try {
      return await Session.open({ path: this.#path }, { ledger: this.#ledger, mark, from, lie }, { history });
    } catch (error) {
      mark(isRefoldError(error) ? `failed open ${error.code} ${error.message}` : `problem open: ${String(error)}`);
      return undefined;
    }
  }

  async #judge(when: string, { mayRefuse }: { readonly mayRefuse: boolean }): Promise<void> {
    const findings = new Findings();
    await readThrough(findings, this.#ledger, { path: this.#path });
    const { head, problems, refusals } = findings.reading;
    this.#violations.push(...problems.map((text) => `${when}: ${text}`));
    const wasRefused = refusals.length > 0 && (mayRefuse || (head === undefined && this.#account.lastAcked === 0));
    if (wasRefused) return;
    for (const { door, code, message } of refusals) this.#violations.push(`${when}: ${door}: ${code} ${message}`);
    this.#violations.push(...this.#account.judge(head ?? 0).map((text) => `${when}: ${text}`));
  }
}

function mount(...options: string[]): void {
  const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}

function endingOf(mark: string | undefined): string {
  const [word, what, code] = mark?.split(' ') ?? [];
  if (word === undefined) return 'nothing failed';
  if (word === 'problem') return mark!;
  return word === 'failed' ? `${what} ${code}` : `append ${code}`;
}
