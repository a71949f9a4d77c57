/** Why and diff as a page asks for them: the same places as the library's, values as a page shows them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffStates, formatPath, openPast, openStore, type Past } from 'refold';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare, explain } from '../../../src/studio/jobs/questions.ts';
import { shop } from '../shop.ts';

const EVENTS = 3_000;
const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
const path = join(folder, 'shop.db');
let past: Past;

beforeAll(async () => {
  await using store = await openStore(shop, { path, durability: 'os' });
  for (let n = 1; n <= EVENTS; n++) {
    const id = (n * 7) % 31;
    if (n % 5 === 0) await store.append({ type: 'Taken', data: { id } });
    else await store.append({ type: 'Put', data: { id, word: `word ${n}` } });
  }
  await store.close();
  past = await openPast(shop, { path });
});
afterAll(async () => {
  await past.close();
  rmSync(folder, { recursive: true });
});

async function why(query: string): Promise<any[]> {
  return Array.fromAsync(explain(past, new URLSearchParams(query), never));
}

test('why a value is as it is: the changes of the library, as a page shows them, then how far was looked', async () => {
  const { changes } = await past.why('things[7].word', { to: 200, limit: 5 });
  const lines = await why('path=things[7].word&at=200&limit=5&values=shown');
  expect(lines.pop()).toMatchObject({ path: 'things[7].word', lookedAt: { to: 200 }, complete: false });
  const shown = lines.filter((line) => 'sequence' in line);
  expect(shown).toEqual(
    changes.map(({ before, after, ...change }) => ({
      ...change,
      ...(before !== undefined && { before: { kind: 'value', value: before } }),
      ...(after !== undefined && { after: { kind: 'value', value: after } }),
    })),
  );
});

test('why a table is as it is tells what changed inside', async () => {
  const newest = (await why('path=things&limit=1&values=shown')).find((line) => 'sequence' in line);
  expect(newest).toMatchObject({ sequence: EVENTS, type: 'Taken', before: { kind: 'map' }, after: { kind: 'map' } });
  const id = (EVENTS * 7) % 31;
  expect(newest.inside).toEqual([{ path: `things[${id}]`, before: { kind: 'object', total: 1 } }]);
});

test('what is different: all of it is counted, the first places are told, and events by type', async () => {
  const answer: any = await compare(past, new URLSearchParams('from=2000&to=10&values=shown&limit=3'), never);
  const [a, b] = [await past.at(10), await past.at(2_000)];
  const all = diffStates(a.state, b.state, Number.POSITIVE_INFINITY);
  expect(answer).toMatchObject({ from: 10, to: 2_000, events: 1_990, complete: true, changesInAll: all.length });
  expect(answer.changes.map((change: any) => change.path)).toEqual(
    all.slice(0, 3).map(({ parts }) => formatPath(parts)),
  );
  expect(answer.types).toEqual({ Put: 1_592, Taken: 398 });
  expect(answer.tables.map((table: any) => table.path)).toEqual(['things', 'byWord']);
  const [{ new: added, gone }] = answer.tables;
  expect(added - gone).toBe(b.state.things.size - a.state.things.size);
});
