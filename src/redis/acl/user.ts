/** A user: who may come in with which password, and what it may do. */
import type { CommandRow } from '../calls/command.ts';
import { Selector } from './selector.ts';

export class User {
  readonly name: string;
  isOn = false;
  needsNoPassword = false;
  /** Whether RESTORE has to check what this user sends. Kept and given back: it always checks. */
  sanitizing: 'sanitize-payload' | 'skip-sanitize-payload' | undefined;
  /** SHA-256 hashes. */
  readonly passwords: Set<string> = new Set();
  /** The first is the one that rules without parentheses change. */
  readonly selectors: [Selector, ...Selector[]] = [new Selector()];

  constructor(name: string) {
    this.name = name;
  }

  get root(): Selector {
    return this.selectors[0];
  }

  /** Whether nothing is forbidden: then no command is checked. */
  get isUnrestricted(): boolean {
    const { hasAllChannels, hasAllCommands, hasAllKeys } = this.root;
    return hasAllCommands && hasAllKeys && hasAllChannels;
  }

  clone(): User {
    const copy = new User(this.name);
    copy.isOn = this.isOn;
    copy.needsNoPassword = this.needsNoPassword;
    copy.sanitizing = this.sanitizing;
    for (const hash of this.passwords) copy.passwords.add(hash);
    const [root, ...others] = this.selectors.map((selector) => selector.clone());
    copy.selectors.splice(0, 1, root!, ...others);
    return copy;
  }
}

/** The user that a client is who has not said who it is: it may do everything. */
export function defaultUser(rows: readonly CommandRow[]): User {
  const user = new User('default');
  user.isOn = true;
  user.needsNoPassword = true;
  user.root.hasAllKeys = true;
  user.root.hasAllChannels = true;
  user.root.allowAll(rows);
  return user;
}
