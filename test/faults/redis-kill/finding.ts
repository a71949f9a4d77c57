/** Reads what a server holds after a restart. */
import type { TestClient } from '../../redis/test-client.ts';
import type { Found } from './accounts.ts';
import type { Holdings } from './steps.ts';

type Pairs = readonly string[];

/** What the keys of a writer hold. */
export async function findHoldings(client: TestClient, writer: number): Promise<Found> {
  const from = Date.now();
  const [from_, to, list, hash, scores, entries] = await Promise.all([
    client.call('GET', `from:${writer}`),
    client.call('GET', `to:${writer}`),
    client.call('LRANGE', `list:${writer}`, 0, -1),
    client.call('HGETALL', `hash:${writer}`),
    client.call('ZRANGE', `scores:${writer}`, 0, -1, 'WITHSCORES'),
    client.call('XRANGE', `entries:${writer}`, '-', '+'),
  ]);
  const texts: Holdings['texts'] = new Map();
  for (const slot of ['0', '1', '2', '3', '4', 'news']) {
    const text = await client.call('GET', `text:${writer}:${slot}`);
    if (text !== null) texts.set(slot, String(text));
  }
  const expiring: Holdings['expiring'] = new Map();
  for (const slot of ['0', '1', '2', '3', '4']) {
    const key = `brief:${writer}:${slot}`;
    const [at, text] = await Promise.all([client.call('PEXPIRETIME', key), client.call('GET', key)]);
    if (text !== null) expiring.set(slot, { text: String(text), at: Number(at) });
  }
  const holdings = {
    texts,
    expiring,
    from: Number(from_),
    to: Number(to),
    list: list as string[],
    hash: mapOf(hash as Pairs),
    scores: new Map([...mapOf(scores as Pairs)].map(([member, score]) => [member, Number(score)])),
    entries: (entries as [string, unknown][]).map(([id]) => id),
  };
  return { holdings, from, until: Date.now() };
}

function mapOf(pairs: Pairs): Map<string, string> {
  return new Map(Array.from({ length: pairs.length / 2 }, (_, at) => [pairs[2 * at]!, pairs[2 * at + 1]!]));
}

/** What the pools hold. An entry of the stream is there while it is not acknowledged. */
export interface FoundPools {
  readonly popped: ReadonlySet<string>;
  readonly moved: ReadonlySet<string>;
  readonly arrived: ReadonlySet<string>;
  readonly drawn: ReadonlySet<string>;
  readonly ranked: ReadonlySet<string>;
  /** All entries of the stream, and those that are pending. */
  readonly entries: ReadonlySet<string>;
  readonly pending: ReadonlySet<string>;
  readonly counter: number;
}

export async function findPools(client: TestClient): Promise<FoundPools> {
  const [popped, moved, arrived, drawn, ranked, entries, pending, counter] = await Promise.all([
    client.call('LRANGE', 'pool:popped', 0, -1),
    client.call('LRANGE', 'pool:moved', 0, -1),
    client.call('LRANGE', 'pool:arrived', 0, -1),
    client.call('SMEMBERS', 'pool:drawn'),
    client.call('ZRANGE', 'pool:ranked', 0, -1),
    client.call('XRANGE', 'pool:read', '-', '+'),
    client.call('XPENDING', 'pool:read', 'group', '-', '+', 1_000_000),
    client.call('GET', 'counter'),
  ]);
  const textOf = new Map((entries as [string, [string, string]][]).map(([id, [, text]]) => [id, text]));
  return {
    popped: new Set(popped as string[]),
    moved: new Set(moved as string[]),
    arrived: new Set(arrived as string[]),
    drawn: new Set(drawn as string[]),
    ranked: new Set(ranked as string[]),
    entries: new Set(textOf.values()),
    pending: new Set((pending as [string, ...unknown[]][]).map(([id]) => textOf.get(id) ?? `no entry ${id}`)),
    counter: Number(counter),
  };
}
