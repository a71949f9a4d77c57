/** What INFO tells of each command and each kind of error. */
import type { Client } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { RunObserver } from '../dispatch.ts';
import { Histogram } from './histogram.ts';
import type { Fields } from './info.ts';

export interface CommandStatistic {
  calls: number;
  micros: number;
  rejected: number;
  failed: number;
  readonly latencies: Histogram;
}

/** Errors have few kinds. Beyond so many the rest is not counted by kind. */
const MOST_ERRORS = 128;

export class CommandStatistics implements RunObserver {
  readonly #commands = new Map<string, CommandStatistic>();
  readonly #errors = new Map<string, number>();
  readonly #tracksLatency: () => boolean;
  /** Commands that have run. */
  processed = 0;
  /** Error replies of every kind. */
  errorReplies = 0;

  constructor(tracksLatency: () => boolean) {
    this.#tracksLatency = tracksLatency;
  }

  ran(_client: Client, row: CommandRow, _args: readonly string[], micros: number, error: string | undefined): void {
    const statistic = this.#of(row.name);
    statistic.calls++;
    statistic.micros += micros;
    this.processed++;
    if (this.#tracksLatency()) statistic.latencies.record(micros * 1000);
    if (error === undefined) return;
    statistic.failed++;
    this.#countError(error);
  }

  refused(row: CommandRow | undefined, error: string): void {
    if (row !== undefined) this.#of(row.name).rejected++;
    this.#countError(error);
  }

  /** Statistics by the name of the command. */
  get commands(): ReadonlyMap<string, CommandStatistic> {
    return this.#commands;
  }

  reset(): void {
    this.#commands.clear();
    this.#errors.clear();
    this.processed = 0;
    this.errorReplies = 0;
  }

  /** The section `commandstats`. */
  callFields(): Fields {
    return [...this.#commands].map(([name, { calls, micros, rejected, failed }]) => {
      const perCall = calls === 0 ? 0 : micros / calls;
      return [
        `cmdstat_${name}`,
        `calls=${calls},usec=${Math.round(micros)},usec_per_call=${perCall.toFixed(2)},` +
          `rejected_calls=${rejected},failed_calls=${failed}`,
      ];
    });
  }

  /** The section `errorstats`. */
  errorFields(): Fields {
    return [...this.#errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
  }

  /** The section `latencystats`. @param percentiles such as `50` and `99.9` */
  latencyFields(percentiles: readonly string[]): Fields {
    return [...this.#commands]
      .filter(([, { latencies }]) => latencies.total > 0)
      .map(([name, { latencies }]) => [
        `latency_percentiles_usec_${name}`,
        percentiles.map((each) => `p${each}=${(latencies.percentile(Number(each)) / 1000).toFixed(3)}`).join(','),
      ]);
  }

  #of(name: string): CommandStatistic {
    const known = this.#commands.get(name);
    if (known !== undefined) return known;
    const fresh = { calls: 0, micros: 0, rejected: 0, failed: 0, latencies: new Histogram() };
    this.#commands.set(name, fresh);
    return fresh;
  }

  #countError(error: string): void {
    this.errorReplies++;
    const code = /^[A-Z][\w-]*/.exec(error)?.[0] ?? 'ERR';
    const count = this.#errors.get(code);
    if (count !== undefined || this.#errors.size < MOST_ERRORS) this.#errors.set(code, (count ?? 0) + 1);
  }
}
