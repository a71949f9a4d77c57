/**
 * The witness of a log on another machine: a file beside the process that remembers the last acknowledged head.
 *
 * A log on a server may lose its end while no process runs that knows it: after a failover to a standby that was behind, or when a
 * backup was restored. The witness notices that at the next opening, which it refuses.
 */
import fs from 'node:fs';
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { LogHead } from '../log-store.ts';
import {
  isWitness,
  lostSince,
  makeOrOpen,
  type Testimony,
  testimoniesIn,
  type Witnessed,
  WitnessFile,
} from './witness-file.ts';

/** A log as it is found when it is opened. */
export interface FoundLog extends Witnessed {
  /** Names the log in messages. */
  readonly path: string;
  readonly id: string;
}

export interface WitnessOptions {
  /** Names the log in messages. */
  readonly path: string;
  /** Open a log that has lost its end as well. */
  readonly acceptsLoss: boolean;
  /** Only a writer changes the witness. */
  readonly isWriter: boolean;
}

/** The chain of the log at a sequence; undefined where it cannot be known any more. */
export type ChainAt = (sequence: number) => Promise<string | undefined>;

export class LogWitness {
  readonly #file: string;
  readonly #acceptsLoss: boolean;
  readonly #newest: Testimony | undefined;
  #writer: WitnessFile | undefined;

  /**
   * Reads what the witness says. To be called before the head of the log is read: both may be moving, the log first.
   *
   * @throws RefoldError `INVALID_OPTION` when the file cannot be used
   */
  static read(file: string, { path, acceptsLoss, isWriter }: WitnessOptions): LogWitness {
    requireUsable(file, path, isWriter);
    return new LogWitness(file, acceptsLoss, testimoniesIn(file)[0]);
  }

  private constructor(file: string, acceptsLoss: boolean, newest: Testimony | undefined) {
    this.#file = file;
    this.#acceptsLoss = acceptsLoss;
    this.#newest = newest;
  }

  /**
   * Refuses a log that has lost what was acknowledged, and another log, unless loss is accepted.
   *
   * @throws RefoldError `LOG_CORRUPT` with the first lost sequence
   */
  async require(log: FoundLog, chainAt: ChainAt): Promise<void> {
    const problem = await this.#problemOf(log, chainAt);
    if (problem === undefined || this.#acceptsLoss) return;
    const message = `Cannot open ${log.path}: events from ${grouped(problem.sequence)} on are lost: ${problem.why}`;
    throw new RefoldError('LOG_CORRUPT', message, {
      path: log.path,
      sequence: problem.sequence,
      hint: `Look for the lost events on the server that had them. To go on without them, open the log with acceptLoss: true; the witness is ${this.#file}`,
    });
  }

  /** The writer begins: from now on the witness is that of this log. */
  async begin(log: FoundLog, chainAt: ChainAt): Promise<void> {
    // What is lost must not be asked for again at the next opening, and a later epoch would hide what is noted now.
    const isOver = (await this.#problemOf(log, chainAt)) !== undefined || log.epoch < (this.#newest?.epoch ?? 0);
    if (isOver) fs.rmSync(this.#file, { force: true });
    this.#writer = WitnessFile.open(this.#file, log.id, log.epoch);
    this.note(log.head);
  }

  /** Notes that the log was acknowledged up to this head. */
  note(head: LogHead): void {
    this.#writer?.note(head);
  }

  close(): void {
    this.#writer?.close();
  }

  async #problemOf(log: FoundLog, chainAt: ChainAt): Promise<ReturnType<typeof lostSince>> {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    if (newest.logId !== log.id) {
      if (newest.sequence === 0) return undefined;
      return { sequence: 1, why: `the witness is that of another log, which had ${grouped(newest.sequence)} events` };
    }
    const chain = newest.sequence < log.head.sequence ? await chainAt(newest.sequence) : undefined;
    return lostSince({ head: log.head, epoch: newest.epoch }, newest, () => chain); // a lost epoch is not a lost event
  }
}

/** @throws RefoldError `INVALID_OPTION` */
function requireUsable(file: string, path: string, isWriter: boolean): void {
  let descriptor: number | undefined;
  try {
    if (!isWriter && !fs.existsSync(file)) return;
    descriptor = isWriter ? makeOrOpen(file) : fs.openSync(file, 'r');
    if (!isWitness(descriptor)) throw new Error('it is a file of something else');
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', `Cannot use ${file} as the witness of ${path}: ${messageOf(cause)}`, {
      path,
      type: 'witness',
      hint: 'Give a file that this process may make and write',
      cause,
    });
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
