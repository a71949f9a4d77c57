/** What the stand-in for threads and its users share: one module, however often the stand-in itself is imported. */
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
