/** `npm run postgres`: starts a PostgreSQL server for a developer, prints its URL, and waits. It and its data go when this ends. */
import { once } from 'node:events';
import { PostgresServer } from './server.ts';

const server = await PostgresServer.start();
process.stdout.write(`${server.url()}\n`);
process.stderr.write('The server ends with Ctrl+C, and its data are deleted then.\n');
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await server.stop();
