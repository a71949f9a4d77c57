/**
 * A process with a live replica: `replica.ts ADDRESS`, where the address is JSON, `{ path }` or `{ url, log }`. Sent a sequence, it
 * waits for it, and answers with its own sequence and the hash of its state.
 */
import * as refold from '../../../src/index.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { bankOf } from '../sharing/bank.ts';
import type { Address, Shown } from './replicas.ts';

const address = JSON.parse(process.argv[2]!) as Address;
const where = 'path' in address ? address : { log: postgresLog(address.url, address.log) };
const store = await refold.openStore(bankOf(refold), { ...where, readOnly: true, live: true });

process.on('message', async (sequence: number) => {
  await store.waitFor(sequence);
  process.send!({ sequence: store.sequence, hash: await store.stateHash() } satisfies Shown);
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');
