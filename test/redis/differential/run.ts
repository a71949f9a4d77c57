/** The same random commands against two servers, with their replies and their data compared. */
import { type Reply, requestOf, type TestClient } from '../harness.ts';
import { comparable } from './compare.ts';
import { Chance, compileTemplate } from './grammar.ts';
import { type Comparison, type Template, WORDS } from './templates.ts';

/** Commands that go out together. */
const PIPELINE = 50;
/** Commands after which all data is compared. */
const ROUND = 1_000;

export interface Differential {
  readonly seed: number;
  readonly commands: number;
  readonly templates: readonly Template[];
  /** Before the data is compared: for a restart of a server. */
  readonly between?: () => Promise<void>;
}

interface Sent {
  readonly args: string[];
  readonly comparison: Comparison;
}

/** The first differences, as text; empty when both servers agree. */
export async function differencesOf(
  clients: readonly [TestClient, TestClient],
  { seed, commands, templates, between }: Differential,
): Promise<string[]> {
  const chance = new Chance(seed);
  const compiled = templates.map(({ text, comparison = 'exact' }) => ({ make: compileTemplate(text), comparison }));
  const trail: string[][] = [];
  for (const client of clients) await reset(client);
  for (let done = 0; done < commands; ) {
    const batch: Sent[] = Array.from({ length: PIPELINE }, () => {
      const { make, comparison } = chance.pick(compiled);
      return { args: make(chance, WORDS), comparison };
    });
    const [ours, theirs] = await Promise.all(clients.map((client) => send(client, batch)));
    const found = batch.flatMap(({ args, comparison }, at) => {
      trail.push(args);
      const [our, their] = [comparable(ours![at]!, comparison), comparable(theirs![at]!, comparison)];
      return our === their
        ? []
        : [`seed ${seed}, command ${done + at}: ${JSON.stringify(args)}\n  ours   ${our}\n  theirs ${their}`];
    });
    if (found.length > 0) return [...found.slice(0, 3), `before: ${JSON.stringify(trail.slice(-40))}`];
    done += batch.length;
    if (done % ROUND !== 0) continue;
    await between?.();
    const data = await compareData(clients);
    if (data.length > 0) return [`seed ${seed}, after command ${done}`, ...data];
  }
  return [];
}

async function reset(client: TestClient): Promise<void> {
  await client.ask('DISCARD');
  await client.call('SELECT', 0);
  await client.call('FLUSHALL');
}

function send(client: TestClient, batch: readonly Sent[]): Promise<Reply[]> {
  client.write(batch.map(({ args }) => requestOf(args)).join(''));
  return Promise.all(batch.map(() => client.next()));
}

/** Digest, expiry times and streams: the digest shows neither times nor groups. */
async function compareData(clients: readonly [TestClient, TestClient]): Promise<string[]> {
  for (const client of clients) await client.ask('DISCARD');
  const [ours, theirs] = await Promise.all(clients.map((client) => dataOf(client)));
  const keys = new Set([...ours!.keys(), ...theirs!.keys()]);
  return [...keys]
    .filter((key) => ours!.get(key) !== theirs!.get(key))
    .map((key) => `${key}\n  ours   ${ours!.get(key)}\n  theirs ${theirs!.get(key)}`);
}

async function dataOf(client: TestClient): Promise<Map<string, string>> {
  const data = new Map([['digest', String(await client.call('DEBUG', 'DIGEST'))]]);
  for (const key of (await client.call('KEYS', '*')) as string[]) {
    data.set(`expiry of ${key}`, String(await client.call('PEXPIRETIME', key)));
    data.set(`digest of ${key}`, String(await client.call('DEBUG', 'DIGEST-VALUE', key)));
    if ((await client.call('TYPE', key)) !== 'stream') continue;
    data.set(`stream ${key}`, comparable(withoutTimes(await client.call('XINFO', 'STREAM', key, 'FULL')), 'exact'));
  }
  return data;
}

/** Members whose values are times of delivery, or tell of memory. */
const TIMES = new Set(['seen-time', 'active-time', 'radix-tree-keys', 'radix-tree-nodes']);

/** XINFO's reply without times. Pending entries are [id, consumer, time, count], or [id, time, count] for a consumer. */
function withoutTimes(reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply;
  return reply.map((item, at) => {
    if (TIMES.has(reply[at - 1] as string)) return 'a time';
    if (reply[at - 1] === 'pending' && Array.isArray(item)) {
      return item.map((entry) =>
        (entry as Reply[]).filter(
          (part, place) => !(typeof part === 'number' && place === (entry as Reply[]).length - 2),
        ),
      );
    }
    return withoutTimes(item);
  });
}
