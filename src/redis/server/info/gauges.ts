/** What INFO counts at the moment when it is asked. */
import type { BlockedClients } from '../blocking.ts';
import type { ClientPauses } from '../clients/pauses.ts';
import type { Subscriptions } from '../clients/pubsub.ts';
import type { TrackedKeys } from '../clients/tracking.ts';
import type { Connections } from '../connections.ts';

/** Counts of the present. */
export interface Gauges {
  readonly clients: number;
  readonly blocked: number;
  /** Clients that were turned away. */
  readonly rejected: number;
  readonly timeouts: number;
  readonly tracking: number;
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  readonly trackedKeys: number;
  readonly trackedItems: number;
  readonly trackedPrefixes: number;
  /** The most bytes that one client has sent and that wait, and that wait for one client. */
  readonly largestInput: number;
  readonly largestOutput: number;
}

/** What is counted. */
export interface Counted {
  readonly connections: Connections;
  readonly blocked: BlockedClients;
  readonly pauses: ClientPauses;
  readonly tracking: TrackedKeys;
  readonly subscriptions: Subscriptions;
}

export function gaugesOf({ connections, blocked, pauses, tracking, subscriptions }: Counted): Gauges {
  const { clients, keys, items, prefixes } = tracking.counts;
  const facts = [...connections.all()].map((client) => connections.facts(client));
  return {
    clients: connections.size,
    rejected: connections.rejected,
    blocked: blocked.count + pauses.count,
    timeouts: 0,
    tracking: clients,
    channels: [...subscriptions.channels('channel')].length,
    patterns: subscriptions.patternCount,
    shardChannels: [...subscriptions.channels('shard')].length,
    trackedKeys: keys,
    trackedItems: items,
    trackedPrefixes: prefixes,
    largestInput: facts.reduce((most, { unreadBytes }) => Math.max(most, unreadBytes), 0),
    largestOutput: facts.reduce((most, { unsentBytes }) => Math.max(most, unsentBytes), 0),
  };
}
