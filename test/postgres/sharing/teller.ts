/**
 * A process that writes a log together with others: `node teller.ts URL LOG TELLER IDS SOURCES`. It executes each of its ids once, and
 * prints every answer as a line of JSON. Every fourth id it has in common with another teller. At the end it prints its state's hash.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { amountOf, bankOf } from './bank.ts';

const [url, name, teller, ids, sources] = process.argv.slice(2) as [string, string, string, string, string];
type Source = typeof import('../../../src/log/postgres/postgres-source.ts');
const { postgresLog } = (await import(`${sources}log/postgres/postgres-source.ts`)) as Source;
const refold = (await import(`${sources}index.ts`)) as typeof import('../../../src/index.ts');
const CALLS_AT_ONCE = 8;

const idOf = (index: number): string =>
  index % 4 === 0 ? `pair ${Math.floor(Number(teller) / 2)} ${index}` : `own ${teller} ${index}`;

const log = postgresLog(url, { name, lease: 1_000, answerWithin: 3_000 });
const store = await refold.openStore(bankOf(refold), { log, writers: 'many', waitForLock: 20_000, durability: 'os' });
// Tellers that begin together ask for the same ids together.
writeSync(1, '"ready"\n');
await once(process.stdin, 'data');

async function draw(id: string, index: number): Promise<string> {
  const input = { id, amount: amountOf(id), pad: 'x'.repeat(500 * (index % 8)) };
  const { events: _, ...answer } = (await store.execute('draw', input, { commandId: id })) as { events?: unknown };
  return `${JSON.stringify({ id, ...answer })}\n`;
}

for (let first = 0; first < Number(ids); first += CALLS_AT_ONCE) {
  const count = Math.min(CALLS_AT_ONCE, Number(ids) - first);
  const answers = Array.from({ length: count }, (_, index) => draw(idOf(first + index), first + index));
  writeSync(1, (await Promise.all(answers)).join(''));
}
const [{ sequence }, hash] = [store, await store.stateHash()];
writeSync(1, `${JSON.stringify({ sequence, hash })}\n`);
await store.close();
process.exit(0);
