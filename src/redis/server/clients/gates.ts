/** Gates for what clients may do in the state that they are in. */
import type { Config } from '../../calls/parts.ts';
import { type Gate, isFlagged } from '../dispatch.ts';

/** Before it has proved who it is, a client can do little else. */
export const knownGate: Gate = (client, row) =>
  client.user === undefined && !row.flags.includes('no_auth') ? 'NOAUTH Authentication required.' : undefined;

export const transactionGate: Gate = (client, row) =>
  client.transaction !== undefined && row.flags.includes('no_multi')
    ? 'ERR Command not allowed inside a transaction'
    : undefined;

/** This server has no replicas, so a least number of them cannot be met. */
export function replicasGate(config: Config): Gate {
  return (client, row) => {
    if (config.number('min-replicas-to-write') === 0 || config.number('min-replicas-max-lag') === 0) return undefined;
    return isFlagged(client, row, 'write') ? 'NOREPLICAS Not enough good replicas to write.' : undefined;
  };
}

const ALLOWED_TO_SUBSCRIBERS = new Set([
  'ping',
  'subscribe',
  'psubscribe',
  'ssubscribe',
  'unsubscribe',
  'punsubscribe',
  'sunsubscribe',
  'quit',
  'reset',
]);

/** Over RESP2 a subscriber cannot tell a reply from a message, so it may do little else. */
export const subscriberGate: Gate = (client, row) => {
  if (client.reply.resp === 3 || !client.isSubscriber || ALLOWED_TO_SUBSCRIBERS.has(row.name)) return undefined;
  return `ERR Can't execute '${row.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
};
