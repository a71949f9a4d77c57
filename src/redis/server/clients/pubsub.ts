/** Publish and subscribe: who hears which channels and patterns. */
import type { Client } from '../../calls/client.ts';
import { type Glob, globOf } from '../../calls/glob.ts';
import type { Publisher, SubscriptionKind } from '../../calls/parts.ts';

interface Pattern {
  readonly matches: Glob;
  readonly clients: Set<Client>;
}

export class Subscriptions implements Publisher {
  readonly #channels = new Map<string, Set<Client>>();
  readonly #shardChannels = new Map<string, Set<Client>>();
  readonly #patterns = new Map<string, Pattern>();

  get patternCount(): number {
    return this.#patterns.size;
  }

  publish(channel: string, message: string): number {
    let sent = send(this.#channels.get(channel), ['message', channel, message]);
    for (const [pattern, { matches, clients }] of this.#patterns) {
      if (matches(channel)) sent += send(clients, ['pmessage', pattern, channel, message]);
    }
    return sent;
  }

  publishToShard(channel: string, message: string): number {
    return send(this.#shardChannels.get(channel), ['smessage', channel, message]);
  }

  subscribe(client: Client, kind: SubscriptionKind, name: string): void {
    namesOf(client, kind).add(name);
    if (kind === 'pattern') {
      const pattern = this.#patterns.get(name) ?? { matches: globOf(name), clients: new Set() };
      pattern.clients.add(client);
      this.#patterns.set(name, pattern);
      return;
    }
    const channels = this.#channelsOf(kind);
    const clients = channels.get(name) ?? new Set();
    channels.set(name, clients.add(client));
  }

  unsubscribe(client: Client, kind: SubscriptionKind, name: string): void {
    if (!namesOf(client, kind).delete(name)) return;
    const all = kind === 'pattern' ? this.#patterns : this.#channelsOf(kind);
    const clients = kind === 'pattern' ? this.#patterns.get(name)!.clients : this.#channelsOf(kind).get(name)!;
    clients.delete(client);
    if (clients.size === 0) all.delete(name);
  }

  /** The client has left, or gave everything up. */
  forget(client: Client): void {
    for (const kind of ['channel', 'pattern', 'shard'] as const) {
      for (const name of namesOf(client, kind)) this.unsubscribe(client, kind, name);
    }
  }

  channels(kind: 'channel' | 'shard'): Iterable<string> {
    return this.#channelsOf(kind).keys();
  }

  subscribers(kind: 'channel' | 'shard', name: string): number {
    return this.#channelsOf(kind).get(name)?.size ?? 0;
  }

  #channelsOf(kind: 'channel' | 'shard'): Map<string, Set<Client>> {
    return kind === 'channel' ? this.#channels : this.#shardChannels;
  }
}

/** What a client has subscribed to. */
function namesOf(client: Client, kind: SubscriptionKind): Set<string> {
  if (kind === 'pattern') return client.patterns;
  return kind === 'channel' ? client.channels : client.shardChannels;
}

function send(clients: ReadonlySet<Client> | undefined, parts: readonly string[]): number {
  if (clients === undefined) return 0;
  for (const { reply } of clients) {
    reply.aside(() => {
      reply.push(parts.length);
      for (const part of parts) reply.bulk(part);
    });
  }
  return clients.size;
}
