/** Counts commands, their times and their errors, and passes slow ones on to SLOWLOG and LATENCY. */
import type { Client } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { CommandStatistics, Observations } from '../../calls/contracts/observations.ts';
import type { Config } from '../../calls/parts.ts';
import type { RunObserver } from '../dispatch.ts';
import { DurationHistogram } from './histogram.ts';
import { LatencySpikes } from './latency.ts';
import { SlowCommands } from './slowlog.ts';

/** A client can make up errors: beyond so many kinds they are counted together. */
const MOST_ERROR_KINDS = 128;
const OTHER_ERRORS = 'OTHER';

class Statistics implements CommandStatistics {
  readonly name: string;
  readonly isFast: boolean;
  readonly skipsSlowlog: boolean;
  calls = 0;
  micros = 0;
  rejected = 0;
  failed = 0;
  #histogram: DurationHistogram | undefined;

  constructor({ name, flags }: CommandRow) {
    this.name = name;
    this.isFast = flags.includes('fast');
    this.skipsSlowlog = flags.includes('skip_slowlog');
  }

  add(micros: number): void {
    this.calls++;
    this.micros += micros;
    this.#histogram ??= new DurationHistogram();
    this.#histogram.add(micros);
  }

  percentile(share: number): number {
    return this.#histogram?.percentile(share) ?? 0;
  }

  histogram(): readonly (readonly [micros: number, calls: number])[] {
    return this.#histogram?.doublings() ?? [];
  }
}

export class CommandObserver implements Observations, RunObserver {
  readonly slowlog: SlowCommands;
  readonly latency: LatencySpikes;
  readonly #config: Config;
  readonly #commands = new Map<CommandRow, Statistics>();
  readonly #errors = new Map<string, number>();

  constructor(config: Config) {
    this.#config = config;
    this.slowlog = new SlowCommands(config);
    this.latency = new LatencySpikes(config);
  }

  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  commands(): Iterable<CommandStatistics> {
    return this.#commands.values();
  }

  command(name: string): CommandStatistics | undefined {
    return [...this.#commands.values()].find((each) => each.name === name);
  }

  reset(): void {
    this.#commands.clear();
    this.#errors.clear();
  }

  ran(client: Client, row: CommandRow, args: readonly string[], micros: number, error: string | undefined): void {
    const statistics = this.#of(row);
    statistics.add(micros);
    if (error !== undefined) {
      statistics.failed++;
      this.#count(error);
    }
    if (!statistics.skipsSlowlog) this.slowlog.ran(client, args, micros);
    if (this.#config.number('latency-monitor-threshold') > 0) {
      this.latency.observe(statistics.isFast ? 'fast-command' : 'command', micros / 1000);
    }
  }

  waited(row: CommandRow, error: string | undefined): void {
    const statistics = this.#of(row);
    statistics.add(0);
    if (error === undefined) return;
    statistics.failed++;
    this.#count(error);
  }

  refused(row: CommandRow | undefined, error: string): void {
    if (row !== undefined) this.#of(row).rejected++;
    this.#count(error);
  }

  #of(row: CommandRow): Statistics {
    let statistics = this.#commands.get(row);
    if (statistics === undefined) {
      statistics = new Statistics(row);
      this.#commands.set(row, statistics);
    }
    return statistics;
  }

  #count(error: string): void {
    const word = error.split(' ', 1)[0]!;
    const kind = this.#errors.has(word) || this.#errors.size < MOST_ERROR_KINDS ? word : OTHER_ERRORS;
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }
}
