/**
 * One back-end process: it answers `/getLecture` from the cache, works on a queue, and listens to news.
 *
 * Arguments: the port of the Redis-compatible server, and the URL of the slow database.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import type { BackEndReport } from './back-ends.ts';

/** How long one process may take for the query, and how long the answer is good, in ms. */
const LEASE_MS = 2_000;
const FRESH_MS = 60_000;

const [redisPort, databaseUrl] = process.argv.slice(2);
const jobs: string[] = [];
const news: string[] = [];
const redis = connect();
/** A lease blocks its connection while it waits, so values are filled in on another one. */
const filling = connect();

void work();
await listenToNews();

const http = createServer(async (request, response) => {
  if (request.url === '/report') response.end(JSON.stringify({ jobs, news } satisfies BackEndReport));
  else if (request.url?.startsWith('/getLecture/') === true) response.end(await lecture(request.url.slice(12)));
  else response.writeHead(404).end();
});
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port));

/** From the cache. Of all processes that miss it, one asks the database; the others wait for what it fills in. */
async function lecture(id: string): Promise<string> {
  const key = `lecture:${id}`;
  const [value, token] = (await redis.call('REFOLD.LEASE', key, LEASE_MS)) as [string | null, number?];
  if (value !== null) return value;
  const answer = await (await fetch(`${databaseUrl}/${id}`)).text();
  await filling.call('REFOLD.FILL', key, String(token), answer, 'PX', FRESH_MS).catch(() => {}); // somebody was faster
  return answer;
}

/** Takes jobs from the queue, for ever. A blocking command needs a connection for itself. */
async function work(): Promise<void> {
  const connection = connect();
  for (;;) {
    const job = await connection.brpop('jobs', 0).catch(() => null); // the server was away
    if (job !== null) jobs.push(job[1]);
  }
}

async function listenToNews(): Promise<void> {
  const connection = connect();
  connection.on('message', (_channel, message) => void news.push(message));
  await connection.subscribe('news');
}

function connect(): Redis {
  const client = new Redis(Number(redisPort), '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => {}); // it connects again by itself
  return client;
}
