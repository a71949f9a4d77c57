/** A server in a process with a small heap. It prints its port. */
import { createRedisServer } from '../../../../src/redis/index.ts';

const server = await createRedisServer({ path: process.argv[2]!, port: 0 });
console.log(server.port);
