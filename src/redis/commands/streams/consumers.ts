/**
 * Consumers that commands name. A consumer comes into being when it first gets something.
 *
 * The state knows when a consumer last got something new. Memory knows when it was seen since, and forgets it at a restart:
 * this is not worth an event in the log.
 */
import type { Call } from '../../calls/call.ts';
import type { Consumer, Group } from '../../model/values.ts';

/** Names a consumer. */
export interface ConsumerName {
  readonly key: string;
  readonly group: string;
  readonly consumer: string;
}

const seen = new WeakMap<Consumer, number>();

/** Makes the consumer, unless it is there. Returns whether it did. */
export function createConsumer(call: Call, name: ConsumerName, group: Group): boolean {
  if (group.consumers.has(name.consumer)) return false;
  call.apply('ConsumerCreated', { db: call.client.db, ...name, at: call.now });
  call.notify('x', 'xgroup-createconsumer', name.key);
  return true;
}

/** The consumer of this name, which is new or seen again. */
export function meetConsumer(call: Call, name: ConsumerName, group: Group): Consumer {
  createConsumer(call, name, group);
  const consumer = group.consumers.get(name.consumer)!;
  seen.set(consumer, call.now);
  return consumer;
}

/** When the consumer was seen last, in ms since the epoch. */
export function lastSeen(consumer: Consumer): number {
  return Math.max(consumer.seenAt, seen.get(consumer) ?? 0);
}
