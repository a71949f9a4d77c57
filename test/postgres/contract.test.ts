import { afterAll, beforeAll } from 'vitest';
import { describeLog } from '../contracts/run-contract.ts';
import { contractSetup } from './contract-setup.ts';
import { PostgresServer } from './server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const setup = contractSetup(
  () => server,
  () => server.url(),
);
describeLog('PostgreSQL', setup);
