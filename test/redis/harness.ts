/** A server on a free port, and plain clients that speak RESP2 or RESP3 to it. */
import { onTestFinished } from 'vitest';
import { createRedisServer, type RedisServer, type RedisServerOptions } from '../../src/redis/index.ts';
import { TestClient } from './test-client.ts';

export { ErrorReply, Push, type Reply, requestOf, TestClient } from './test-client.ts';

/** Starts a server in memory, which ends with the test. */
export async function startServer(options: Partial<RedisServerOptions> = {}): Promise<RedisServer> {
  const server = await createRedisServer({
    path: ':memory:',
    port: 0,
    ...options,
    config: { 'enable-debug-command': 'yes', ...options.config },
  });
  onTestFinished(() => server.close());
  return server;
}

/** Starts a server in memory and one client. Both end with the test. */
export async function startWithClient(): Promise<TestClient> {
  return connectTo(await startServer());
}

/** A client that ends with the test. */
export async function connectTo({ port }: { readonly port: number }): Promise<TestClient> {
  const client = await TestClient.open(port);
  onTestFinished(() => client.end());
  return client;
}
