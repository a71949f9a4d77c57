/**
 * One simulated world: processes that come and go, a disk, a clock, and a scheduler that decides everything by one seed.
 *
 * In each step the scheduler picks one thing that could happen now, lets it happen, and lets the engine run until it waits
 * again. Nothing else drives the engine: no timer, no thread, no real clock.
 */
import { isRefoldError, openStore, type Projection, type Store } from 'refold';
import type { CommandOutcome } from '../../../src/index.ts';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { type BankState, bank, perAccount } from './bank.ts';
import { Disk } from './disk.ts';
import { type Attempt, Oracle, Violation } from './oracle.ts';
import { type Defect, type Fault, SimLog } from './sim-log.ts';
import { virtualTime } from './virtual-time.ts';

type BankStore = Store<BankState, typeof bank.events>;

/** What is broken on purpose in this world. */
export type WorldDefect = Defect | 'resolves what was refused';

export interface WorldReport {
  /** The first invariant that did not hold. */
  readonly violation: string | undefined;
  /** Of everything that happened, in order: the same seed gives the same. */
  readonly digest: number;
  readonly steps: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Process {
  readonly name: string;
  readonly log: SimLog;
  readonly open: Map<Attempt, number>;
  store: BankStore | undefined;
  projection: Projection | undefined;
  alive: boolean;
  closing: boolean;
  published: number;
}

/** What can go wrong in this world: each world has its own mixture. */
interface Weather {
  readonly failures: number;
  readonly powerCuts: number;
  readonly kills: number;
  readonly usurpers: number;
  readonly damage: number;
  readonly reordering: boolean;
  readonly fat: boolean;
  readonly options: { fold: 'atomic' | 'direct'; recoverWithin: number; history: any; save: any };
}

const START = 1_700_000_000_000;
const ACCOUNTS = ['ada', 'björn', 'chloé', '直子'];

export async function runWorld(
  seed: number,
  defect?: WorldDefect,
  tell?: (line: string) => void,
): Promise<WorldReport> {
  const world = new World(seed, defect, tell);
  return world.run();
}

class World {
  readonly #chance: Chance;
  readonly #defect: WorldDefect | undefined;
  readonly #tell: ((line: string) => void) | undefined;
  readonly #weather: Weather;
  readonly #disk = new Disk();
  readonly #oracle = new Oracle(this.#disk);
  readonly #counts: Record<string, number> = {};
  #processes: Process[] = [];
  #started = 0;
  #violation: string | undefined;
  #digest = 17;
  #steps = 0;
  #calm = false;

  constructor(seed: number, defect: WorldDefect | undefined, tell: ((line: string) => void) | undefined) {
    this.#chance = chanceOf(seed, 0x51);
    this.#defect = defect;
    this.#tell = tell;
    this.#weather = weatherOf(this.#chance);
  }

  async run(): Promise<WorldReport> {
    virtualTime.set(START);
    const length = 60 + this.#chance.below(200);
    try {
      this.#boot();
      while (this.#steps < length) await this.#step();
      await this.#settle();
    } catch (error) {
      this.#found(error);
    }
    for (const process of this.#processes) process.alive = false;
    return { violation: this.#violation, digest: this.#digest, steps: this.#steps, counts: this.#counts };
  }

  /** The weather clears: everything is answered, closed, reopened, and compared once more. */
  async #settle(): Promise<void> {
    this.#calm = true;
    if (this.#processes.length === 0) this.#boot();
    for (let round = 0; round < 2; round++) {
      await this.#drain();
      if (round === 0) for (const attempt of this.#oracle.attempts) this.#retryAtLast(attempt);
      await this.#drain();
      const last = this.#processes.at(-1);
      if (last?.store !== undefined && !last.closing) this.#close(last);
      await this.#drain();
      if (this.#processes.length > 0) this.#powerCut();
      this.#boot();
    }
    await this.#drain();
    const [process] = this.#processes;
    if (process?.store === undefined) throw new Violation('I1: the log cannot be opened at the end');
    this.#verify(process);
    this.#events(process);
    this.#at(process);
    await this.#drain();
    this.#oracle.checkDisk();
    for (const attempt of this.#oracle.attempts) {
      if (attempt.inFlight > 0) throw new Violation(`I4: attempt ${attempt.id} (${attempt.kind}) was never answered`);
    }
  }

  /** Unknown outcomes are settled by a retry with the same id. */
  #retryAtLast(attempt: Attempt): void {
    const process = this.#processes.at(-1);
    if (attempt.open && attempt.commandId !== undefined && process?.store !== undefined) this.#try(process, attempt);
  }

  async #drain(): Promise<void> {
    for (let idle = 0; idle < 3; ) {
      const device = this.#deviceActions();
      if (device.length === 0) {
        idle += 1;
        await this.#turn();
      } else {
        idle = 0;
        await this.#do(device);
      }
    }
  }

  async #step(): Promise<void> {
    await this.#do([...this.#deviceActions(), ...this.#clientActions(), ...this.#faultActions()]);
  }

  async #do(actions: readonly Action[]): Promise<void> {
    const total = actions.reduce((sum, { weight }) => sum + weight, 0);
    let at = this.#chance.next() * total;
    const action = actions.find(({ weight }) => (at -= weight) < 0) ?? actions.at(-1)!;
    this.#note(action.name);
    const more = await action.run();
    if (typeof more === 'string') this.#note(more);
    this.#steps += 1;
    await this.#turn();
  }

  /** Lets the engine run until it waits for the scheduler. */
  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#violation !== undefined) throw new Violation(this.#violation);
  }

  // What the device may do.

  #deviceActions(): Action[] {
    const actions: Action[] = [];
    for (const { log, alive, name } of this.#processes) {
      if (!alive) continue;
      const { requests, answers, waitingReaders } = log;
      if (requests > 0) actions.push({ weight: 4, name: `${name} perform`, run: () => this.#perform(log) });
      if (answers > 0)
        actions.push({ weight: 4, name: `${name} answer`, run: () => log.deliver(!this.#weather.reordering) });
      if (waitingReaders > 0) actions.push({ weight: 5, name: `${name} read`, run: () => log.letRead() });
    }
    const unsynced = !this.#disk.isSynced || this.#processes.some(({ log, alive }) => alive && log.waitingForSync);
    if (unsynced) actions.push({ weight: 3, name: 'sync', run: () => this.#sync() });
    return actions;
  }

  /** Only appends are sent while others wait for their sync; whatever else is done begins on a synced disk. */
  #perform(log: SimLog): Promise<string> {
    if (log.nextRequest !== 'append' && this.#defect !== 'acknowledges early') this.#sync();
    return log.performNext(this.#fault());
  }

  #sync(): void {
    this.#disk.sync();
    for (const { log } of this.#processes) log.synced();
  }

  #fault(): Fault | undefined {
    if (this.#calm || !this.#chance.hit(this.#weather.failures)) return undefined;
    return this.#chance.pick(['full', 'unknown, done', 'unknown, not done'] as const);
  }

  // What clients may do.

  #clientActions(): Action[] {
    const actions: Action[] = [{ weight: 1, name: 'time', run: () => this.#passTime() }];
    for (const process of this.#processes) {
      if (!process.alive || process.store === undefined || process.closing) continue;
      const act = (weight: number, name: string, run: () => void): void =>
        void actions.push({ weight, name: `${process.name} ${name}`, run });
      act(6, 'attempt', () => this.#attempt(process));
      act(2, 'retry', () => this.#retry(process));
      act(0.6, 'snapshot', () => this.#snapshot(process));
      act(0.6, 'compact', () => this.#compact(process));
      act(0.5, 'project', () => this.#project(process));
      act(0.6, 'at', () => this.#at(process));
      act(0.4, 'events', () => this.#events(process));
      act(0.3, 'follow', () => this.#follow(process));
      act(0.2, 'verify', () => this.#verify(process));
      act(0.3, 'close', () => this.#close(process));
    }
    return actions;
  }

  #passTime(): void {
    // Forwards mostly, sometimes back; less than the outcomes' week, so that no retry outlives its memory.
    virtualTime.step(this.#chance.hit(0.8) ? this.#chance.below(8_000) : -this.#chance.below(3_600_000));
  }

  #attempt(process: Process): void {
    const kind = this.#chance.hit(0.04)
      ? 'spoilt'
      : this.#chance.hit(0.04)
        ? 'invalid'
        : this.#chance.hit(0.5)
          ? 'withdraw'
          : 'deposit';
    const fat = this.#weather.fat && this.#chance.hit(0.6);
    const wish = {
      kind,
      size: 1 + this.#chance.below(3),
      account: this.#chance.pick(ACCOUNTS),
      cents: 1 + this.#chance.below(kind === 'deposit' ? 900 : 500),
      memo: fat ? 'm'.repeat(140_000) : `memo ${this.#chance.below(1_000)}`,
    } as const;
    this.#try(process, this.#oracle.attempt(wish, this.#chance.hit(0.6)));
  }

  #retry(process: Process): void {
    const candidates = this.#oracle.attempts.filter(({ commandId }) => commandId !== undefined);
    if (candidates.length > 0) this.#try(process, this.#chance.pick(candidates));
  }

  #try(process: Process, attempt: Attempt): void {
    const { store, open } = process;
    attempt.inFlight += 1;
    open.set(attempt, (open.get(attempt) ?? 0) + 1);
    const promise =
      this.#defect === 'resolves what was refused' ? pretend(send(store!, attempt)) : send(store!, attempt);
    const answered = (): boolean => {
      if (!process.alive) return false;
      const left = open.get(attempt)! - 1;
      if (left === 0) open.delete(attempt);
      else open.set(attempt, left);
      return true;
    };
    promise.then(
      (outcome) => answered() && this.#guard(() => this.#answered(process, attempt, outcome)),
      (error) => answered() && this.#guard(() => this.#note(this.#oracle.refused(attempt, error))),
    );
  }

  #answered({ store, log }: Process, attempt: Attempt, outcome: CommandOutcome): void {
    this.#note(outcome.status);
    this.#oracle.answered(attempt, outcome);
    if (store!.durableSequence > log.head().sequence) throw new Violation('I1: durableSequence is beyond the log');
  }

  #snapshot(process: Process): void {
    this.#call(process, 'snapshot', process.store!.snapshot(), ({ sequence, stateHash }) =>
      this.#oracle.checkState('snapshot', stateHash, sequence),
    );
  }

  #compact(process: Process): void {
    this.#call(process, 'compact', process.store!.compact({ dryRun: this.#chance.hit(0.1) }), () => {});
  }

  #project(process: Process): void {
    const { projection } = process;
    const compare = (view: Projection): void => this.#oracle.checkView('projection', view.state, view.sequence);
    if (projection !== undefined) this.#call(process, 'catch up', projection.catchUp(), () => compare(projection));
    else
      this.#call(process, 'project', process.store!.project(perAccount as never), (view) => {
        process.projection = view;
        compare(view);
      });
  }

  #at(process: Process): void {
    const first = process.log.firstSequence();
    const sequence = Math.min(
      first - 1 + this.#chance.below(process.log.head().sequence - first + 2),
      process.log.head().sequence,
    );
    this.#call(process, 'at', process.store!.at({ sequence }), (past) => {
      if (past.sequence !== sequence) throw new Violation(`I5: at ${sequence} gave ${past.sequence}`);
      this.#oracle.checkState('at', past.state, sequence);
    });
  }

  #events(process: Process): void {
    const { store } = process;
    const readAll = async (): Promise<void> => {
      let next: number | undefined;
      for await (const event of store!.events()) {
        if (!process.alive) return;
        if (next !== undefined && event.sequence !== next)
          throw new Violation(`I2: ${event.sequence} where ${next} should be`);
        this.#oracle.checkEvent(event);
        next = event.sequence + 1;
      }
    };
    this.#call(process, 'events', readAll(), () => {});
  }

  #follow(process: Process): void {
    const { store, log } = process;
    const read = async (): Promise<void> => {
      let next = log.firstSequence();
      for await (const event of store!.follow({ from: next })) {
        if (!process.alive) return;
        if (event.sequence !== next) throw new Violation(`I2: follow gave ${event.sequence} where ${next} should be`);
        if (event.sequence > this.#disk.durable.head.sequence)
          throw new Violation('I1: follow gave what is not durable');
        this.#oracle.checkEvent(event);
        next += 1;
      }
    };
    this.#call(process, 'follow', read(), () => {});
  }

  #verify(process: Process): void {
    if (this.#disk.hasDamage || !this.#isNewest(process)) return;
    this.#call(process, 'verify', process.store!.verify(), (report) => {
      if (!report.ok && !this.#disk.hasDamage && this.#isNewest(process))
        throw new Violation(`I5: verify found ${JSON.stringify(report.problems)}`);
    });
  }

  #close(process: Process): void {
    process.closing = true;
    const gone = (): void => this.#end(process);
    process.store!.close().then(
      () => process.alive && this.#guard(gone),
      (error) => process.alive && this.#guard(() => this.#refused(process, 'close', error)),
    );
  }

  /** A call beside the writing. It may be refused by a typed error; it must not give something wrong. */
  #call<T>(process: Process, name: string, work: Promise<T>, check: (value: T) => void): void {
    work.then(
      (value) => process.alive && this.#guard(() => this.#done(name, () => check(value))),
      (error) => process.alive && this.#guard(() => this.#requireTyped(process, name, error)),
    );
  }

  #done(name: string, check: () => void): void {
    this.#note(`${name} done`);
    check();
  }

  /** A process that could not open or close is no more. */
  #refused(process: Process, door: string, error: unknown): void {
    this.#requireTyped(process, door, error);
    this.#end(process);
  }

  #requireTyped(process: Process, door: string, error: unknown): void {
    if (error instanceof Violation) throw error;
    if (!isRefoldError(error))
      throw new Violation(`I6: ${door}: an error without a code: ${String((error as Error)?.stack)}`);
    this.#note(`${door} ${error.code}`);
    // What another writer does meanwhile may look like damage to one that it replaced.
    if (error.code === 'LOG_CORRUPT' && !this.#disk.hasDamage && this.#isNewest(process))
      throw new Violation(`I6: ${door}: damage where there is none: ${error.message}`);
  }

  // What may befall everybody.

  #faultActions(): Action[] {
    const { powerCuts, kills, usurpers, damage } = this.#weather;
    const living = this.#processes.filter(({ alive }) => alive);
    const actions: Action[] = [{ weight: powerCuts, name: 'power cut', run: () => this.#powerCut() }];
    for (const process of living)
      actions.push({ weight: kills, name: `kill ${process.name}`, run: () => this.#end(process) });
    for (const process of living) {
      // A store that has failed is closed and opened anew, as its hint says.
      if (process.store !== undefined && !process.closing && this.#isFailed(process))
        actions.push({ weight: 6, name: `${process.name} close`, run: () => this.#close(process) });
    }
    if (living.length === 0) actions.push({ weight: 10, name: 'boot', run: () => this.#boot() });
    if (living.length === 1) actions.push({ weight: usurpers, name: 'usurp', run: () => this.#boot() });
    if (living.length === 0) {
      actions.push({
        weight: damage,
        name: 'damage',
        run: () => String(this.#disk.damageNewestSnapshot(this.#chance)),
      });
    }
    return actions;
  }

  #isFailed({ store }: Process): boolean {
    try {
      store!.subscribe(() => {})();
      return (store as any).stats().queuedBytes === 0 && store!.durableSequence < store!.sequence;
    } catch {
      return true;
    }
  }

  #isNewest({ log }: Process): boolean {
    return log.epoch === this.#disk.written.epoch;
  }

  #powerCut(): void {
    for (const process of this.#processes.slice()) this.#end(process);
    this.#disk.cutPower(this.#chance);
    this.#oracle.forget();
    this.#oracle.checkDisk();
  }

  /** The process is gone, and what it had not handed to the disk with it. */
  #end(process: Process): void {
    process.alive = false;
    this.#processes = this.#processes.filter((other) => other !== process);
    for (const [attempt, tries] of process.open) this.#oracle.lost(attempt, tries);
    this.#oracle.checkDisk();
  }

  #boot(): void {
    const defect = this.#defect === 'resolves what was refused' ? undefined : this.#defect;
    const log = new SimLog(this.#disk, this.#chance, defect);
    if (defect !== 'acknowledges early') this.#sync();
    const name = `p${++this.#started}`;
    const process: Process = {
      name,
      log,
      open: new Map(),
      store: undefined,
      projection: undefined,
      alive: true,
      closing: false,
      published: 0,
    };
    this.#processes.push(process);
    const clock = (): number => virtualTime.now;
    openStore(bank, { log, clock, ...this.#weather.options }).then(
      (store) => process.alive && this.#guard(() => this.#opened(process, store as unknown as BankStore)),
      (error) => process.alive && this.#guard(() => this.#refused(process, 'open', error)),
    );
  }

  #opened(process: Process, store: BankStore): void {
    this.#note(`${process.name} opened at ${store.sequence}`);
    process.store = store;
    process.published = store.sequence;
    this.#oracle.checkState('open', store.state, store.sequence);
    if (this.#isNewest(process) && store.sequence !== this.#disk.lastSequence)
      throw new Violation(`I1: opened at ${store.sequence}, the log ends at ${this.#disk.lastSequence}`);
    store.subscribe((events) => this.#guard(() => this.#published(process, events)));
  }

  #published(
    process: Process,
    events: readonly { sequence: number; recordedAt: number; type: string; version: number; data: unknown }[],
  ): void {
    if (!process.alive) return;
    for (const event of events) {
      if (event.sequence !== process.published + 1)
        throw new Violation(`I2: published ${event.sequence} after ${process.published}`);
      if (event.sequence > this.#disk.durable.head.sequence) throw new Violation('I1: published what is not durable');
      this.#oracle.checkEvent(event);
      process.published = event.sequence;
    }
  }

  #note(text: string): void {
    const kind = KINDS.get(text) ?? kindOf(text);
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    for (let index = 0; index < text.length; index++)
      this.#digest = (Math.imul(this.#digest, 31) + text.charCodeAt(index)) | 0;
    this.#tell?.(`${this.#steps} ${text}`);
  }

  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#found(error);
    }
  }

  #found(error: unknown): void {
    this.#violation ??=
      error instanceof Violation ? error.message : `the harness failed: ${(error as Error)?.stack ?? error}`;
  }
}

/** What happened, without who and where. */
const KINDS = new Map<string, string>();

function kindOf(text: string): string {
  const kind = text
    .replace(/p\d+ ?/, '')
    .replace(/ at \d+$/, '')
    .trim();
  if (KINDS.size < 10_000) KINDS.set(text, kind);
  return kind;
}

interface Action {
  readonly weight: number;
  readonly name: string;
  /** What more there is to note. */
  readonly run: () => unknown;
}

function weatherOf(chance: Chance): Weather {
  const some = (probability: number, amount: number): number => (chance.hit(probability) ? amount * chance.next() : 0);
  return {
    failures: some(0.5, 0.08),
    powerCuts: some(0.8, 0.8),
    kills: some(0.6, 0.5),
    usurpers: some(0.4, 0.6),
    damage: some(0.4, 20),
    reordering: chance.hit(0.5),
    fat: chance.hit(0.015),
    options: {
      fold: chance.hit(0.75) ? 'atomic' : 'direct',
      recoverWithin: chance.pick([1_000, 1_000, 0.05, 0.2]),
      history: chance.pick(['keep', 'keep', 'discard', { maxEvents: 5 }, { maxEvents: 20 }]),
      save: chance.pick([[], [{ seconds: 3, changes: 4 }]]),
    },
  };
}

function send(store: BankStore, { kind, commandId, id, size, account, cents, memo }: Attempt): Promise<CommandOutcome> {
  const options = { commandId };
  if (kind === 'withdraw') {
    return (store as Store<any, any, any>).execute('withdraw', { attempt: id, size, account, cents }, options);
  }
  const events = Array.from({ length: size }, (_, index) => {
    const last = index === size - 1;
    if (kind === 'spoilt' && last) return { type: 'Spoilt', data: { attempt: id, index, size } };
    const amount = kind === 'invalid' && last ? 'much' : cents;
    return { type: 'Deposited', data: { attempt: id, index, size, account, cents: amount, memo } };
  });
  return store.append(events as never, options).then((commit) => ({ status: 'accepted', commit }));
}

/** The second negative control: an error becomes a success. */
function pretend(work: Promise<CommandOutcome>): Promise<CommandOutcome> {
  return work.catch(() => ({ status: 'accepted', commit: { firstSequence: 1, lastSequence: 1, recordedAt: START } }));
}
