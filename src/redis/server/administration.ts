/** What CONFIG, DEBUG and INFO ask of the server. */
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import type { Administration, DebugSwitches, Parameters } from '../calls/contracts/administration.ts';
import type { Observations } from '../calls/contracts/observations.ts';
import type { Persistence, ShutdownOptions } from '../calls/contracts/persistence.ts';
import type { Stats } from '../calls/contracts/stats.ts';
import { CommandError } from '../calls/errors.ts';
import type { Expiry, Memory } from '../calls/parts.ts';
import { REDIS_VERSION } from '../commands/connection/hello.ts';
import type { KeySpace } from '../model/key-space.ts';
import { linesOf } from './config/config-file.ts';
import { rewrittenLines } from './config/rewrite.ts';
import type { ServerConfig } from './config/server-config.ts';
import { commandFields, errorFields, latencyFields } from './info/commands.ts';
import type { Gauges } from './info/gauges.ts';
import { infoText, type Section } from './info/info.ts';
import {
  cpuFields,
  keySpaceFields,
  memoryFields,
  type Reading,
  replicationFields,
  type ServerIdentity,
  serverFields,
} from './info/sections.ts';
import { clientFields, statsFields, TrafficRates } from './info/traffic.ts';
import { type PersistenceFacts, persistenceFields } from './persistence/fields.ts';
import { messageOf } from './persistence/message.ts';

/** What the administration needs of the server. */
export interface AdministrationHost {
  readonly config: ServerConfig;
  readonly stats: Stats;
  readonly observations: Observations;
  readonly expiry: Expiry;
  readonly memory: Memory;
  readonly space: () => KeySpace;
  /** Where a server that only reads its file is; undefined for one that writes it. */
  readonly reading: () => Reading | undefined;
  /** Events in the log. */
  readonly sequence: () => number;
  readonly gauges: () => Gauges;
  readonly persistence: Persistence & { facts(): PersistenceFacts };
  readonly shutDown: (options: ShutdownOptions) => Promise<void>;
  /** The configuration file; undefined without one. */
  readonly configFile: string | undefined;
  /** Lines of ACL users; undefined when a separate file has them. */
  readonly userLines: () => readonly string[] | undefined;
  readonly pause: (ms: number) => void;
  readonly log: (message: string) => void;
}

const STANDARD_PACKED_THRESHOLD = 1024 ** 3;

export class ServerAdministration implements Administration {
  readonly debug: DebugSwitches = {
    pausesCron: false,
    packedThreshold: STANDARD_PACKED_THRESHOLD,
  };
  readonly rates: TrafficRates = new TrafficRates();
  readonly #host: AdministrationHost;
  readonly #sections: readonly Section[];
  #replicationId = newId();

  constructor(host: AdministrationHost) {
    this.#host = host;
    this.#sections = this.#sectionsOf({ startedAt: Date.now(), runId: newId(), configFile: host.configFile ?? '' });
  }

  get persistence(): Persistence {
    return this.#host.persistence;
  }

  shutDown(options: ShutdownOptions): Promise<void> {
    return this.#host.shutDown(options);
  }

  rewriteConfig(isComplete = false): void {
    const { config, configFile, userLines } = this.#host;
    if (configFile === undefined) throw new CommandError('ERR The server is running without a config file');
    try {
      const lines = rewrittenLines(linesOf(configFile), config, userLines(), isComplete);
      const temporary = `${configFile}.${process.pid}.tmp`;
      writeFileSync(temporary, lines.join('\n'), { encoding: 'latin1', flush: true });
      renameSync(temporary, configFile);
    } catch (error) {
      throw new CommandError(`ERR Rewriting config file: ${messageOf(error)}`);
    }
  }

  get parameters(): Parameters {
    return this.#host.config;
  }

  get isReadOnly(): boolean {
    return this.#host.reading() !== undefined;
  }

  get sequence(): number {
    return this.#host.sequence();
  }

  pause(ms: number): void {
    this.#host.pause(ms);
  }

  log(message: string): void {
    this.#host.log(message);
  }

  info(wanted: readonly string[], now: number): string {
    return infoText(this.#sections, wanted, now);
  }

  resetStatistics(): void {
    const { stats, observations } = this.#host;
    for (const name of Object.keys(stats) as (keyof Stats)[]) stats[name] = 0;
    observations.reset();
  }

  changeReplicationId(): void {
    this.#replicationId = newId();
  }

  #sectionsOf(identity: ServerIdentity): readonly Section[] {
    const { config, stats, observations, space, sequence, reading, gauges, persistence, memory, expiry } = this.#host;
    return [
      { name: 'Server', fields: (now) => serverFields(identity, config, REDIS_VERSION, now) },
      { name: 'Clients', fields: () => clientFields(gauges(), config) },
      { name: 'Memory', fields: () => memoryFields(memory, stats, config) },
      { name: 'Persistence', fields: (now) => persistenceFields(persistence.facts(), now) },
      { name: 'Stats', fields: () => statsFields(stats, expiry, this.rates, gauges()) },
      { name: 'Replication', fields: () => replicationFields(this.#replicationId, sequence(), config, reading()) },
      { name: 'CPU', fields: cpuFields },
      { name: 'Modules', fields: () => [] },
      { name: 'Commandstats', isExtra: true, fields: () => commandFields(observations) },
      { name: 'Errorstats', fields: () => errorFields(observations) },
      { name: 'Latencystats', isExtra: true, fields: () => latencyFields(observations, config) },
      { name: 'Cluster', fields: () => [['cluster_enabled', 0]] },
      { name: 'Keyspace', fields: (now) => keySpaceFields(space(), reading()?.moment?.recordedAt ?? now) },
    ];
  }
}

function newId(): string {
  return randomBytes(20).toString('hex');
}
