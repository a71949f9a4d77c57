/** A child process that is sent messages, and whose messages are heard one by one. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class Child {
  readonly #process: ChildProcess;
  readonly #unheard: unknown[] = [];
  #waiting: PromiseWithResolvers<unknown> | undefined;
  #ended: string | undefined;

  /** Starts a module of this folder. */
  constructor(module: string, args: readonly string[] = []) {
    this.#process = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    });
    this.#process.on('message', (message) => {
      this.#unheard.push(message);
      this.#tell();
    });
    this.#process.on('exit', (code, signal) => {
      this.#ended = `${module} ended with ${signal ?? code}`;
      this.#tell();
    });
  }

  send(message: string | object): void {
    this.#process.send(message);
  }

  /** The next message. @throws Error when the process has ended without one */
  hear(): Promise<unknown> {
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    this.#tell();
    return promise;
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }

  #tell(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || (this.#unheard.length === 0 && this.#ended === undefined)) return;
    this.#waiting = undefined;
    if (this.#unheard.length > 0) waiting.resolve(this.#unheard.shift());
    else waiting.reject(new Error(this.#ended));
  }
}
