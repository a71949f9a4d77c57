/** Users and their passwords. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Client } from '../../calls/client.ts';
import type { Users } from '../../calls/contracts/users.ts';
import type { Config } from '../../calls/parts.ts';

export class ServerUsers implements Users {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  get isOpen(): boolean {
    return this.#config.text('requirepass') === '';
  }

  has(name: string): boolean {
    return name === 'default';
  }

  authenticate(client: Client, name: string, password: string): boolean {
    const isRight = this.isOpen || isSamePassword(this.#config.text('requirepass'), password);
    if (name !== 'default' || !isRight) return false;
    client.user = name;
    return true;
  }

  reset(client: Client): void {
    client.user = this.isOpen ? 'default' : undefined;
  }
}

/** Compares hashes, in a time that says nothing of the passwords. */
function isSamePassword(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
