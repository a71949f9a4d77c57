/**
 * Damage: a log at rest is harmed in thousands of ways. Every way to open it must give the correct data or a typed
 * error that names the place.
 *
 * Three logs are harmed: one with its whole history, one that has dropped its beginning, and a young one that was never
 * moved out of its `-wal`. The control reads such logs without checksum and chain.
 */
import { join } from 'node:path';
import { chanceOf } from '../judging/chance.ts';
import { Ledger } from '../judging/ledger.ts';
import { type Answer, JudgePool } from '../judging/pool.ts';
import { withScratch } from '../judging/scratch.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { chooseHarm, everyByte, flipABlock, type Harm, type Victim } from './harms.ts';
import type { DamageJob, DamageSetting, DamageVerdict, Door } from './judge.ts';
import { findPlaces, PARTS } from './places.ts';
import { ACKNOWLEDGED, COMMITS, harmed, type Life, LOG_NAME, layFiles, prepareLog } from './prepared.ts';
import { DamageTally } from './tally.ts';

/** The harmed logs, and the share of the cases for each. */
const LIVES: readonly (readonly [life: Life, share: number])[] = [
  ['full', 0.45],
  ['trimmed', 0.4],
  ['young', 0.15],
];

const REQUIRED = { short: tierOne(10_000), long: 100_000 };
/** In tier 2, in addition to every byte. */
const LONG_RANDOM = 20_000;
/** The control needs only a few cases. */
const CONTROL_CASES = 300;
/** One case in this many uses the engine's real thread for writing. */
const THREADED_EACH = 250;
/** A folder in which the logs of failed cases are kept, if set. */
const KEEP = 'REFOLD_FAULTS_KEEP';

export const row: FaultRow = {
  name: 'damage',
  required: REQUIRED,
  missing: () => undefined,

  run(options: RowOptions): Promise<RowReport> {
    return withScratch(options.folder, (folder) => runRow({ ...options, folder }));
  },
};

async function runRow(options: RowOptions): Promise<RowReport> {
  const benches = LIVES.map(([life], index) => new Bench(options, life, index));
  const tally = new DamageTally();
  try {
    const cases = options.long ? LONG_RANDOM : REQUIRED.short;
    for (const [index, bench] of benches.entries()) {
      await bench.run(tally, Math.ceil(cases * LIVES[index]![1]));
      options.say(`${tally.cases} cases, ${tally.violations.length} violations`);
    }
    if (options.long) await benches[0]!.runEveryByte(tally);
    const controls = [await benches[0]!.control()];
    return { cases: tally.cases, violations: tally.violations, notes: tally.notes, controls };
  } finally {
    for (const bench of benches) bench.close();
  }
}

/** One prepared log and its judges. */
class Bench {
  readonly #options: RowOptions;
  readonly #life: Life;
  readonly #victim: Victim;
  readonly #pool: JudgePool<DamageJob, DamageVerdict>;
  readonly #acknowledged: number;
  #number: number;

  constructor(options: RowOptions, life: Life, index: number) {
    const { seed, folder } = options;
    this.#options = options;
    this.#life = life;
    this.#number = index * 1_000_000_000;
    const made = prepareLog({ path: join(folder, `made-${life}`, LOG_NAME), seed, life });
    this.#victim = { ...made, places: findPlaces(made.files, join(folder, 'places')) };
    if (life === 'full' && this.#victim.places.size < PARTS)
      throw new Error('the prepared log lacks some of its parts');
    const sound = join(folder, `sound-${life}`);
    layFiles(sound, made.files);
    this.#acknowledged = new Ledger(seed, COMMITS).commit(ACKNOWLEDGED[life]).lastSequence;
    const setting: DamageSetting = { seed, sound, scratch: folder };
    this.#pool = new JudgePool(new URL('./judge.ts', import.meta.url), setting);
  }

  /** Random harms. The first case harms nothing: any finding there would be an error of the harness. */
  async run(tally: DamageTally, cases: number): Promise<void> {
    const unharmed: Harm = { kind: 'no harm', description: 'as it was', changed: new Map() };
    const harms = Array.from({ length: cases }, (_, index) =>
      index === 0 ? () => unharmed : () => chooseHarm(this.#victim, chanceOf(this.#options.seed, this.#number)),
    );
    await this.#judgeAll(harms.values(), (harm, number, answer) => this.#tell(tally, harm, number, answer));
  }

  async runEveryByte(tally: DamageTally): Promise<void> {
    const harms = everyByte(this.#victim, chanceOf(this.#options.seed)).map((harm) => () => harm);
    await this.#judgeAll(harms, (harm, number, answer) => this.#tell(tally, harm, number, answer));
  }

  /** Without checks, the same kind of flips must give wrong states. */
  async control(): Promise<Control> {
    const name = 'flips in a log that is read without checksum and chain';
    let wrong = 0;
    let cases = 0;
    const chance = chanceOf(this.#options.seed, 0xc7);
    const harms = Array.from({ length: CONTROL_CASES }, () => () => flipABlock(this.#victim, chance));
    await this.#judgeAll(
      harms.values(),
      (_harm, _number, answer) => {
        cases += 1;
        if ('result' in answer && answer.result.read.problems.some((text) => text.includes('wrong state'))) wrong += 1;
      },
      true,
    );
    this.#options.say(`control: ${wrong} of ${cases} harms gave a wrong state`);
    return { name, noticed: wrong > 0 ? `${wrong} of ${cases} harms gave a wrong state` : undefined };
  }

  close(): void {
    this.#pool.close();
  }

  #tell(tally: DamageTally, harm: Harm, number: number, answer: Answer<DamageVerdict>): void {
    const { files } = this.#victim;
    const hasWitness = files.has('-witness') && !harm.changed.has('-witness');
    const set = { harm, number, acknowledged: this.#acknowledged, hasWitness };
    if (tally.add(this.#life, set, answer)) return;
    const keep = process.env[KEEP];
    if (keep !== undefined) layFiles(join(keep, `${this.#life}-${number}`), harmed(files, harm.changed));
  }

  async #judgeAll(
    harms: Iterable<() => Harm>,
    take: (harm: Harm, number: number, answer: Answer<DamageVerdict>) => void,
    unchecked = false,
  ): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const make of harms) {
      const number = ++this.#number;
      const harm = make();
      await this.#pool.room();
      const job = { number, changed: harm.changed, doors: this.#doors(), unchecked };
      pending.push(this.#pool.judge(job).then((answer) => take(harm, number, answer)));
    }
    await Promise.all(pending);
  }

  /**
   * In tier 2 every case tries every door. In tier 1 every case reads the log completely, and tries the other doors in
   * turn.
   */
  #doors(): Door[] {
    const number = this.#number;
    const doors: Door[] = number % THREADED_EACH === 1 ? ['write', 'thread', 'upkeep'] : [];
    if (this.#options.long) return ['verify', 'at', 'replay', 'write', 'upkeep', ...doors];
    if (number % 2 === 0) doors.push('write');
    if (number % 12 === 0) doors.push('upkeep');
    return [...doors, TURNS[number % TURNS.length]!];
  }
}

const TURNS: readonly Door[] = ['verify', 'at', 'replay'];
