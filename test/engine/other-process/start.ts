/** Starts processes that write, and ends those that still run. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WriterAnswer, WriterRequest } from './writer.ts';

const children: ChildProcess[] = [];
const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Call it after each test. */
export function endWriters(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

export interface Writer {
  /** Resolves when the writer has done the request. */
  ask(request: WriterRequest): Promise<WriterAnswer>;
  /** The same, but it blocks this thread: no code here can read the log before the writer is done. */
  askBusily(request: WriterRequest): Promise<WriterAnswer>;
  /** Kills the process, as `kill -9` does. */
  kill(): Promise<void>;
}

export async function startWriter(path: string, history: 'keep' | 'discard' = 'keep'): Promise<Writer> {
  const execArgv = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const child = fork(join(import.meta.dirname, 'writer.ts'), [path, history], { execArgv });
  children.push(child);
  await once(child, 'message');
  const ask = async (request: WriterRequest): Promise<WriterAnswer> => {
    const answer = once(child, 'message');
    child.send(request);
    return (await answer)[0];
  };
  return {
    ask,
    askBusily: async (request) => {
      const mark = `${path}-done`;
      const answer = ask({ ...request, mark });
      await new Promise((resolve) => setImmediate(resolve)); // the request is being sent
      while (!existsSync(mark)) Atomics.wait(nobody, 0, 0, 10);
      return answer;
    },
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
