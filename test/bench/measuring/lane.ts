/**
 * Processes that are measured in turns: each has prepared something in its heap, and does its part of a round when it
 * is asked; the others wait. So other load on the machine affects all of them alike.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export class Lane<Question, Answer> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the script, and waits until it has prepared what it needs and calls `serve`. */
  static async open<Question, Answer>(script: URL, args: readonly string[]): Promise<Lane<Question, Answer>> {
    const lane = new Lane<Question, Answer>(fork(script, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
    await lane.#nextMessage();
    return lane;
  }

  /** @throws Error when the process has died; its reason is on stderr */
  async ask(question: Question): Promise<Answer> {
    const answer = this.#nextMessage();
    this.#child.send(question as object);
    return (await answer) as Answer;
  }

  /** The files of the process are in a folder that is removed, so it need not clean up. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async #nextMessage(): Promise<unknown> {
    const answered = new AbortController();
    const { signal } = answered;
    const died = once(this.#child, 'exit', { signal }).then(([code, killedBy]) => {
      throw new Error(`a process that was to be measured ended with ${killedBy ?? code}`);
    });
    died.catch(() => {});
    try {
      return (await Promise.race([once(this.#child, 'message', { signal }), died]))[0];
    } finally {
      answered.abort();
    }
  }
}

/** In the lane's process: says that it is ready, and answers from then on. */
export function serve<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', async (question) => process.send!(await answer(question as Question)));
  process.send!('ready');
}
