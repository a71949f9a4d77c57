/** Work that does not end within a turn: the client waits for it, and sends nothing else meanwhile. */
import type { Client } from '../client.ts';

export interface Tasks {
  /**
   * Lets the client wait for a promise. Then `write` writes the reply, in a turn. A CommandError becomes the reply; any other
   * error is a defect. Call it as the last thing, and write no reply.
   */
  wait<Result>(client: Client, promise: Promise<Result>, write: (result: Result) => void): void;
}
