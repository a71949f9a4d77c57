/**
 * A process of a world: opens a store on the shared disk, tries to write, and closes or is killed.
 *
 * The oracle gets every answer of its store. After the process has ended, answers no longer count, as if they had
 * never arrived.
 */
import { isRefoldError, openStore, type Projection } from 'refold';
import type { CommandOutcome } from '../../../src/index.ts';
import type { Chance } from '../judging/chance.ts';
import { bank } from './bank.ts';
import type { Diary } from './diary.ts';
import type { Disk } from './disk.ts';
import { type Attempt, type Oracle, Violation } from './oracle.ts';
import type { Defect, SimLog } from './sim-log.ts';
import { virtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';
import { type BankStore, pretend, send } from './wishes.ts';

/** The deliberate defect of this world. */
export type WorldDefect = Defect | 'resolves what was refused';

/** What all processes of a world share. */
export interface Surroundings {
  readonly chance: Chance;
  readonly weather: Weather;
  readonly disk: Disk;
  readonly oracle: Oracle;
  readonly diary: Diary;
  readonly defect: WorldDefect | undefined;
}

interface Published {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

export class Process {
  readonly name: string;
  readonly log: SimLog;
  readonly world: Surroundings;
  /** The projection, after an errand has opened it. */
  projection: Projection | undefined;
  readonly #ended: (process: Process) => void;
  /** Unanswered tries, by attempt. */
  readonly #open = new Map<Attempt, number>();
  #store: BankStore | undefined;
  #published = 0;
  #isAlive = true;
  #isClosing = false;

  /**
   * Begins to open the log.
   *
   * @param ended called when it could not open the log, or has closed it
   */
  constructor(name: string, log: SimLog, world: Surroundings, ended: (process: Process) => void) {
    this.name = name;
    this.log = log;
    this.world = world;
    this.#ended = ended;
    const clock = (): number => virtualTime.now;
    openStore(bank, { log, clock, ...world.weather.options }).then(
      (store) => this.#isAlive && this.#guard(() => this.#opened(store as unknown as BankStore)),
      (error) => this.#isAlive && this.#guard(() => this.#refused('open', error)),
    );
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** The store; undefined until it is open. */
  get store(): BankStore | undefined {
    return this.#store;
  }

  /** Whether its clients may call it. */
  get isOpen(): boolean {
    return this.#isAlive && this.#store !== undefined && !this.#isClosing;
  }

  /** Whether no other process has become the writer since. */
  get isNewest(): boolean {
    return this.log.epoch === this.world.disk.written.epoch;
  }

  /** Whether its store refuses further writes, now or at the next call. */
  get hasFailed(): boolean {
    const store = this.#store!;
    try {
      store.subscribe(() => {})();
      return store.stats().queuedBytes === 0 && store.durableSequence < store.sequence;
    } catch {
      return true;
    }
  }

  try(attempt: Attempt): void {
    const { oracle, diary, defect } = this.world;
    attempt.inFlight += 1;
    this.#open.set(attempt, (this.#open.get(attempt) ?? 0) + 1);
    const sent = send(this.#store!, attempt);
    const answer = defect === 'resolves what was refused' ? pretend(sent) : sent;
    answer.then(
      (outcome) => this.#isAnswered(attempt) && this.#guard(() => this.#answered(attempt, outcome)),
      (error) => this.#isAnswered(attempt) && this.#guard(() => diary.note(oracle.refused(attempt, error))),
    );
  }

  close(): void {
    this.#isClosing = true;
    this.#store!.close().then(
      () => this.#isAlive && this.#guard(() => this.#ended(this)),
      (error) => this.#isAlive && this.#guard(() => this.#refused('close', error)),
    );
  }

  /** Ends the process. Everything that it has not sent to the disk is lost. */
  end(): void {
    this.#isAlive = false;
    for (const [attempt, tries] of this.#open) this.world.oracle.lost(attempt, tries);
  }

  /** A call other than a write. A typed error may refuse it, but it must not give a wrong result. */
  call<T>(name: string, work: Promise<T>, check: (value: T) => void): void {
    const done = (value: T): void => {
      this.world.diary.note(`${name} done`);
      check(value);
    };
    work.then(
      (value) => this.#isAlive && this.#guard(() => done(value)),
      (error) => this.#isAlive && this.#guard(() => this.#requireTyped(name, error)),
    );
  }

  #opened(store: BankStore): void {
    const { diary, oracle, disk } = this.world;
    diary.note(`${this.name} opened at ${store.sequence}`);
    this.#store = store;
    this.#published = store.sequence;
    oracle.checkState('open', store.state, store.sequence);
    if (this.isNewest && store.sequence !== disk.lastSequence)
      throw new Violation(`I1: opened at ${store.sequence}, the log ends at ${disk.lastSequence}`);
    store.subscribe((events) => this.#guard(() => this.#publish(events)));
  }

  #publish(events: readonly Published[]): void {
    if (!this.#isAlive) return;
    const { disk, oracle } = this.world;
    for (const event of events) {
      if (event.sequence !== this.#published + 1)
        throw new Violation(`I2: published ${event.sequence} after ${this.#published}`);
      if (event.sequence > disk.durable.head.sequence) throw new Violation('I1: published what is not durable');
      oracle.checkEvent(event);
      this.#published = event.sequence;
    }
  }

  /** Whether an answer has arrived. It has not if the process has ended. */
  #isAnswered(attempt: Attempt): boolean {
    if (!this.#isAlive) return false;
    const left = this.#open.get(attempt)! - 1;
    if (left === 0) this.#open.delete(attempt);
    else this.#open.set(attempt, left);
    return true;
  }

  #answered(attempt: Attempt, outcome: CommandOutcome): void {
    this.world.diary.note(outcome.status);
    this.world.oracle.answered(attempt, outcome);
    if (this.#store!.durableSequence > this.log.head().sequence)
      throw new Violation('I1: durableSequence is beyond the log');
  }

  /** A process that could not open or close has ended. */
  #refused(door: string, error: unknown): void {
    this.#requireTyped(door, error);
    this.#ended(this);
  }

  #requireTyped(door: string, error: unknown): void {
    if (error instanceof Violation) throw error;
    if (!isRefoldError(error))
      throw new Violation(`I6: ${door}: an error without a code: ${String((error as Error)?.stack)}`);
    this.world.diary.note(`${door} ${error.code}`);
    // To a replaced writer, the writes of its successor may look like damage.
    if (error.code === 'LOG_CORRUPT' && !this.world.disk.hasDamage && this.isNewest)
      throw new Violation(`I6: ${door}: damage reported in a sound log: ${error.message}`);
  }

  #guard(check: () => void): void {
    this.world.diary.guard(check);
  }
}
