/** What the server observes of the commands that it runs: SLOWLOG, LATENCY, and the statistics of INFO. */

/** Counters of one command. */
export interface CommandStatistics {
  /** In lower case; `config|get` for a subcommand. */
  readonly name: string;
  readonly calls: number;
  readonly micros: number;
  /** Refused before it ran. */
  readonly rejected: number;
  /** Ran, and answered with an error. */
  readonly failed: number;
  /** The time, in microseconds, that this share of the calls did not exceed. @param share 50 for the median */
  percentile(share: number): number;
  /** How many calls took at most so long; only the steps where the number grows. Microseconds and calls. */
  histogram(): readonly (readonly [micros: number, calls: number])[];
}

export interface SlowlogEntry {
  readonly id: number;
  /** In seconds since the epoch. */
  readonly time: number;
  readonly micros: number;
  /** Cut, and without secrets. */
  readonly args: readonly string[];
  readonly address: string;
  readonly name: string;
}

export interface Slowlog {
  /** Newest first. */
  entries(): readonly SlowlogEntry[];
  clear(): void;
}

/** One spike: when, in seconds since the epoch, and how long, in ms. */
export interface LatencySample {
  readonly time: number;
  readonly ms: number;
}

/** The samples of one kind of event, oldest first, and the worst ever. */
export interface LatencyEvent {
  readonly name: string;
  readonly samples: readonly LatencySample[];
  readonly worstMs: number;
}

export interface LatencyMonitor {
  /** Records a duration if it reaches `latency-monitor-threshold`. @param event such as `expire-cycle` */
  observe(event: string, ms: number): void;
  events(): readonly LatencyEvent[];
  event(name: string): LatencyEvent | undefined;
  /** Forgets an event. Gives whether it was there. */
  clear(name: string): boolean;
}

export interface Observations {
  readonly slowlog: Slowlog;
  readonly latency: LatencyMonitor;
  /** Commands that were called or refused, in the order of their first call. */
  commands(): Iterable<CommandStatistics>;
  command(name: string): CommandStatistics | undefined;
  /** How many errors clients got, by the first word of the error. */
  readonly errors: ReadonlyMap<string, number>;
  /** Sets the counters of commands and errors to zero. */
  reset(): void;
}
