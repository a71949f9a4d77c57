/**
 * The trading that the studio shows: a process writes the book, is killed with SIGKILL, and another one goes on.
 *
 * It gives news in their order. A caller that stops reading them ends the process. The exit of this process ends it too.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RefoldError } from 'refold';
import type { TraderMessage } from './trader.ts';

export interface TradingOptions {
  /** A file that does not exist yet. */
  readonly path: string;
  readonly seed: number;
  readonly commands: number;
  /** Commands a second. */
  readonly rate: number;
  /** Killed once so many commands are acknowledged. A shorter day is not disturbed. */
  readonly killAt: number;
  /** How long the book has no writer after that. */
  readonly pauseMs: number;
}

/** What happened. `commands` are counted from the day's beginning, and `sequence` is the last event. */
export type TradingNews =
  | { readonly kind: 'begun'; readonly pid: number }
  | ({ readonly kind: 'killed'; readonly pid: number } & Place)
  | ({ readonly kind: 'recovered'; readonly pid: number; readonly recoveryMs: number } & Place)
  | ({ readonly kind: 'over' } & Place);

interface Place {
  readonly commands: number;
  readonly sequence: number;
}

/**
 * Trades a made-up day into a new book. The first news comes when there is a book to look at. A process that is killed,
 * by this function or by somebody else, is followed by another one.
 *
 * @throws RefoldError `STORE_FAILED` when a process fails
 */
export async function* trade(options: TradingOptions): AsyncGenerator<TradingNews, void, void> {
  for (let isFirst = true; ; isFirst = false) {
    const trader = startTrader(options, isFirst ? options.killAt : Number.POSITIVE_INFINITY);
    const { pid } = trader;
    try {
      const start = await (isFirst ? beginningOf(trader) : recoveryOf(trader));
      if (start !== undefined) yield start;
      const { isKilled, ...place } = await trader.ended;
      yield isKilled ? { kind: 'killed', pid, ...place } : { kind: 'over', ...place };
      if (!isKilled) return;
    } finally {
      trader.kill();
    }
    await pause(options.pauseMs);
  }
}

async function beginningOf({ pid, written, ended }: Trader): Promise<TradingNews> {
  await Promise.race([written, ended]);
  return { kind: 'begun', pid };
}

/** Undefined for a process that was killed before it had opened the book. */
async function recoveryOf({ pid, opened, ended }: Trader): Promise<TradingNews | undefined> {
  const found = await Promise.race([opened, ended.then(() => undefined)]);
  return found && { kind: 'recovered', pid, ...found };
}

interface Trader {
  readonly pid: number;
  readonly opened: Promise<Place & { readonly recoveryMs: number }>;
  /** The first time that something is durable. */
  readonly written: Promise<Place>;
  readonly ended: Promise<Place & { readonly isKilled: boolean }>;
  kill(): void;
}

function startTrader({ path, seed, commands, rate }: TradingOptions, killAt: number): Trader {
  const args = [path, ...[seed, commands, rate].map(String)];
  const child = fork(fileURLToPath(import.meta.resolve('./trader.ts')), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const opened = Promise.withResolvers<Place & { readonly recoveryMs: number }>();
  const written = Promise.withResolvers<Place>();
  let last: Place = { commands: 0, sequence: 0 };
  child.on('message', ({ commands: done, sequence, recoveryMs }: TraderMessage) => {
    last = { commands: done, sequence };
    if (recoveryMs !== undefined) return opened.resolve({ ...last, recoveryMs });
    written.resolve(last);
    if (done >= killAt && done < commands) child.kill('SIGKILL');
  });
  const ended = endOf(child, path).then((isKilled) => ({ isKilled, ...last }));
  ended.catch(() => {}); // it may fail before it is awaited
  const kill = (): void => void child.kill('SIGKILL');
  // Before the file is deleted: a process that writes would put something beside it again.
  process.prependOnceListener('exit', kill);
  child.once('close', () => process.off('exit', kill));
  return { pid: child.pid ?? 0, opened: opened.promise, written: written.promise, ended, kill };
}

/** Whether the process was killed. Not `exit`: some messages may arrive after it, and they count. */
function endOf(child: ChildProcess, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve(signal !== null);
      else reject(endedByItself(path, signal ?? `code ${code}`));
    });
  });
}

function endedByItself(path: string, how: string): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot go on trading: the writing process ended with ${how}`, {
    path,
    hint: 'Read what it wrote to stderr, above',
  });
}
