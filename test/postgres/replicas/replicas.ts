/** Live replicas in processes, which are killed and started again. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PostgresLogOptions } from '../../../src/log/postgres/postgres-source.ts';

const REPLICA = fileURLToPath(new URL('replica.ts', import.meta.url));
const FLAGS = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];

/** Where a replica finds the log. */
export type Address = { readonly path: string } | { readonly url: string; readonly log: PostgresLogOptions };

/** What a replica shows. */
export interface Shown {
  readonly sequence: number;
  readonly hash: string;
}

export class Replicas {
  readonly #addresses: readonly Address[];
  readonly #children: ChildProcess[] = [];

  /** Starts one for each address. */
  static async start(addresses: readonly Address[]): Promise<Replicas> {
    const replicas = new Replicas(addresses);
    await Promise.all(addresses.map((_, index) => replicas.#begin(index)));
    return replicas;
  }

  private constructor(addresses: readonly Address[]) {
    this.#addresses = addresses;
  }

  async #begin(index: number): Promise<void> {
    const child = fork(REPLICA, [JSON.stringify(this.#addresses[index])], { execArgv: FLAGS });
    this.#children[index] = child;
    await messageOf(child);
  }

  /** Kills one, and starts it again. */
  async restart(index: number): Promise<void> {
    const child = this.#children[index]!;
    child.kill('SIGKILL');
    await once(child, 'exit');
    await this.#begin(index);
  }

  /** What each shows once it has a sequence. */
  show(sequence: number): Promise<Shown[]> {
    return Promise.all(
      this.#children.map(async (child) => {
        const shown = messageOf(child);
        child.send(sequence);
        return (await shown) as Shown;
      }),
    );
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }),
    );
  }
}

/** @throws Error when the process ends first */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code, killed]) => {
    throw new Error(`a replica ended with ${killed ?? code}`);
  });
  ended.catch(() => {});
  try {
    return (await Promise.race([once(child, 'message', { signal }), ended]))[0];
  } finally {
    over.abort();
  }
}
