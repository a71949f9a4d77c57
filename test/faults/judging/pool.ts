/**
 * Child processes that judge cases: they open the files after a fault and report what they find.
 *
 * A judge that dies or hangs is a finding, too: its current case is reported, and another judge
 * replaces it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A judge's answer to a case, or what happened to the judge. */
export type Answer<Result> = { readonly result: Result } | { readonly lost: string };

interface Waiting {
  readonly job: unknown;
  readonly resolve: (answer: Answer<never>) => void;
}

interface Judge {
  readonly process: ChildProcess;
  readonly jobs: Waiting[];
  done: number;
  lastAnswerAt: number;
}

/** The number of cases sent ahead, so that a judge never waits for its next case. */
const JOBS_AT_ONCE = 3;
/** A judge is replaced after this many cases, because re-imported modules use more and more memory. */
const CASES_PER_JUDGE = 1_500;
/** A judge without an answer for this long hangs. Two loaded cores are slow. */
const PATIENCE_MS = 20_000;

export class JudgePool<Job, Result> {
  readonly #module: string;
  readonly #argument: string;
  readonly #judges: Judge[] = [];
  readonly #size: number;
  readonly #roomWaiters: (() => void)[] = [];
  readonly #watch: NodeJS.Timeout;

  /**
   * @param module the judge's module, which calls `judgeCases`
   * @param setting the JSON that all its cases share
   */
  constructor(module: URL, setting: unknown, size = 2) {
    this.#module = fileURLToPath(module);
    this.#argument = JSON.stringify(setting);
    this.#size = size;
    this.#watch = setInterval(() => this.#killHanging(), 1_000);
  }

  /** Sends a case to a judge. Resolves with the answer. */
  judge(job: Job): Promise<Answer<Result>> {
    return new Promise((resolve) => this.#give({ job, resolve: resolve as Waiting['resolve'] }));
  }

  /** Resolves when a judge has room for another case. */
  async room(): Promise<void> {
    while (this.#judges.length >= this.#size && this.#judges.every(({ jobs }) => jobs.length >= JOBS_AT_ONCE)) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  close(): void {
    clearInterval(this.#watch);
    for (const { process } of this.#judges) process.disconnect();
    this.#judges.length = 0;
  }

  #give(waiting: Waiting): void {
    const judge = this.#judges.length < this.#size ? this.#start() : this.#idlest();
    if (judge.jobs.length === 0) judge.lastAnswerAt = Date.now();
    judge.jobs.push(waiting);
    judge.process.send(waiting.job as object);
  }

  #idlest(): Judge {
    return this.#judges.reduce((best, judge) => (judge.jobs.length < best.jobs.length ? judge : best));
  }

  #start(): Judge {
    const process = fork(this.#module, [this.#argument], {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const judge: Judge = { process, jobs: [], done: 0, lastAnswerAt: Date.now() };
    process.on('message', (result) => this.#answered(judge, { result: result as never }));
    process.on('exit', (code, signal) => this.#lose(judge, `the judge ended with ${signal ?? `code ${code}`}`));
    this.#judges.push(judge);
    return judge;
  }

  #answered(judge: Judge, answer: Answer<never>): void {
    judge.lastAnswerAt = Date.now();
    judge.done += 1;
    judge.jobs.shift()?.resolve(answer);
    if (judge.done >= CASES_PER_JUDGE) this.#retire(judge);
    for (const resume of this.#roomWaiters.splice(0)) resume();
  }

  /** Lets a judge finish its cases, and sends it no more. */
  #retire(judge: Judge): void {
    const place = this.#judges.indexOf(judge);
    if (place >= 0) this.#judges.splice(place, 1);
    if (judge.jobs.length === 0 && judge.process.connected) judge.process.disconnect();
  }

  /** The judge died of its first case. The other cases are sent to another judge. */
  #lose(judge: Judge, why: string): void {
    this.#retire(judge);
    const [first, ...others] = judge.jobs.splice(0);
    first?.resolve({ lost: why });
    for (const waiting of others) this.#give(waiting);
    for (const resume of this.#roomWaiters.splice(0)) resume();
  }

  #killHanging(): void {
    const tooLate = Date.now() - PATIENCE_MS;
    for (const judge of this.#judges) {
      if (judge.jobs.length > 0 && judge.lastAnswerAt < tooLate) judge.process.kill('SIGKILL');
    }
  }
}

/** Runs in the judge: answers the cases one after the other. The setting is the only command-line argument. */
export function judgeCases<Setting, Job, Result>(prepare: (setting: Setting) => (job: Job) => Promise<Result>): void {
  const judgeOne = prepare(JSON.parse(process.argv[2]!) as Setting);
  let work: Promise<void> = Promise.resolve();
  process.on('message', (job) => {
    work = work.then(async () => void process.send!(await judgeOne(job as Job)));
  });
  process.on('disconnect', () => process.exit());
}
