/** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE, and their opposites. Each channel is answered by one message. */
import type { Call } from '../../calls/call.ts';
import type { Client } from '../../calls/client.ts';
import type { SubscriptionKind } from '../../calls/parts.ts';

/** What one of the commands does. */
export interface Subscribing {
  readonly kind: SubscriptionKind;
  /** The first word of the answer. */
  readonly word: string;
}

/** Makes the command that subscribes to channels of a kind. */
export function subscribing({ kind, word }: Subscribing): (call: Call) => void {
  return ({ args, client, parts }) => {
    for (const name of args.slice(1)) {
      parts.publisher.subscribe(client, kind, name);
      answer(client, word, name, kind);
    }
  };
}

/** Makes the command that takes subscriptions back: those named, or all of the kind. */
export function unsubscribing({ kind, word }: Subscribing): (call: Call) => void {
  return ({ args, client, parts }) => {
    const names = args.length > 1 ? args.slice(1) : [...subscriptionsOf(client, kind)];
    for (const name of names) {
      parts.publisher.unsubscribe(client, kind, name);
      answer(client, word, name, kind);
    }
    if (names.length === 0) answer(client, word, undefined, kind);
  };
}

function subscriptionsOf(client: Client, kind: SubscriptionKind): ReadonlySet<string> {
  if (kind === 'pattern') return client.patterns;
  return kind === 'channel' ? client.channels : client.shardChannels;
}

/** Shard channels are counted apart from the others. */
function answer(client: Client, word: string, name: string | undefined, kind: SubscriptionKind): void {
  client.reply.aside((reply) => {
    reply.push(3);
    reply.bulk(word);
    reply.bulk(name);
    reply.integer(kind === 'shard' ? client.shardChannels.size : client.channels.size + client.patterns.size);
  });
}
