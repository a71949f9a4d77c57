/**
 * A process with a live replica: `replica.ts ADDRESS`, where the address is JSON, `{ path }` or `{ url, log }`. Asked for a sequence, it
 * waits for it, and answers with its own sequence and the hash of its state.
 */
import * as refold from '../../../src/index.ts';
import { type PostgresLogOptions, postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { serve } from '../../bench/measuring/lane.ts';
import { bankOf } from '../sharing/bank.ts';

/** Where a replica finds the log. */
export type Address = { readonly path: string } | { readonly url: string; readonly log: PostgresLogOptions };

/** What a replica shows. */
export interface Shown {
  readonly sequence: number;
  readonly hash: string;
}

const address = JSON.parse(process.argv[2]!) as Address;
const where = 'path' in address ? address : { log: postgresLog(address.url, address.log) };
const store = await refold.openStore(bankOf(refold), { ...where, readOnly: true, live: true });

serve<number, Shown>(async (sequence) => {
  await store.waitFor(sequence);
  return { sequence: store.sequence, hash: await store.stateHash() };
});
