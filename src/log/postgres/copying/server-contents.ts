/** What is in a log in PostgreSQL, for a copy of it. */
import type { LogContents } from '../../copying/log-copying.ts';
import type { StoredOutcome } from '../../log-store.ts';
import type { PostgresReader } from '../reading.ts';
import { soundOutcome } from '../tables/rows.ts';

const OUTCOMES_A_PAGE = 1_000;

/** @param path names the log in messages */
export async function contentsOnServer(reader: PostgresReader, path: string): Promise<LogContents> {
  const [, sequence, recordedAt, chain, generation] = (await reader.ask('state'))[0] as readonly [
    number,
    number,
    number,
    string,
    number,
  ];
  const meta = (await reader.ask('allMeta')).map(([key, value]) => [String(key), String(value)] as const);
  const owners = new Set((await reader.ask('allSnapshots')).map(([owner]) => String(owner)));
  return {
    trimmed: { sequence, recordedAt, chain },
    ...{ meta, generation, owners: [...owners] },
    outcomes: () => outcomesOf(reader, path),
  };
}

async function* outcomesOf(reader: PostgresReader, path: string): AsyncGenerator<StoredOutcome, void> {
  for (let after = 0; ; ) {
    const page = await reader.outcomesAfter(after, OUTCOMES_A_PAGE);
    for (const row of page) yield soundOutcome(row, path);
    if (page.length < OUTCOMES_A_PAGE) return;
    after = page.at(-1)!.ordinal;
  }
}
