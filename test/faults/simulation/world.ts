/**
 * One simulated world: processes that start and end, a disk, a clock, and a scheduler that decides everything from one
 * seed.
 *
 * In each step the scheduler picks one thing that could happen now, runs it, and lets the engine run until it
 * waits again. Nothing else drives the engine: no timer, no thread, no real clock.
 */
import { type Chance, chanceOf } from '../judging/chance.ts';
import { Diary } from './diary.ts';
import { Disk } from './disk.ts';
import { ERRANDS, lookBack, readEvents, verify } from './errands.ts';
import { type Attempt, Oracle, Violation } from './oracle.ts';
import { Process, type Surroundings, type WorldDefect } from './process.ts';
import { type Fault, SimLog } from './sim-log.ts';
import { virtualTime } from './virtual-time.ts';
import { type Weather, weatherOf } from './weather.ts';

export interface WorldReport {
  /** The first invariant that did not hold. */
  readonly violation: string | undefined;
  /** A digest of everything that happened, in order. The same seed gives the same digest. */
  readonly digest: number;
  readonly steps: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Something that could happen now. */
interface Action {
  /** The weight, relative to the others. */
  readonly weight: number;
  readonly name: string;
  /** Further text for the diary. */
  readonly run: () => unknown;
}

const START = 1_700_000_000_000;

/** @param tell called with a line for everything that happens */
export async function runWorld(
  seed: number,
  defect?: WorldDefect,
  tell?: (line: string) => void,
): Promise<WorldReport> {
  return new World(seed, defect, tell).run();
}

class World implements Surroundings {
  readonly chance: Chance;
  readonly weather: Weather;
  readonly disk: Disk = new Disk();
  readonly oracle: Oracle = new Oracle(this.disk);
  readonly diary: Diary;
  readonly defect: WorldDefect | undefined;
  #processes: readonly Process[] = [];
  #started = 0;
  #isCalm = false;

  constructor(seed: number, defect: WorldDefect | undefined, tell: ((line: string) => void) | undefined) {
    this.chance = chanceOf(seed, 0x51);
    this.weather = weatherOf(this.chance);
    this.defect = defect;
    this.diary = new Diary(tell);
  }

  async run(): Promise<WorldReport> {
    virtualTime.set(START);
    const length = 60 + this.chance.below(200);
    try {
      this.#boot();
      while (this.diary.steps < length) await this.#step();
      await this.#calmDown();
    } catch (error) {
      this.diary.found(error);
    }
    for (const process of this.#processes) process.end();
    const { violation, digest, steps, counts } = this.diary;
    return { violation, digest, steps, counts };
  }

  /** The faults end: everything is answered, closed, reopened, and compared again. */
  async #calmDown(): Promise<void> {
    this.#isCalm = true;
    if (this.#processes.length === 0) this.#boot();
    for (let round = 0; round < 2; round++) {
      await this.#drain();
      if (round === 0) for (const attempt of this.oracle.attempts) this.#retryAtLast(attempt);
      await this.#drain();
      const last = this.#processes.at(-1);
      if (last?.isOpen) last.close();
      await this.#drain();
      if (this.#processes.length > 0) this.#powerCut();
      this.#boot();
    }
    await this.#drain();
    const [process] = this.#processes;
    if (process?.store === undefined) throw new Violation('I1: the log cannot be opened at the end');
    verify(process);
    readEvents(process);
    lookBack(process);
    await this.#drain();
    this.oracle.checkDisk();
    for (const attempt of this.oracle.attempts) {
      if (attempt.inFlight > 0) throw new Violation(`I4: attempt ${attempt.id} (${attempt.kind}) was never answered`);
    }
  }

  /** Asks for unknown outcomes by a retry with the same id. */
  #retryAtLast(attempt: Attempt): void {
    const process = this.#processes.at(-1);
    if (attempt.open && attempt.commandId !== undefined && process?.store !== undefined) process.try(attempt);
  }

  /** Lets the device run all pending operations. */
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
    let at = this.chance.next() * total;
    const action = actions.find(({ weight }) => (at -= weight) < 0) ?? actions.at(-1)!;
    this.diary.note(action.name);
    const more = await action.run();
    if (typeof more === 'string') this.diary.note(more);
    this.diary.step();
    await this.#turn();
  }

  /** Lets the engine run until it waits for the scheduler. */
  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.diary.violation !== undefined) throw new Violation(this.diary.violation);
  }

  #deviceActions(): Action[] {
    const actions: Action[] = [];
    for (const { log, name } of this.#processes) {
      const { requests, answers, waitingReaders } = log;
      if (requests > 0) actions.push({ weight: 4, name: `${name} perform`, run: () => this.#perform(log) });
      if (answers > 0)
        actions.push({ weight: 4, name: `${name} answer`, run: () => log.deliver(!this.weather.reordering) });
      if (waitingReaders > 0) actions.push({ weight: 5, name: `${name} read`, run: () => log.letRead() });
    }
    const isUnsynced = !this.disk.isSynced || this.#processes.some(({ log }) => log.waitingForSync);
    if (isUnsynced) actions.push({ weight: 3, name: 'sync', run: () => this.#sync() });
    return actions;
  }

  /** Only appends are sent while others wait for their sync. Every other operation begins on a synced disk. */
  #perform(log: SimLog): Promise<string> {
    if (log.nextRequest !== 'append' && this.defect !== 'acknowledges early') this.#sync();
    return log.performNext(this.#fault());
  }

  #sync(): void {
    this.disk.sync();
    for (const { log } of this.#processes) log.synced();
  }

  #fault(): Fault | undefined {
    if (this.#isCalm || !this.chance.hit(this.weather.failures)) return undefined;
    return this.chance.pick(['full', 'unknown, done', 'unknown, not done'] as const);
  }

  #clientActions(): Action[] {
    const errands = this.#processes
      .filter(({ isOpen }) => isOpen)
      .flatMap((process) =>
        ERRANDS.map(({ weight, name, run }) => ({
          weight,
          name: `${process.name} ${name}`,
          run: () => run(process),
        })),
      );
    return [{ weight: 1, name: 'time', run: () => this.#passTime() }, ...errands];
  }

  /**
   * Mostly forwards, sometimes back. Less than the week for which outcomes are kept, so that no retry comes too late.
   */
  #passTime(): void {
    virtualTime.step(this.chance.hit(0.8) ? this.chance.below(8_000) : -this.chance.below(3_600_000));
  }

  /** Events for all processes. A failed store is closed and opened again, as its hint says. */
  #faultActions(): Action[] {
    const { powerCuts, kills, usurpers, damage } = this.weather;
    const living = this.#processes;
    const failed = living.filter((process) => process.isOpen && process.hasFailed);
    return [
      { weight: powerCuts, name: 'power cut', run: () => this.#powerCut() },
      ...living.map((process) => ({ weight: kills, name: `kill ${process.name}`, run: () => this.#end(process) })),
      ...failed.map((process) => ({ weight: 6, name: `${process.name} close`, run: () => process.close() })),
      ...(living.length === 0 ? [{ weight: 10, name: 'boot', run: () => this.#boot() }] : []),
      ...(living.length === 1 ? [{ weight: usurpers, name: 'usurp', run: () => this.#boot() }] : []),
      ...(living.length === 0 ? [{ weight: damage, name: 'damage', run: () => this.#damage() }] : []),
    ];
  }

  #damage(): string {
    return String(this.disk.damageNewestSnapshot(this.chance));
  }

  #powerCut(): void {
    for (const process of this.#processes) this.#end(process);
    this.disk.cutPower(this.chance);
    this.oracle.forget();
    this.oracle.checkDisk();
  }

  #end(process: Process): void {
    process.end();
    this.#processes = this.#processes.filter((other) => other !== process);
    this.oracle.checkDisk();
  }

  #boot(): void {
    const defect = this.defect === 'resolves what was refused' ? undefined : this.defect;
    const log = new SimLog(this.disk, this.chance, defect);
    if (defect !== 'acknowledges early') this.#sync();
    const process = new Process(`p${++this.#started}`, log, this, (ended) => this.#end(ended));
    this.#processes = [...this.#processes, process];
  }
}
