/** What the log of a server holds. */
import type { RedisServer } from '../../src/redis/index.ts';

/** The effects that were recorded after a sequence, as types and data without the database. */
export async function loggedEffects({ store }: RedisServer, after = 0): Promise<[type: string, data: object][]> {
  await store.flush();
  const effects: [string, object][] = [];
  for await (const { type, data } of store.events({ from: after + 1 })) {
    const { db: _, ...rest } = data as { readonly db: number };
    effects.push([type, rest]);
  }
  return effects;
}
