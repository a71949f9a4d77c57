/** What INFO reports about clients and what they did: totals, and rates of the last seconds. */

import type { Stats } from '../../calls/contracts/stats.ts';
import type { Config, Expiry } from '../../calls/parts.ts';
import type { Gauges } from './gauges.ts';
import type { Fields } from './info.ts';

export function clientFields(gauges: Gauges, config: Config): Fields {
  return [
    ['connected_clients', gauges.clients],
    ['cluster_connections', 0],
    ['maxclients', config.text('maxclients')],
    ['client_recent_max_input_buffer', gauges.largestInput],
    ['client_recent_max_output_buffer', gauges.largestOutput],
    ['blocked_clients', gauges.blocked],
    ['tracking_clients', gauges.tracking],
    ['clients_in_timeout_table', gauges.timeouts],
  ];
}

export function statsFields(stats: Stats, expiry: Expiry, rates: TrafficRates, gauges: Gauges): Fields {
  return [
    ['total_connections_received', stats.connections],
    ['total_commands_processed', stats.commands],
    ['instantaneous_ops_per_sec', Math.round(rates.commands.perSecond)],
    ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', kilobytes(rates.input)],
    ['instantaneous_output_kbps', kilobytes(rates.output)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', gauges.rejected],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', stats.expired],
    ['expired_stale_perc', expiry.stalePercent.toFixed(2)],
    ['expired_time_cap_reached_count', expiry.timeCapReached],
    ['expire_cycle_cpu_milliseconds', Math.round(expiry.spentMs)],
    ['evicted_keys', stats.evicted],
    ['evicted_clients', stats.evictedClients],
    ['total_eviction_exceeded_time', 0],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', stats.hits],
    ['keyspace_misses', stats.misses],
    ['pubsub_channels', gauges.channels],
    ['pubsub_patterns', gauges.patterns],
    ['pubsubshard_channels', gauges.shardChannels],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['slave_expires_tracked_keys', 0],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', gauges.trackedKeys],
    ['tracking_total_items', gauges.trackedItems],
    ['tracking_total_prefixes', gauges.trackedPrefixes],
    ['unexpected_error_replies', 0],
    ['total_error_replies', stats.errors],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', stats.reads],
    ['total_writes_processed', stats.writes],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
  ];
}

/** What goes on a second: commands, and bytes in and out. */
export class TrafficRates {
  readonly commands: Rates = new Rates();
  readonly input: Rates = new Rates();
  readonly output: Rates = new Rates();

  /** @param at ms of any clock */
  sample(at: number, { commands, inputBytes, outputBytes }: Stats): void {
    this.commands.sample(at, commands);
    this.input.sample(at, inputBytes);
    this.output.sample(at, outputBytes);
  }
}

function kilobytes({ perSecond }: Rates): string {
  return (perSecond / 1024).toFixed(2);
}

/** How often something happens, from totals that are told now and then. */
class Rates {
  #samples: { readonly at: number; readonly total: number }[] = [];

  /** @param at ms of any clock */
  sample(at: number, total: number): void {
    this.#samples.push({ at, total });
    if (this.#samples.length > 16) this.#samples.shift();
  }

  get perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return Math.max(0, ((last.total - first.total) / (last.at - first.at)) * 1000);
  }
}
