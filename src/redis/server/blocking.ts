/**
 * Clients that wait for a key: BLPOP and its like.
 *
 * A change of a key makes it ready. When the command that changed it is over, the clients that wait for it run their
 * command again, first come first served. One that still finds nothing keeps its place.
 */
import type { Client } from '../calls/client.ts';
import type { Blocking, Wait } from '../calls/parts.ts';
import { DATABASES } from '../model/key-space.ts';
import { kindOf, type Value } from '../model/values.ts';
import type { ChangeListener } from './changes.ts';

interface Waiting extends Wait {
  readonly client: Client;
  readonly db: number;
  /** The command that runs again. */
  readonly args: readonly string[];
  readonly timer: NodeJS.Timeout | undefined;
}

/** What blocking needs of the server. */
export interface BlockingHost {
  valueAt(db: number, key: string): Value | undefined;
  /** Runs the command of a client again, and writes its reply. */
  rerun(client: Client, args: readonly string[]): void;
  /** Runs `job` in a turn. */
  schedule(job: () => void): void;
  /** The client goes on with what it has sent since. */
  resume(client: Client): void;
}

export class BlockedClients implements Blocking, ChangeListener {
  readonly #host: BlockingHost;
  readonly #byClient = new Map<Client, Waiting>();
  /** For each database and key those that wait, in order. */
  readonly #byKey: readonly Map<string, Set<Waiting>>[] = Array.from({ length: DATABASES }, () => new Map());
  #ready: { readonly db: number; readonly key: string }[] = [];
  /** The one whose command runs again now. */
  #rerunning: Waiting | undefined;
  #isStillWaiting = false;
  /** The arguments of the command that runs now. */
  current: readonly string[] = [];

  constructor(host: BlockingHost) {
    this.#host = host;
  }

  get count(): number {
    return this.#byClient.size;
  }

  block(client: Client, wait: Wait): void {
    client.hasBlocked = true;
    if (this.#rerunning?.client === client) {
      this.#isStillWaiting = true;
      return;
    }
    const { timeoutMs } = wait;
    // Node's timers end at 2^31 ms; a longer time is as good as for ever.
    const timer =
      timeoutMs > 0 && timeoutMs < 2 ** 31
        ? setTimeout(() => this.#host.schedule(() => void this.release(client)), timeoutMs)
        : undefined;
    const waiting = { ...wait, client, db: client.db, args: this.current, timer };
    this.#byClient.set(client, waiting);
    client.isBlocked = true;
    for (const key of wait.keys) {
      const all = this.#byKey[client.db]!.get(key) ?? new Set();
      this.#byKey[client.db]!.set(key, all.add(waiting));
    }
  }

  release(client: Client, error?: string): boolean {
    const waiting = this.#byClient.get(client);
    if (waiting === undefined) return false;
    this.#forget(waiting);
    if (error === undefined) waiting.expire(client);
    else client.reply.error(error);
    this.#host.resume(client);
    return true;
  }

  /** The client has left. */
  drop(client: Client): void {
    const waiting = this.#byClient.get(client);
    if (waiting !== undefined) this.#forget(waiting);
  }

  keyChanged(db: number, key: string): void {
    if (this.#byClient.size > 0 && this.#byKey[db]!.has(key)) this.#ready.push({ db, key });
  }

  databaseChanged(db: number): void {
    for (const key of this.#byKey[db]!.keys()) this.#ready.push({ db, key });
  }

  /** Called when a command is over. Serving one client may make more keys ready. */
  serve(): void {
    while (this.#ready.length > 0) {
      const ready = this.#ready;
      this.#ready = [];
      for (const { db, key } of ready) this.#serveKey(db, key);
    }
  }

  #serveKey(db: number, key: string): void {
    for (const waiting of [...(this.#byKey[db]!.get(key) ?? [])]) {
      const value = this.#host.valueAt(db, key);
      if (!(waiting.wakesOnLoss === true || (value !== undefined && kindOf(value) === waiting.kind))) continue;
      if (this.#byClient.get(waiting.client) !== waiting) continue;
      this.#rerunning = waiting;
      this.#isStillWaiting = false;
      this.#host.rerun(waiting.client, waiting.args);
      this.#rerunning = undefined;
      if (this.#isStillWaiting) continue;
      this.#forget(waiting);
      this.#host.resume(waiting.client);
    }
  }

  #forget(waiting: Waiting): void {
    const { client, db, keys, timer } = waiting;
    clearTimeout(timer);
    this.#byClient.delete(client);
    client.isBlocked = false;
    for (const key of keys) {
      const all = this.#byKey[db]!.get(key);
      all?.delete(waiting);
      if (all?.size === 0) this.#byKey[db]!.delete(key);
    }
  }
}
