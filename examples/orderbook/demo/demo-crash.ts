/** Starts a writing process and kills it in the middle of its work. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RefoldError } from 'refold';
import type { ProgressBar } from '../progress.ts';
import type { Acknowledged } from './demo-writer.ts';

export interface CrashOptions {
  readonly path: string;
  readonly seed: number;
  readonly commands: number;
  /** Killed once so many commands are acknowledged. */
  readonly killAt: number;
  readonly progress: ProgressBar;
}

export interface Crash {
  /** The last acknowledgement that arrived before the process ended. */
  readonly acknowledged: Acknowledged;
  /** How the process ended: `SIGKILL`, if everything worked as planned. */
  readonly signal: NodeJS.Signals | null;
  readonly pid: number;
}

/**
 * Lets a child process write the flow into the book, and kills it with SIGKILL.
 *
 * @throws RefoldError `STORE_FAILED` when the child ends before it is killed
 */
export function writeUntilKilled(options: CrashOptions): Promise<Crash> {
  const { path, seed, commands, killAt, progress } = options;
  const child = fork(fileURLToPath(import.meta.resolve('./demo-writer.ts')), [path, String(seed), String(commands)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let acknowledged: Acknowledged = { commands: 0, sequence: 0 };
  child.on('message', (message: Acknowledged) => {
    acknowledged = message;
    progress.update(message.commands);
    if (message.commands >= killAt) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Not `exit`: some messages may arrive after it, and they count.
    child.once('close', (code, signal) => {
      progress.end();
      if (signal !== null) resolve({ acknowledged, signal, pid: child.pid ?? 0 });
      else reject(endedByItself(path, code));
    });
  });
}

function endedByItself(path: string, code: number | null): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot show a crash: the writing process ended by itself with code ${code}`, {
    path,
    hint: 'Read what it wrote to stderr, above',
  });
}
