/** Counters of INFO. */
export interface Stats {
  hits: number;
  misses: number;
  expired: number;
  /** Keys that had expired before the server began. */
  expiredAtLoad: number;
  evicted: number;
  /** Values that UNLINK and the ASYNC forms have deleted. */
  lazyFreed: number;
  commands: number;
  connections: number;
  errors: number;
}

/** The counters at the start. */
export function noStats(): Stats {
  return {
    hits: 0,
    misses: 0,
    expired: 0,
    expiredAtLoad: 0,
    evicted: 0,
    lazyFreed: 0,
    commands: 0,
    connections: 0,
    errors: 0,
  };
}
