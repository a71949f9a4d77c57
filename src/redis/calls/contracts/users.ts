/** Who clients are: AUTH, and the users of ACL. */
import type { Client } from '../client.ts';

export interface Users {
  has(name: string): boolean;
  /** Makes the client this user, if the password is right. Otherwise it stays who it was. Gives whether it did. */
  authenticate(client: Client, name: string, password: string): boolean;
  /** Makes the client who a new client is: the default user, or unknown when that one has a password. */
  reset(client: Client): void;
  /** Whether the default user needs no password. */
  readonly isOpen: boolean;
}
