/** A process that writes a copy of the shop's log while a page looks at it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, inject } from 'vitest';
import type { Told } from '../fixtures/live-writer.ts';
import { SHOPPING } from '../fixtures/logs.ts';
import { pathOf } from './studios.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/live-writer.ts', import.meta.url));

export class Writer {
  readonly path: string;
  readonly #child: ChildProcess;

  private constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.#child = child;
  }

  static async start(path: string = copyOf(pathOf(SHOPPING))): Promise<Writer> {
    const child = fork(PROGRAM, [path], {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
    });
    const writer = new Writer(path, child);
    started.push(writer);
    await once(child, 'message');
    return writer;
  }

  /** @returns the last sequence after it */
  async tell(told: Told): Promise<number> {
    const done = once(this.#child, 'message');
    this.#child.send(told);
    const [{ sequence }] = await done;
    return sequence;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

const started: Writer[] = [];

/** Call it at the top of a test file: no writer outlives its test. */
export function endWriters(): void {
  afterEach(async () => {
    for (const writer of started.splice(0)) await writer.kill();
  });
}

function copyOf(path: string): string {
  const copy = join(mkdtempSync(join(inject('studio').folder, 'live-')), 'live.db');
  cpSync(path, copy);
  return copy;
}
