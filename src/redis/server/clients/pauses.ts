/** CLIENT PAUSE: commands wait until its end. */
import type { Client } from '../../calls/client.ts';
import type { PauseKind, Pauses } from '../../calls/contracts/client-parts.ts';

export interface PausesHost {
  /** Runs `job` in a turn. */
  schedule(job: () => void): void;
  /** The client goes on with what it has sent since. */
  resume(client: Client): void;
}

/** Node's timers end at 2^31 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class ClientPauses implements Pauses {
  readonly #host: PausesHost;
  #kind: PauseKind | undefined;
  #until = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<Client, () => void>();

  constructor(host: PausesHost) {
    this.#host = host;
  }

  /** How many clients wait. */
  get count(): number {
    return this.#waiting.size;
  }

  isPaused(kind: PauseKind): boolean {
    return this.#kind === 'all' || this.#kind === kind;
  }

  pause(kind: PauseKind, until: number): void {
    this.#kind = this.#kind === 'all' ? 'all' : kind;
    this.#until = Math.max(this.#until, until);
    this.#arm();
  }

  unpause(): void {
    this.#kind = undefined;
    this.#until = 0;
    clearTimeout(this.#timer);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [client, again] of waiting) {
      client.isBlocked = false;
      this.#host.schedule(() => {
        again();
        this.#host.resume(client);
      });
    }
  }

  /** The client waits until the end of the pause. Then `again` runs its command. */
  postpone(client: Client, again: () => void): void {
    client.isBlocked = true;
    this.#waiting.set(client, again);
  }

  /** The client has left. */
  drop(client: Client): void {
    this.#waiting.delete(client);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const left = Math.max(this.#until - Date.now(), 0);
    this.#timer = setTimeout(
      () => (this.#until > Date.now() ? this.#arm() : this.unpause()),
      Math.min(left, LONGEST_TIMER_MS),
    );
  }
}
