/** All data of a server as text per key: what the digest shows, and what it is blind to. */
import type { Reply, TestClient } from '../test-client.ts';
import { comparable } from './compare.ts';

/** The databases that the random commands use. */
const DATABASES = [0, 1];

/** The first differences between the data of two servers, as text; empty when it is the same. */
export async function dataDifferences(ours: TestClient, theirs: TestClient): Promise<string[]> {
  const [our, their] = await Promise.all([dataOf(ours), dataOf(theirs)]);
  const names = new Set([...our.keys(), ...their.keys()]);
  return [...names]
    .filter((name) => our.get(name) !== their.get(name))
    .map((name) => `${name}\n  ours   ${our.get(name)}\n  theirs ${their.get(name)}`);
}

/** The digest, and of each key its digest and its expiry time, and everything about a stream. Database 0 is selected then. */
export async function dataOf(client: TestClient): Promise<Map<string, string>> {
  const data = new Map([['digest', String(await client.call('DEBUG', 'DIGEST'))]]);
  for (const database of DATABASES) {
    await client.call('SELECT', database);
    const keys = (await client.call('KEYS', '*')) as string[];
    await Promise.all(keys.map((key) => readKey(client, key, `${database} ${JSON.stringify(key)}`, data)));
  }
  await client.call('SELECT', 0);
  return data;
}

async function readKey(client: TestClient, key: string, name: string, data: Map<string, string>): Promise<void> {
  const [type, expiry, digest] = await Promise.all([
    client.call('TYPE', key),
    client.call('PEXPIRETIME', key),
    client.call('DEBUG', 'DIGEST-VALUE', key),
  ]);
  data.set(`expiry of ${name}`, String(expiry));
  data.set(`digest of ${name}`, String(digest));
  if (type !== 'stream') return;
  const about = await client.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0);
  data.set(`stream ${name}`, comparable(withoutTimes(about), 'exact'));
}

/** Members whose values are times of delivery, or tell of memory. */
const TIMES = new Set(['seen-time', 'active-time', 'radix-tree-keys', 'radix-tree-nodes']);

/** XINFO's reply without times. Pending entries are [id, consumer, time, count], or [id, time, count] for a consumer. */
function withoutTimes(reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply;
  return reply.map((item, at) => {
    if (TIMES.has(reply[at - 1] as string)) return 'a time';
    if (reply[at - 1] === 'pending' && Array.isArray(item)) return item.map((entry) => withoutTime(entry as Reply[]));
    return withoutTimes(item);
  });
}

function withoutTime(entry: readonly Reply[]): Reply {
  return entry.filter((_, place) => place !== entry.length - 2);
}
