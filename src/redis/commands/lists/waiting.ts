/** What the blocking commands on lists share. */
import type { Call } from '../../calls/call.ts';
import { peekCollection } from '../../calls/lookup.ts';
import type { List } from '../../model/values.ts';

/**
 * The first of the keys that holds a list. A client that waits already is served from the key that became ready, because
 * keys are served in the order in which they did.
 *
 * @throws CommandError WRONGTYPE for a key before it that holds something else
 */
export function firstListOf(
  call: Call,
  keys: readonly string[],
): { readonly key: string; readonly list: List } | undefined {
  for (const key of call.client.isBlocked ? [call.parts.blocking.readyKey!] : keys) {
    const list = peekCollection<List>(call, key, 'list');
    if (list !== undefined) return { key, list };
  }
  return undefined;
}

/** Waits for a list under one of the keys, or replies with null inside a transaction. */
export function waitForList(call: Call, keys: readonly string[], timeoutMs: number): void {
  if (call.isInTransaction) {
    call.reply.nullArray();
    return;
  }
  call.parts.blocking.block(call.client, {
    keys,
    kind: 'list',
    timeoutMs,
    expire: ({ reply }) => reply.nullArray(),
  });
}
