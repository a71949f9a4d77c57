/**
 * How much memory is used, and the gate that keeps commands which need more of it out when it is short.
 *
 * JavaScript does not say what a value takes. The state keeps an estimate of its size, and clients know their buffers.
 */
import type { Call } from '../../calls/call.ts';
import type { Client } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { Config, Memory } from '../../calls/parts.ts';
import { MAX_ENTRIES } from '../../model/dense.ts';
import { databaseOf, type KeySpace, sizeOfSpace } from '../../model/key-space.ts';
import type { Gate } from '../dispatch.ts';
import type { Evictor } from './eviction.ts';
import type { HeapGuard } from './heap-guard.ts';

/** What the server takes without keys and clients, roughly. */
const BASE_BYTES = 1024 * 1024;

export const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

export interface MemoryHost {
  readonly config: Config;
  readonly evictor: Evictor;
  readonly heap: HeapGuard;
  space(): KeySpace;
  /** A call that changes the key space in the turn that runs. */
  call(): Call;
  /** Bytes that wait in buffers of clients. */
  bufferBytes(): number;
  /** Closes clients that take more than `maxmemory-clients`. */
  evictClients(): void;
  /** Runs the job in a turn. */
  inTurn(job: () => void): Promise<boolean>;
}

/** How often the server looks whether memory is short, when no command asks. */
const LOOK_MS = 100;

export class MemoryMeter implements Memory {
  readonly #host: MemoryHost;
  #peak = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: MemoryHost) {
    this.#host = host;
  }

  /** Begins to evict between commands as well: `maxmemory` may have become less. */
  start(): void {
    this.#timer = setInterval(() => {
      if (this.#isFull()) void this.#host.inTurn(() => this.#makeRoom());
    }, LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get stateBytes(): number {
    return sizeOfSpace(this.#host.space());
  }

  get bufferBytes(): number {
    return this.#host.bufferBytes();
  }

  used(): number {
    const used = BASE_BYTES + this.stateBytes + this.bufferBytes;
    this.#peak = Math.max(this.#peak, used);
    return used;
  }

  peak(): number {
    return Math.max(this.#peak, this.used());
  }

  /** Evicts keys when memory is short, and refuses commands that need more of it. */
  readonly gate: Gate = (client, row) => {
    const isRefusable = mayGrow(client, row);
    const hasRoom = this.#makeRoom();
    if (!isRefusable) return undefined;
    if (!hasRoom || this.#host.heap.isFull(this.stateBytes)) return OUT_OF_MEMORY;
    return undefined;
  };

  /** Refuses commands that might add keys to a database which holds as many as one Map can. */
  readonly keyLimitGate: Gate = (client, row, args) => {
    const { length } = databaseOf(this.#host.space(), client.db).keys.keys;
    if (length + args.length < MAX_ENTRIES) return undefined;
    return addsKeys(row) ? OUT_OF_MEMORY : undefined;
  };

  #makeRoom(): boolean {
    if (!this.#isFull()) return true;
    if (this.#host.config.text('maxmemory-clients') !== '0') this.#host.evictClients();
    const call = this.#host.call();
    const start = performance.now();
    const hasRoom = this.#host.evictor.makeRoom(call, () => this.#isFull());
    call.parts.observations.latency.observe('eviction-cycle', performance.now() - start);
    return hasRoom;
  }

  #isFull(): boolean {
    const limit = this.#host.config.number('maxmemory');
    return limit > 0 && this.used() > limit;
  }
}

/** In a transaction every command takes memory until EXEC. */
const NOT_KEPT_FOR_EXEC = new Set(['exec', 'discard', 'multi', 'watch', 'unwatch', 'quit', 'reset']);

/** Whether a command needs more memory, as Redis sees it. */
function mayGrow({ transaction }: Client, row: CommandRow): boolean {
  if (row.flags.includes('denyoom')) return true;
  if (transaction === undefined) return false;
  if (row.name === 'exec') return transaction.flags.has('denyoom');
  return !NOT_KEPT_FOR_EXEC.has(row.name);
}

/** SMOVE makes keys, though Redis lets it run without memory. */
function addsKeys({ flags, name }: CommandRow): boolean {
  return flags.includes('denyoom') || name === 'smove';
}
