/** Who clients are: AUTH, and the users of ACL. */
import type { Client } from '../client.ts';
import type { CommandRow } from '../command.ts';

/** Commands, keys and channels that belong together, as rules. */
export interface SelectorFacts {
  readonly commands: string;
  readonly keys: string;
  readonly channels: string;
}

export interface UserFacts extends SelectorFacts {
  readonly flags: readonly string[];
  /** SHA-256 hashes. */
  readonly passwords: readonly string[];
  /** Those beside the first. */
  readonly selectors: readonly SelectorFacts[];
}

/** Something that a user was not allowed to do. */
export interface AclLogEntry {
  readonly count: number;
  readonly reason: 'command' | 'key' | 'channel' | 'auth';
  readonly context: 'toplevel' | 'multi';
  readonly object: string;
  readonly username: string;
  /** In ms since the epoch. */
  readonly at: number;
  /** A line as CLIENT LIST has it. */
  readonly clientInfo: string;
}

export interface Users {
  has(name: string): boolean;
  /** Makes the client this user, if the password is right. Otherwise it stays who it was. Gives whether it did. */
  authenticate(client: Client, name: string, password: string): boolean;
  /** Makes the client who a new client is: the default user, or unknown when that one has a password. */
  reset(client: Client): void;
  /** Whether the default user needs no password. */
  readonly isOpen: boolean;

  /** Names in alphabetical order. */
  names(): readonly string[];
  facts(name: string): UserFacts | undefined;
  /** Lines as ACL LIST has them, in alphabetical order. */
  lines(): readonly string[];
  /** Changes or makes a user by rules: all of them or none. @throws CommandError */
  change(name: string, rules: readonly string[]): void;
  /** Deletes a user, and closes its connections. Gives whether it was there. */
  remove(name: string): boolean;
  /** Why the user may not run the request, for people; undefined when it may. @throws CommandError for an unknown user */
  tryOut(name: string, row: CommandRow, args: readonly string[]): string | undefined;
  /** Newest first. */
  log(): readonly AclLogEntry[];
  clearLog(): void;
  /** Reads the ACL file again: all of its users, or none if one line is wrong. @throws CommandError */
  load(): void;
  /** Writes the ACL file. @throws CommandError */
  save(): void;
}
