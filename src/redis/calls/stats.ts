/** Counters of INFO. */
export interface Stats {
  hits: number;
  misses: number;
  expired: number;
  evicted: number;
  commands: number;
  connections: number;
  errors: number;
  bytesIn: number;
  bytesOut: number;
  /** Pieces read from and written to sockets. */
  reads: number;
  writes: number;
  rejectedConnections: number;
}

/** The counters at the start. */
export function noStats(): Stats {
  return {
    hits: 0,
    misses: 0,
    expired: 0,
    evicted: 0,
    commands: 0,
    connections: 0,
    errors: 0,
    bytesIn: 0,
    bytesOut: 0,
    reads: 0,
    writes: 0,
    rejectedConnections: 0,
  };
}
