/**
 * The state that the stand-in for threads and its users share. It is one module, although the stand-in is imported many
 * times.
 */
import type { MessagePort } from 'node:worker_threads';

export interface ThreadStart {
  readonly parentPort: MessagePort;
  readonly workerData: unknown;
}

export const standIn: { enabled: boolean; started: number; readonly starts: Map<string, ThreadStart> } = {
  enabled: true,
  started: 0,
  starts: new Map(),
};
