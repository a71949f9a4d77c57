/** What the commands of administrators may do with the server. */

import type { Persistence, ShutdownOptions } from './persistence.ts';

/** Switches that only DEBUG has. */
export interface DebugSwitches {
  /** Whether the periodic work of the server rests. */
  pausesCron: boolean;
  /** Bytes from which an element of a list stands alone. Kept and given back. */
  packedThreshold: number;
}

/** The parameters of redis.conf, for CONFIG. */
export interface Parameters {
  /** Names, aliases among them, and values: those that are wanted, and those whose names are given. */
  matching(isWanted: (name: string) => boolean, exact: ReadonlySet<string>): (readonly [string, string])[];
  /**
   * All or nothing. A change of where the server listens takes a moment: it gives a promise, which may reject.
   *
   * @throws CommandError in the words of CONFIG SET
   */
  set(pairs: readonly (readonly [string, string])[], mayChangeProtected: boolean): Promise<void> | undefined;
}

export interface Administration {
  /** The sequence of the last event; 0 while the state is loaded. */
  readonly sequence: number;
  /** Whether the server only reads its file, as a replica does. */
  readonly isReadOnly: boolean;
  readonly parameters: Parameters;
  readonly debug: DebugSwitches;
  /** For so long no client is served. Everybody's replies wait as well. */
  pause(ms: number): void;
  /** Writes a line into the server's own log. */
  log(message: string): void;
  /** The text of INFO. @param sections in lower case; none for the default ones */
  info(sections: readonly string[], now: number): string;
  readonly persistence: Persistence;
  /** Ends the server. Rejects, and the server goes on, when a snapshot is wanted and fails. */
  shutDown(options: ShutdownOptions): Promise<void>;
  /** Writes the parameters into the configuration file. @param isComplete those that are as by default as well. @throws CommandError */
  rewriteConfig(isComplete?: boolean): void;
  changeReplicationId(): void;
  /** Sets the counters of INFO to zero. */
  resetStatistics(): void;
}
