/** What a case of the contract works on: one log that can be opened, reopened, replaced and damaged. */

import type { LogCare } from '../log-care.ts';
import type { LogSource } from '../log-source.ts';
import type { LogStore } from '../log-store.ts';

/** One new and empty log. It may have more members, which the setup needs to damage it. */
export interface LogUnderTest {
  /** Opens the log. The case closes what it opens. */
  readonly source: LogSource;
  /** Called at the end of the case, when everything is closed. */
  dispose?(): Promise<void> | void;
}

/** Which log to check, and how to replace and damage it. */
export interface LogContractSetup<Subject extends LogUnderTest = LogUnderTest> {
  /** Makes a new and empty log, not opened yet. Called once for each case. */
  create(): Promise<Subject> | Subject;
  /** Whether the log has `care`; default true. With false a case checks that `care` is absent. */
  readonly care?: boolean;
  /** Whether `care.redaction` is there; default false. */
  readonly redaction?: boolean;
  /** Whether `care.contents` and the source's `fill` are there; default false. */
  readonly copies?: boolean;
  /** Whether a scrub removes all old bytes by itself; default true. With false it must say what keeps them. */
  readonly scrubs?: boolean;
  /** Whether `open({ readOnly: true })` gives a reader beside the writer; default true. */
  readonly readers?: boolean;
  /** Whether several writers can take turns (`open({ writers: 'many' })`); default false. */
  readonly turns?: boolean;
  /** Whether the source names its `thread`; default false, and then a case checks that `thread` is absent. */
  readonly threads?: boolean;
  /**
   * Makes another writer take the log over while the present one is open. Default: opens it a second time. Needed where
   * a lock refuses that.
   */
  replaceWriter?(subject: Subject): Promise<void>;
  /** Changes one byte of one stored chunk of a snapshot. The log is closed. Without it, no case damages a snapshot. */
  damageSnapshot?(subject: Subject, sequence: number): Promise<void> | void;
  /** Deletes one chunk of a snapshot. The log is closed. */
  loseChunk?(subject: Subject, sequence: number): Promise<void> | void;
  /** Text of an ES module that opens a new and empty log as `log`; without it, no case starts a process. */
  openInProcess?(subject: Subject): string;
  /** How many random scripts are tried; default 25. */
  readonly scripts?: number;
  /** The seed of the first random script; default another one each time. A failure names the seed of its script. */
  readonly seed?: number;
}

/** A case: its name, and what is done and checked. */
export type Check = readonly [name: string, body: (bench: Bench) => Promise<void>];

export class Bench {
  /** The log as it is open now. */
  log: LogStore;
  readonly subject: LogUnderTest;
  readonly #setup: LogContractSetup<any>;

  private constructor(setup: LogContractSetup<any>, subject: LogUnderTest, log: LogStore) {
    this.#setup = setup;
    this.subject = subject;
    this.log = log;
  }

  /** Makes a new log and becomes its writer. */
  static async open(setup: LogContractSetup<any>): Promise<Bench> {
    const subject = await setup.create();
    return new Bench(setup, subject, await openWriter(subject));
  }

  /** The log's care. Only for logs that have it. */
  get care(): LogCare {
    return this.log.care!;
  }

  /** Opens a reader beside the writer. The case closes it. */
  openReader(): Promise<LogStore> {
    return this.subject.source.open({ readOnly: true });
  }

  async reopen(): Promise<LogStore> {
    await this.log.close();
    this.log = await openWriter(this.subject);
    return this.log;
  }

  /** Checks the log as it is, and opened again. */
  async nowAndReopened(check: (log: LogStore) => Promise<void>): Promise<void> {
    await check(this.log);
    await check(await this.reopen());
  }

  /** Runs `harm` while the log is closed. */
  async harm(kind: 'damageSnapshot' | 'loseChunk', sequence: number): Promise<void> {
    await this.log.close();
    await this.#setup[kind]!(this.subject, sequence);
    this.log = await openWriter(this.subject);
  }

  /** Has another writer take over, and gives the one that was replaced; it is still open. */
  async replaceWriter(): Promise<LogStore> {
    const replaced = this.log;
    if (this.#setup.replaceWriter === undefined) this.log = await openWriter(this.subject);
    else await this.#setup.replaceWriter(this.subject);
    return replaced;
  }

  async dispose(): Promise<void> {
    await this.log.close();
    await this.subject.dispose?.();
  }

  /** Another new and empty log, not opened yet. The case disposes of it. */
  async another(): Promise<LogUnderTest> {
    return this.#setup.create();
  }

  /** Text of a module that opens another log. */
  moduleText(): string {
    return this.#setup.openInProcess!(this.subject);
  }
}

/** No case is about power cuts: no fsync per append. */
function openWriter({ source }: LogUnderTest): Promise<LogStore> {
  return source.open({ durability: 'os' });
}
