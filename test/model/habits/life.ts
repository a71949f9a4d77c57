/** The life of a program: its store, its steps, and the rules for each of them. */
import { type Commit, hashState, isRefoldError, MemoryContents, openMemoryLog, openStore } from '../../../src/index.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { modelOf } from './application.ts';
import { argumentOf, clockOf, listenerOf, optionsOf } from './circumstances.ts';
import { compareReplays, compareUpcast } from './comparing.ts';
import { describe, type Findings } from './findings.ts';
import { newWorld, type Program, type Step, type World, WRITES } from './program.ts';
import { Reader } from './reader.ts';

type Write = Extract<Step, { do: 'append' | 'execute' }>;

/** What a refused write must not change. */
interface Trace {
  readonly sequence: number;
  readonly head: number;
  readonly blocks: number;
  readonly hash: string;
}

export class Life {
  readonly #findings: Findings;
  readonly #program: Program;
  readonly #contents = new MemoryContents();
  #world: World = newWorld();
  /** Undefined before the first open, and after a failure that ends a store by contract. */
  #store: any;
  readonly #reader: Reader;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#program = findings.program;
    this.#reader = new Reader(findings, this.#contents);
  }

  async live(): Promise<void> {
    if (!(await this.#open('the first open'))) return;
    for (const [index, step] of this.#program.steps.entries()) {
      this.#findings.doing = `step ${index + 1} (${step.do})`;
      await this.#carryOut(step);
      await this.#settleInner();
      if (this.#store?.failure !== undefined) this.#hasEnded(this.#store.failure);
      if (!this.#findings.isSound || this.#store === undefined) break;
      this.#reader.take(this.#store);
    }
    this.#reader.requireUnchanged();
    await this.#quieten();
    if (this.#findings.isSound) await this.#end();
    else await this.#store?.close().catch(() => {});
    if (this.#findings.isSound && this.#program.upcast !== 'none') await compareUpcast(this.#findings, this.#contents);
  }

  /** False when the model was refused. That is correct while the log is empty. */
  async #open(what: string): Promise<boolean> {
    const { fold, strict, slowOutcomes, clock } = this.#program;
    this.#findings.doing = what;
    const world = newWorld();
    this.#world = world;
    const memory = openMemoryLog({ contents: this.#contents });
    const log = slowOutcomes ? withSlowOutcomes(memory) : memory;
    try {
      const options = { log, fold, clock: clockOf(clock, world), ...(strict ? { strict } : {}) };
      this.#store = await openStore(modelOf(this.#program, world), options as never);
    } catch (error) {
      this.#store = undefined;
      if (this.#contents.head.sequence > 0) this.#findings.violation(`${what} failed: ${describe(error)}`);
      else this.#findings.refused(error);
      return false;
    }
    world.store = this.#store;
    const listener = listenerOf(this.#program.listener, world);
    if (listener !== undefined) this.#store.subscribe(listener);
    return true;
  }

  async #carryOut(step: Step): Promise<void> {
    const store = this.#store;
    switch (step.do) {
      case 'append':
      case 'execute':
        return this.#write(step);
      case 'together':
        return this.#together(step);
      case 'reopen':
        return this.#reopen();
      case 'snapshot':
        return this.#mayNotFail(async () => void (await store.snapshot()));
      case 'compact':
        return this.#mayNotFail(async () => void (await store.compact()));
      case 'events':
        return this.#mayNotFail(() => this.#reader.readAll(this.#store));
      case 'at':
        return this.#mayNotFail(() => this.#reader.lookBack(this.#store));
      default:
        return this.#mayNotFail(() => this.#reader.verify(this.#store));
    }
  }

  /** What an accepted history must allow. A store that has failed by contract reports it and ends. */
  async #mayNotFail(work: () => Promise<void>): Promise<void> {
    if (this.#store === undefined) return;
    try {
      await work();
    } catch (error) {
      if (!this.#hasEnded(error)) this.#findings.differs(`${this.#findings.doing} failed: ${describe(error)}`);
    }
  }

  async #write(step: Write): Promise<void> {
    const before = this.#trace();
    const called = this.#call(step);
    if ('threw' in called)
      return this.#findings.violation(`${this.#findings.doing} threw at once: ${describe(called.threw)}`);
    try {
      this.#accept(await called.promise, before);
    } catch (error) {
      if (!this.#findings.refused(error) || this.#mayBeHalfChanged(error)) return;
      this.#requireNoTrace(before, (error as { code: string }).code);
    }
  }

  #call(step: Write): { promise: Promise<any> } | { threw: unknown } {
    const store = this.#store;
    const id = step.commandId === undefined ? {} : { commandId: step.commandId };
    try {
      if (step.do === 'execute') return { promise: store.execute('go', step.event, id) };
      const given = step.events.map((event) => argumentOf(event, this.#world));
      const expected =
        step.expected === undefined ? {} : { expectedSequence: store.sequence - (step.expected === 'stale' ? 1 : 0) };
      const options = optionsOf(step.options, { ...id, ...expected }, this.#world);
      return { promise: store.append(given.length === 1 ? given[0] : given, options) };
    } catch (threw) {
      return { threw };
    }
  }

  #accept(answer: any, before: Trace): void {
    const findings = this.#findings;
    findings.accepted++;
    const commit: Commit | undefined = answer?.status === 'rejected' ? undefined : (answer?.commit ?? answer);
    if (commit === undefined || commit.lastSequence <= before.sequence) return;
    const end = this.#contents.head.sequence;
    if (commit.lastSequence > end)
      findings.violation(`${findings.doing} was acknowledged at ${commit.lastSequence}, and the log ends at ${end}`);
    if (this.#program.listener !== 'appends' && this.#store.sequence !== end)
      findings.violation(`${findings.doing}: the store is at ${this.#store.sequence}, and the log at ${end}`);
  }

  #trace(): Trace {
    const { head, blocks } = this.#contents;
    let hash = 'none';
    try {
      hash = hashState(this.#store.state);
    } catch (error) {
      if (this.#program.fold === 'atomic') this.#findings.differs(`the state has no hash: ${describe(error)}`);
    }
    return { sequence: this.#store.sequence, head: head.sequence, hash, blocks: blocks.length };
  }

  #requireNoTrace(before: Trace, code: string): void {
    if (this.#program.listener === 'appends') return;
    const after = this.#trace();
    for (const key of ['sequence', 'head', 'blocks', 'hash'] as const) {
      const change = `${key} ${before[key]} → ${after[key]}`;
      if (after[key] !== before[key])
        this.#findings.violation(`${this.#findings.doing} was refused (${code}) and left a trace: ${change}`);
    }
  }

  /** Calls in one turn are recorded in the order of the calls. */
  async #together({ events, ids }: Extract<Step, { do: 'together' }>): Promise<void> {
    const findings = this.#findings;
    const promises = events.map((event, index) => {
      const options = ids && index % 2 === 0 ? { commandId: `${findings.doing}-${index}` } : {};
      try {
        return this.#store.append(argumentOf(event, this.#world), options) as Promise<Commit>;
      } catch (error) {
        findings.violation(`${findings.doing} threw at once: ${describe(error)}`);
        return Promise.resolve(undefined);
      }
    });
    let last = 0;
    for (const settled of await Promise.allSettled(promises)) {
      if (settled.status === 'rejected') {
        if (findings.refused(settled.reason)) this.#hasEnded(settled.reason);
      } else if (settled.value !== undefined) {
        findings.accepted++;
        if (settled.value.firstSequence <= last) findings.violation(`${findings.doing}: calls overtook each other`);
        last = settled.value.lastSequence;
      }
    }
  }

  async #reopen(): Promise<void> {
    await this.#quieten();
    const lived = await this.#close();
    if (lived === undefined || !(await this.#open('the reopening'))) return;
    this.#findings.same(await this.#store.stateHash(), lived, 'reopening after a close');
  }

  /** Closes the store. Returns the hash of its state; undefined when the store has failed. */
  async #close(): Promise<string | undefined> {
    let hash: string | undefined;
    this.#findings.doing = 'the close';
    await this.#mayNotFail(async () => {
      await this.#store.flush();
      const lived = await this.#store.stateHash();
      await this.#store.close();
      hash = lived;
    });
    return hash;
  }

  /** Checks everything that promise 9 says about a completely written log. */
  async #end(): Promise<void> {
    const findings = this.#findings;
    findings.doing = 'reading the log';
    await this.#mayNotFail(() => this.#reader.readAll(this.#store));
    findings.doing = 'hashing the state';
    let live: string | undefined;
    await this.#mayNotFail(async () => void (live = await this.#store.stateHash()));
    if (live === undefined || this.#store === undefined) return;
    await compareReplays(findings, this.#contents, live);
    await this.#mayNotFail(() => this.#reader.project(this.#store, live));
    findings.doing = 'verify at the end';
    await this.#mayNotFail(() => this.#reader.verify(this.#store));
    await this.#settleInner();
    if ((await this.#close()) === undefined || !findings.isSound || !(await this.#open('the last open'))) return;
    findings.same(await this.#store.stateHash(), live, 'the last open');
    await this.#mayNotFail(() => this.#reader.project(this.#store, live));
    this.#world.store = undefined;
    await this.#store.close();
  }

  /** A listener that appends continues until its limit. This waits for the appends that it has begun. */
  async #quieten(): Promise<void> {
    if (this.#program.listener !== 'appends' || this.#store === undefined) return;
    this.#world.store = undefined;
    do {
      await this.#settleInner();
      await this.#mayNotFail(() => this.#store.flush());
    } while (this.#world.inner.length > 0);
  }

  /** Writes from inside application code are refused. All other calls end. */
  async #settleInner(): Promise<void> {
    const { inner, seen } = this.#world;
    for (const { call, from, answer } of inner.splice(0)) {
      const [settled] = await Promise.allSettled([answer]);
      const error = settled.status === 'rejected' ? settled.reason : undefined;
      if (error !== undefined && !isRefoldError(error))
        this.#findings.violation(`${call} from inside ${from} failed without a code: ${describe(error)}`);
      if (!WRITES.has(call) || from === 'a listener') continue;
      if (settled.status === 'fulfilled') this.#findings.violation(`${call} from inside ${from} was accepted`);
      else if (!isRefoldError(error, 'REENTRANT_WRITE' as never) && !this.#hasEnded(error))
        this.#findings.violation(`${call} from inside ${from} was refused as ${describe(error)}`);
    }
    for (const what of seen.splice(0)) this.#findings.violation(what);
  }

  /**
   * Under the direct fold a reducer that throws may leave the state partly changed, so that the store fails, by
   * contract.
   */
  #hasEnded(error: unknown): boolean {
    if (this.#program.fold !== 'direct') return false;
    if (!isRefoldError(error, 'STORE_FAILED') && !isRefoldError(error, 'STORE_CLOSED')) return false;
    this.#world.store = undefined;
    this.#store?.close().catch(() => {});
    this.#store = undefined;
    return true;
  }

  /** Whether a refused write may have changed something: the store has failed, or fails at the next call. */
  #mayBeHalfChanged(error: unknown): boolean {
    const isReducers = isRefoldError(error, 'REDUCER_FAILED') || isRefoldError(error, 'UNKNOWN_EVENT_TYPE');
    return this.#hasEnded(error) || (isReducers && this.#program.fold === 'direct');
  }
}

function withSlowOutcomes(log: LogStore): LogStore {
  return new Proxy(log, {
    get(target, key) {
      if (key === 'outcome') return async (id: string) => target.outcome(id);
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
