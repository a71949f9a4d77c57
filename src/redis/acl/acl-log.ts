/** ACL LOG: what users were not allowed to do, newest first. */
import type { AclLogEntry } from '../calls/contracts/users.ts';

/** The same denial within so many ms is counted, not listed again. */
const SAME_MS = 60_000;

export class AclLog {
  #entries: readonly AclLogEntry[] = [];

  entries(): readonly AclLogEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }

  /** @param most how many entries are kept */
  add(entry: Omit<AclLogEntry, 'count'>, most: number): void {
    const known = this.#entries.find((each) => isSame(each, entry));
    const others = this.#entries.filter((each) => each !== known);
    this.#entries = [{ ...entry, count: (known?.count ?? 0) + 1 }, ...others].slice(0, most);
  }
}

function isSame(known: AclLogEntry, entry: Omit<AclLogEntry, 'count'>): boolean {
  return (
    entry.at - known.at <= SAME_MS &&
    known.reason === entry.reason &&
    known.context === entry.context &&
    known.object === entry.object &&
    known.username === entry.username
  );
}
