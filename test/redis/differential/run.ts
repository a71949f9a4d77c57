/** The same random commands against two servers, with their replies and their data compared. */
import { type Reply, requestOf, type TestClient } from '../test-client.ts';
import { comparable } from './compare.ts';
import { dataDifferences } from './data.ts';
import { Chance, compileTemplate } from './grammar.ts';
import { type Comparison, type Template, WORDS } from './templates.ts';

/** Commands that go out together. */
const PIPELINE = 50;
/** Commands after which all data is compared. */
export const ROUND = 1_000;
/** Commands that a report tells, up to the difference. */
const TOLD = 40;

export interface Differential {
  readonly seed: number;
  readonly commands: number;
  readonly templates: readonly Template[];
  /** Commands after which all data is compared; default `ROUND`. */
  readonly round?: number;
  /** Called after each round, when both servers have the same data. Returns differences that it has found. */
  readonly between?: (done: number) => Promise<readonly string[]>;
}

/** Two servers. A client may be replaced between two rounds, when its server was started again. */
export interface Pair {
  readonly ours: TestClient;
  readonly theirs: TestClient;
}

interface Sent {
  readonly args: string[];
  readonly comparison: Comparison;
}

/** The first differences, as text; empty when both servers agree. */
export async function differencesOf(
  pair: Pair,
  { seed, commands, templates, round = ROUND, between }: Differential,
): Promise<string[]> {
  const chance = new Chance(seed);
  const compiled = templates.map(({ text, comparison = 'exact' }) => ({ make: compileTemplate(text), comparison }));
  const trail: string[][] = [];
  for (const client of [pair.ours, pair.theirs]) await reset(client);
  for (let done = 0; done < commands; ) {
    const batch: Sent[] = Array.from({ length: PIPELINE }, () => {
      const { make, comparison } = chance.pick(compiled);
      return { args: make(chance, WORDS), comparison };
    });
    const [ours, theirs] = await Promise.all([send(pair.ours, batch), send(pair.theirs, batch)]);
    const found = batch.flatMap(({ args, comparison }, at) => {
      trail.push(args);
      const [our, their] = [comparable(ours[at]!, comparison), comparable(theirs[at]!, comparison)];
      return our === their
        ? []
        : [`seed ${seed}, command ${done + at}: ${JSON.stringify(args)}\n  ours   ${our}\n  theirs ${their}`];
    });
    trail.splice(0, trail.length - TOLD - PIPELINE);
    if (found.length > 0) return [...found.slice(0, 3), `before: ${JSON.stringify(trail)}`];
    done += batch.length;
    if (done % round !== 0) continue;
    for (const client of [pair.ours, pair.theirs]) await client.ask('DISCARD');
    const differences = await dataDifferences(pair.ours, pair.theirs);
    if (differences.length === 0) differences.push(...((await between?.(done)) ?? []));
    if (differences.length > 0) return [`seed ${seed}, after command ${done}`, ...differences];
  }
  return [];
}

async function reset(client: TestClient): Promise<void> {
  await client.ask('DISCARD');
  await client.call('SELECT', 0);
  await client.call('FLUSHALL');
  // Both delete what has expired when a command meets it. When the servers look for it themselves differs.
  await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
}

function send(client: TestClient, batch: readonly Sent[]): Promise<Reply[]> {
  client.write(batch.map(({ args }) => requestOf(args)).join(''));
  return Promise.all(batch.map(() => client.next()));
}
