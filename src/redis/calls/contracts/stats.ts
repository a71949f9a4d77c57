/** Counters of INFO. */
export interface Stats {
  hits: number;
  misses: number;
  expired: number;
  /** Keys that had expired before the server began. */
  expiredAtLoad: number;
  evicted: number;
  /** Clients that were closed because clients took too much memory. */
  evictedClients: number;
  /** Values that UNLINK and the ASYNC forms have deleted. */
  lazyFreed: number;
  commands: number;
  connections: number;
  errors: number;
  /** Bytes that clients have sent, and bytes that were sent to them. */
  inputBytes: number;
  outputBytes: number;
  /** How often something was read from a client, and how often output was sent to one. */
  reads: number;
  writes: number;
}

/** The counters at the start. */
export function noStats(): Stats {
  return {
    hits: 0,
    misses: 0,
    expired: 0,
    expiredAtLoad: 0,
    evicted: 0,
    evictedClients: 0,
    lazyFreed: 0,
    commands: 0,
    connections: 0,
    errors: 0,
    inputBytes: 0,
    outputBytes: 0,
    reads: 0,
    writes: 0,
  };
}
