/**
 * Clients that wait for a key: BLPOP and its like.
 *
 * A change of a key makes it ready. When the command or transaction that changed it is over, the keys are served in the
 * order in which they became ready. The clients that wait for a key run their command again, first come first served; the
 * command takes from this key alone. One that still finds nothing keeps its place.
 */
import type { Client } from '../calls/client.ts';
import type { Blocking, Release, Wait } from '../calls/parts.ts';
import { DATABASES } from '../model/key-space.ts';
import { type Kind, kindOf, type Value } from '../model/values.ts';
import type { ChangeListener } from './changes.ts';

interface Waiting extends Wait {
  readonly client: Client;
  readonly db: number;
  /** The command that runs again. */
  readonly args: readonly string[];
  timer: NodeJS.Timeout | undefined;
}

/** The clients that wait for one key, in order. */
interface Queue {
  /** By the kind of value that they wait for. */
  readonly byKind: Map<Kind, Set<Waiting>>;
  /** Those of them that also wait for a loss. */
  readonly onLoss: Set<Waiting>;
}

interface ReadyKey {
  readonly db: number;
  readonly key: string;
}

/** What blocking needs of the server. */
export interface BlockingHost {
  valueAt(db: number, key: string): Value | undefined;
  /** Runs the command of a client again, and writes its reply. */
  rerun(client: Client, args: readonly string[]): void;
  /** Runs `job` in a turn. */
  schedule(job: () => void): void;
  /** The wait for a command ended, and it did not run again. `error` is its reply, if that is an error. */
  ended(args: readonly string[], error: string | undefined): void;
  /** The client goes on with what it has sent since. */
  resume(client: Client): void;
}

const UNBLOCKED = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';

/** Node's timers hold 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class BlockedClients implements Blocking, ChangeListener {
  readonly #host: BlockingHost;
  readonly #byClient = new Map<Client, Waiting>();
  readonly #byKey: readonly Map<string, Queue>[] = Array.from({ length: DATABASES }, () => new Map());
  /** Keys that changed, in the order in which they did. */
  readonly #ready = new Map<string, ReadyKey>();
  /** The one whose command runs again now, and the key that made it. */
  #rerunning: { readonly waiting: Waiting; readonly key: string; isStillWaiting: boolean } | undefined;
  /** The arguments of the command that runs now. */
  current: readonly string[] = [];

  constructor(host: BlockingHost) {
    this.#host = host;
  }

  /** How many clients wait. */
  get count(): number {
    return this.#byClient.size;
  }

  get readyKey(): string | undefined {
    return this.#rerunning?.key;
  }

  block(client: Client, wait: Wait): void {
    client.hasBlocked = true;
    if (this.#rerunning?.waiting.client === client) {
      this.#rerunning.isStillWaiting = true;
      return;
    }
    const args = wait.args ?? this.current;
    const waiting: Waiting = { ...wait, client, db: client.db, args, timer: undefined };
    this.#byClient.set(client, waiting);
    client.isBlocked = true;
    for (const key of wait.keys) this.#enqueue(waiting, key);
    if (wait.timeoutMs > 0) this.#startTimer(waiting, wait.timeoutMs);
  }

  release(client: Client, how: Release = 'timeout'): boolean {
    const waiting = this.#byClient.get(client);
    if (waiting === undefined) return false;
    this.#forget(waiting);
    const error = how === 'error' ? UNBLOCKED : undefined;
    if (error === undefined) waiting.expire(client);
    else client.reply.error(error);
    this.#host.ended(waiting.args, error);
    this.#host.resume(client);
    return true;
  }

  /** The client has left. */
  drop(client: Client): void {
    const waiting = this.#byClient.get(client);
    if (waiting !== undefined) this.#forget(waiting);
  }

  keyChanged(db: number, key: string): void {
    if (this.#byClient.size === 0) return;
    const queue = this.#byKey[db]!.get(key);
    if (queue !== undefined) this.#noteChange(db, key, queue);
  }

  databaseChanged(db: number): void {
    for (const [key, queue] of this.#byKey[db]!) this.#noteChange(db, key, queue);
  }

  /** Called when a command or another job is over. Serving one client may make more keys ready. */
  serve(): void {
    for (const [name, { db, key }] of this.#ready) {
      this.#ready.delete(name);
      this.#serveKey(db, key);
    }
  }

  #startTimer(waiting: Waiting, leftMs: number): void {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    waiting.timer = setTimeout(() => {
      if (leftMs > stepMs) this.#startTimer(waiting, leftMs - stepMs);
      else this.#host.schedule(() => this.#expire(waiting));
    }, stepMs);
  }

  #expire(waiting: Waiting): void {
    if (this.#byClient.get(waiting.client) === waiting) this.release(waiting.client);
  }

  #noteChange(db: number, key: string, queue: Queue): void {
    const value = this.#host.valueAt(db, key);
    const isWanted = value !== undefined && queue.byKind.has(kindOf(value));
    if (isWanted || queue.onLoss.size > 0) this.#ready.set(nameOf(db, key), { db, key });
  }

  /** Serves clients in order, as long as the key gives what they wait for. */
  #serveKey(db: number, key: string): void {
    const queue = this.#byKey[db]!.get(key);
    if (queue === undefined) return;
    const kind = this.#kindAt(db, key);
    for (const waiting of (kind && queue.byKind.get(kind)) ?? []) {
      if (this.#kindAt(db, key) !== kind) break;
      this.#rerun(waiting, key);
    }
    for (const waiting of queue.onLoss) if (this.#kindAt(db, key) !== waiting.kind) this.#rerun(waiting, key);
  }

  #rerun(waiting: Waiting, key: string): void {
    const { client, db, args } = waiting;
    if (client.isClosing) return;
    const name = nameOf(db, key);
    const wasReady = this.#ready.has(name);
    const run = { waiting, key, isStillWaiting: false };
    this.#rerunning = run;
    this.#host.rerun(client, args);
    this.#rerunning = undefined;
    if (run.isStillWaiting) {
      // What the command itself noted in the value, such as when a consumer was seen, must not make it run for ever.
      if (!wasReady) this.#ready.delete(name);
      return;
    }
    this.#forget(waiting);
    this.#host.resume(client);
  }

  #kindAt(db: number, key: string): Kind | undefined {
    const value = this.#host.valueAt(db, key);
    return value === undefined ? undefined : kindOf(value);
  }

  #enqueue(waiting: Waiting, key: string): void {
    const queues = this.#byKey[waiting.db]!;
    const queue = queues.get(key) ?? { byKind: new Map(), onLoss: new Set() };
    queues.set(key, queue);
    const alike = queue.byKind.get(waiting.kind) ?? new Set();
    queue.byKind.set(waiting.kind, alike.add(waiting));
    if (waiting.wakesOnLoss === true) queue.onLoss.add(waiting);
  }

  #forget(waiting: Waiting): void {
    const { client, db, keys, kind, timer } = waiting;
    clearTimeout(timer);
    this.#byClient.delete(client);
    client.isBlocked = false;
    for (const key of keys) {
      const queue = this.#byKey[db]!.get(key);
      const alike = queue?.byKind.get(kind);
      queue?.onLoss.delete(waiting);
      alike?.delete(waiting);
      if (alike?.size === 0) queue?.byKind.delete(kind);
      if (queue?.byKind.size === 0) this.#byKey[db]!.delete(key);
    }
  }
}

function nameOf(db: number, key: string): string {
  return `${db} ${key}`;
}
