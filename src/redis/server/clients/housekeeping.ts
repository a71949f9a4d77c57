/** What is done for clients now and then: idle ones, those that do not read, and those that take too much memory. */
import type { Client } from '../../calls/client.ts';
import type { Stats } from '../../calls/contracts/stats.ts';
import type { Config } from '../../calls/parts.ts';
import type { Connections } from '../connections.ts';

/** Beyond so much memory of all clients the largest are closed, even without `maxmemory-clients`. */
const MAX_CLIENT_BYTES = 1024 * 1024 * 1024;

export interface HousekeepingHost {
  readonly config: Config;
  readonly connections: Connections;
  readonly stats: Stats;
  log(message: string): void;
}

/** Closes clients that break a limit. @param now in ms since the epoch */
export function keepHouse(host: HousekeepingHost, now: number): void {
  const { config, connections, log } = host;
  const idleMs = config.number('timeout') * 1000;
  for (const client of connections.all()) {
    connections.checkOutput(client, now);
    if (idleMs > 0 && isIdle(client, now - idleMs)) {
      log(`Closed client ${client.id} (${client.address}): it was idle`);
      connections.close(client, true);
    }
  }
  evictClients(host);
}

/** Clients that wait for something do not count as idle. */
function isIdle(client: Client, before: number): boolean {
  return client.lastSeen < before && !client.isBlocked && !client.isSubscriber && !client.isMonitor;
}

/** `maxmemory-clients`: bytes, or a share of `maxmemory`. */
function maxClientBytes(config: Config): number {
  const text = config.text('maxmemory-clients');
  const bytes = text.endsWith('%')
    ? (Number.parseInt(text, 10) / 100) * config.number('maxmemory')
    : Number.parseInt(text, 10);
  return bytes > 0 ? Math.min(bytes, MAX_CLIENT_BYTES) : MAX_CLIENT_BYTES;
}

/** Closes the largest clients until the others fit into `maxmemory-clients`. */
export function evictClients({ config, connections, log, stats }: HousekeepingHost): void {
  const most = maxClientBytes(config);
  const sizes = [...connections.all()].map((client) => ({ client, bytes: connections.facts(client).memoryBytes }));
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= most) return;
  for (const { client, bytes } of sizes.filter((each) => !each.client.isKept).sort((a, b) => b.bytes - a.bytes)) {
    if (total <= most) return;
    log(`Closed client ${client.id} (${client.address}): clients took more memory than maxmemory-clients`);
    connections.close(client, true);
    stats.evictedClients++;
    total -= bytes;
  }
}
