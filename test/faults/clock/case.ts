/**
 * One case: a clock is set forwards and back by up to ten years while a store is in use.
 *
 * The oracle keeps its own list of the appended events and the clock's time at each append. From this list alone it
 * knows the time that each event must have, and the state at any time. Save rules count the machine's time: the steps of
 * the clock neither make one fire nor keep it from firing.
 */
import { hashState, type LogStore, openStore, type SaveRule } from 'refold';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { ledgerModel } from '../judging/ledger.ts';

export const YEAR_MS: number = 365.25 * 86_400_000;
const START = 1_800_000_000_000;
const COMMITS = 60;
/** A save rule that does not fire while the case runs, however far the clock leaps. */
const RULE: SaveRule = { seconds: 3_600, changes: 2 };
/** One that fires at once. */
const QUICK_RULE: SaveRule = { seconds: 0.001, changes: 2 };

export interface ClockCase {
  readonly seed: number;
  /** The log: a file, or a special log of the test. */
  readonly at: { readonly path: string } | { readonly log: (clock: () => number) => LogStore };
  /** A negative control: another save rule. */
  readonly rule?: SaveRule;
  /** Sets the real clock, if it can be set, and gives its time once it is set. The store then uses the real clock. */
  readonly setClock?: (now: number) => number;
}

export interface ClockReport {
  readonly problems: readonly string[];
  readonly steps: number;
  readonly snapshots: number;
}

interface Told {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly data: { readonly text: string };
}

export async function runClockCase(options: ClockCase): Promise<ClockReport> {
  return new CaseRun(options).run();
}

class CaseRun {
  readonly #options: ClockCase;
  readonly #chance: Chance;
  readonly #problems: string[] = [];
  readonly #told: Told[] = [];
  readonly #outcomes = new Map<string, string>();
  #now = START;
  #steps = 0;
  /** How many snapshots there may be: those of opens and closes. */
  #mayFire = 1;
  #snapshots = 0;

  constructor(options: ClockCase) {
    this.#options = options;
    this.#chance = chanceOf(options.seed, 0xc10c);
  }

  async run(): Promise<ClockReport> {
    let store = await this.#open();
    for (let number = 1; number <= COMMITS; number++) {
      this.#setClock();
      const before = store.stats().snapshotSequence;
      await this.#append(store, number);
      await this.#seeSnapshot(store, before);
      if (this.#chance.hit(0.2)) await this.#lookBack(store);
      if (!('log' in this.#options.at) && this.#chance.hit(0.06)) {
        await store.close();
        store = await this.#open();
      }
    }
    if (this.#snapshots > this.#mayFire)
      this.#problems.push(`the save rule fired ${this.#snapshots} times but at most ${this.#mayFire} are allowed`);
    if (!('log' in this.#options.at)) {
      await store.close();
      store = await this.#open(QUICK_RULE);
      await this.#ruleFires(store);
    }
    await this.#retryAll(store);
    await this.#readAll(store);
    await this.#lookBack(store);
    const report = await store.verify();
    if (!report.ok) this.#problems.push(`verify: ${JSON.stringify(report.problems)}`);
    await store.close();
    return { problems: this.#problems, steps: this.#steps, snapshots: this.#snapshots };
  }

  #open(save = this.#options.rule ?? RULE) {
    const { at, setClock } = this.#options;
    const clock = setClock === undefined ? () => this.#now : Date.now;
    const where = 'log' in at ? { log: at.log(clock) } : { path: at.path };
    this.#mayFire += 1; // a close takes a snapshot, too
    return openStore(ledgerModel, { ...where, clock, save: [save] });
  }

  /** Mostly forwards by seconds; sometimes by up to ten years in either direction. */
  #setClock(): void {
    const leap = this.#chance.hit(0.25);
    const by = leap ? (this.#chance.next() * 20 - 10) * YEAR_MS : this.#chance.below(30_000);
    this.#steps += leap ? 1 : 0;
    this.#moveClock(Math.floor(by));
  }

  #moveClock(by: number): void {
    const now = Math.max(0, this.#now + by);
    this.#now = this.#options.setClock?.(now) ?? now;
  }

  async #append(store: LedgerStore, number: number): Promise<void> {
    const commandId = `command-${number}`;
    const asked = this.#now;
    const data = { text: `note ${number}` };
    const commit = await store.append({ type: 'NoteTaken', data }, { commandId });
    this.#outcomes.set(commandId, JSON.stringify(commit));
    const last = this.#told.at(-1)?.recordedAt ?? 0;
    if (commit.recordedAt < last)
      this.#problems.push(`time decreased at ${number}: ${commit.recordedAt} after ${last}`);
    const late = commit.recordedAt - Math.max(asked, last);
    const latest = this.#options.setClock ? 120_000 : 0; // a real clock advances by itself
    if (late < 0 || late > latest)
      this.#problems.push(
        `event ${number} was recorded at ${commit.recordedAt}, the clock said ${asked} after ${last}`,
      );
    this.#told.push({ sequence: commit.firstSequence, recordedAt: commit.recordedAt, data });
  }

  async #seeSnapshot(store: LedgerStore, before: number): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await store.flush();
    if (store.stats().snapshotSequence !== before) this.#snapshots += 1;
  }

  /** A rule fires at its time, also when the clock was set back. */
  async #ruleFires(store: LedgerStore): Promise<void> {
    this.#moveClock(-9 * YEAR_MS);
    const before = store.stats().snapshotSequence;
    for (let number = COMMITS + 1; number <= COMMITS + 2 * QUICK_RULE.changes; number++) {
      await this.#append(store, number);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (let turn = 0; turn < 1_000 && store.stats().snapshotSequence === before; turn++) {
      await store.flush();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (store.stats().snapshotSequence === before)
      this.#problems.push('no save rule fires after the clock was set back');
  }

  /** Locating a time gives the last event that was recorded at or before it. */
  async #lookBack(store: LedgerStore): Promise<void> {
    const about = this.#chance.pick(this.#told).recordedAt;
    for (const time of [about, about - 1, about + 1, 0, this.#told.at(-1)!.recordedAt + 5 * YEAR_MS]) {
      const expected = this.#told.findLast(({ recordedAt }) => recordedAt <= time)?.sequence ?? 0;
      const past = await store.at({ time });
      if (past.sequence !== expected) this.#problems.push(`at ${time}: sequence ${past.sequence}, not ${expected}`);
      else if (hashState(past.state) !== hashState(this.#stateAt(expected)))
        this.#problems.push(`at ${time}: a wrong state`);
    }
  }

  #stateAt(sequence: number): object {
    const state = ledgerModel.initialState();
    for (const told of this.#told.slice(0, sequence)) {
      ledgerModel.reducers.NoteTaken(state, told.data, { ...told, type: 'NoteTaken', version: 1 });
    }
    return state;
  }

  /** The log remembers outcomes, even if the clock has leapt since. */
  async #retryAll(store: LedgerStore): Promise<void> {
    for (const [commandId, outcome] of this.#outcomes) {
      const data = { text: `note ${commandId.slice('command-'.length)}` };
      const again = await store.append({ type: 'NoteTaken', data }, { commandId });
      if (JSON.stringify(again) !== outcome)
        this.#problems.push(`${commandId} was done again: ${JSON.stringify(again)}`);
    }
  }

  async #readAll(store: LedgerStore): Promise<void> {
    const events = await Array.fromAsync(store.events());
    const read = events.map(({ sequence, recordedAt, data }) => JSON.stringify({ sequence, recordedAt, data }));
    const told = this.#told.map((event) => JSON.stringify(event));
    if (read.join() !== told.join()) this.#problems.push('the log has other events or times than were acknowledged');
  }
}

type LedgerStore = Awaited<ReturnType<typeof openLedger>>;

function openLedger(path: string) {
  return openStore(ledgerModel, { path });
}
