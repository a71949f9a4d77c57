/** What commands about clients may ask of the server: client-side caches, pauses, MONITOR. */
import type { Client, TrackingState } from '../client.ts';

/** What the server knows of a connection beyond the client itself. */
export interface ClientFacts {
  /** The number of the socket; -1 without one. */
  readonly fd: number;
  /** Bytes that have come and are not yet part of a finished request. */
  readonly unreadBytes: number;
  /** Bytes of output that the client has not taken. */
  readonly unsentBytes: number;
  /** Roughly the memory that the client takes, in bytes. */
  readonly memoryBytes: number;
}

export interface TrackingCounts {
  readonly clients: number;
  /** Keys that clients may have cached. */
  readonly keys: number;
  /** Pairs of a key and a client that may have cached it. */
  readonly items: number;
  readonly prefixes: number;
}

/** Client-side caching: tells clients which of the keys that they may have cached have changed. */
export interface Tracking {
  readonly counts: TrackingCounts;
  enable(client: Client, state: TrackingState): void;
  disable(client: Client): void;
}

/** CLIENT PAUSE: all commands wait, or those that write. */
export type PauseKind = 'all' | 'write';

export interface Pauses {
  /** Whether commands of the kind wait now. While writes wait, no key may expire or be evicted, either. */
  isPaused(kind: PauseKind): boolean;
  /** @param until in ms since the epoch. A pause that holds already is never made shorter or weaker. */
  pause(kind: PauseKind, until: number): void;
  unpause(): void;
}

export interface Monitors {
  add(client: Client): void;
  remove(client: Client): void;
}
