/** Keys of a database as commands that make them again. */

import type { FormerKey } from '../calls/contracts/past.ts';
import { globOf } from '../calls/glob.ts';
import { rewriteCommands } from '../files/aof/write-commands.ts';
import { type Database, expiryOf } from '../model/key-space.ts';
import { plainValue } from './plain-value.ts';

/** The keys that match the pattern and have not expired. @param now in ms since the epoch */
export function formerKeys(database: Database, pattern: string, now: number): FormerKey[] {
  const matches = globOf(pattern);
  const found: FormerKey[] = [];
  for (const [at, key] of database.keys.keys.entries()) {
    const expireAt = expiryOf(database, key);
    if (!matches(key) || (expireAt !== undefined && expireAt <= now)) continue;
    const value = plainValue(database.keys.values[at]!);
    const commands = [...rewriteCommands([{ database: 0, key, value, expireAt }])];
    found.push({ key, commands: commands.filter(([name]) => name !== 'SELECT') });
  }
  return found;
}
