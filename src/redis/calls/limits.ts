/** What a collection may hold. A command asks before its first effect. */
import { MAX_ENTRIES } from '../model/dense.ts';
import { CommandError } from './errors.ts';

/** @throws CommandError when the collection has no room for so many more entries */
export function requireRoom(size: number, added: number): void {
  if (size + added > MAX_ENTRIES) throw new CommandError(`ERR a key holds at most ${MAX_ENTRIES} entries`);
}
