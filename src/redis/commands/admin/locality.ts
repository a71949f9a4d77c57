/** Whether a client is on this machine. */
import type { Client } from '../../calls/client.ts';

export function isLocal({ address }: Client): boolean {
  return /^(?:127\.|::1:|::ffff:127\.|\/)/.test(address) || address.endsWith(':0');
}
