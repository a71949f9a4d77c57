/** Manages the racers: processes that run for many rounds and get one order at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './orders.ts';

const RACER = fileURLToPath(new URL('./racer.ts', import.meta.url));
/** In ms. Two loaded cores are slow. */
const PATIENCE_MS = 60_000;

export class Racer {
  readonly #process: ChildProcess;
  #last: Promise<Answer>;
  #isDead = false;

  constructor() {
    this.#process = fork(RACER, {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('exit', () => (this.#isDead = true));
    this.#last = this.#answer();
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Resolves with the answer; a racer that dies or hangs answers `lost`. */
  tell(order: Order): Promise<Answer> {
    this.#last = this.#last.then(() => {
      const answer = this.#answer();
      if (!this.#isDead) this.#process.send(order);
      return answer;
    });
    return this.#last;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#process.kill(name);
  }

  /** Resolves when a killed racer and its locks no longer exist. */
  async gone(): Promise<void> {
    if (!this.#isDead) await new Promise((resolve) => this.#process.once('exit', resolve));
  }

  retire(): void {
    this.#isDead = true;
    this.#process.kill('SIGKILL');
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve) => {
      const lost = (why: string): Answer => ({ done: false, marks: [], code: 'lost', message: why });
      const answered = (answer: Answer): void => {
        clearTimeout(tooLate);
        this.#process.off('message', onMessage).off('exit', onExit);
        resolve(answer);
      };
      const onMessage = (answer: unknown): void => answered(answer as Answer);
      const onExit = (): void => answered(lost('the process ended'));
      const tooLate = setTimeout(() => {
        // Its late answer would pass for the answer to the next order.
        this.retire();
        answered(lost('the process hangs'));
      }, PATIENCE_MS);
      this.#process.on('message', onMessage).on('exit', onExit);
      if (this.#isDead) onExit();
    });
  }
}

/** Eight racers. Killed ones are replaced before each round. */
export class Stable {
  readonly #racers: Racer[];

  constructor(size: number) {
    this.#racers = Array.from({ length: size }, () => new Racer());
  }

  /** The first `count` racers. */
  racers(count: number): Racer[] {
    for (const [place, racer] of this.#racers.entries()) if (racer.isDead) this.#racers[place] = new Racer();
    return this.#racers.slice(0, count);
  }

  close(): void {
    for (const racer of this.#racers) racer.retire();
  }
}
