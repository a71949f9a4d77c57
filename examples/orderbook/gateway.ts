/**
 * Sends commands to the book without waiting for each. Many are in flight, up to a limit, and each one is counted.
 *
 * A command is decided and folded inside the call, so `store.state` right after `send` is the book after it. Its
 * promise resolves when its events are durable. The gateway keeps count of those promises, and passes the first failure
 * on at the next `room` or `drain`.
 */
import type { Commit, EventMeta } from 'refold';
import type { BookCommand, CommandName, ReadonlyBook, RecordedBookEvent } from './model/index.ts';

/** The outcome of a command, as `execute` returns it. */
export type CommandOutcome =
  | { readonly status: 'accepted'; readonly commit: Commit | undefined }
  | { readonly status: 'rejected'; readonly code: string; readonly message: string };

/** What the example needs of a refold store of the order book. */
export interface BookStore {
  readonly state: ReadonlyBook;
  readonly sequence: number;
  execute(name: CommandName, input: any, options?: { readonly meta?: EventMeta }): Promise<CommandOutcome>;
  subscribe(listener: (events: readonly RecordedBookEvent[]) => void): () => void;
  stateHash(): Promise<string>;
}

/** Commands whose events may be on their way to the disk at once. */
const IN_FLIGHT = 4_096;

/** The first command that was refused, and why. */
export interface FirstRejection {
  /** The row of the feed, from 0. */
  readonly row: number;
  readonly message: string;
}

export interface SendOptions {
  readonly meta?: EventMeta;
  /** Called in the order of the commands, once the outcome is durable. */
  readonly onOutcome?: (outcome: CommandOutcome) => void;
}

export class Gateway {
  readonly store: BookStore;
  /** Rejections so far, by code. */
  readonly rejections: Map<string, number> = new Map();
  /** Where the commands that are sent now come from: a row of a feed, from 0. */
  row = 0;
  #firstRejection: FirstRejection | undefined;
  #sent = 0;
  #completed = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(store: BookStore) {
    this.store = store;
  }

  /** Commands sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Commands whose outcome is durable, or that have failed: the first so many of those sent. */
  get completed(): number {
    return this.#completed;
  }

  get rejected(): number {
    return this.rejections.values().reduce((sum, count) => sum + count, 0);
  }

  get rejectedByCode(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.rejections);
  }

  /** The first command that was refused. */
  get firstRejection(): FirstRejection | undefined {
    return this.#firstRejection;
  }

  /** Runs a command. The book has changed when this returns. */
  send(command: BookCommand, { meta, onOutcome }: SendOptions = {}): void {
    this.#sent++;
    const { row } = this;
    this.store.execute(command.name, command.input, meta === undefined ? {} : { meta }).then(
      (outcome) => {
        if (outcome.status === 'rejected') this.#countRejection(row, outcome);
        this.#complete();
        onOutcome?.(outcome);
      },
      (error: unknown) => {
        this.#failure ??= { error };
        this.#complete();
      },
    );
  }

  /** Undefined while there is room for another command; otherwise resolves when there is. Fails as a command did. */
  room(): Promise<void> | undefined {
    if (this.#failure === undefined && this.#sent - this.#completed < IN_FLIGHT) return undefined;
    return this.#untilInFlight(IN_FLIGHT / 2);
  }

  /** Resolves when every command is durable. Fails as a command did. */
  drain(): Promise<void> {
    return this.#untilInFlight(0);
  }

  async #untilInFlight(bound: number): Promise<void> {
    while (this.#failure === undefined && this.#sent - this.#completed > bound) {
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          if (this.#failure !== undefined || this.#sent - this.#completed <= bound) resolve();
        };
      });
    }
    this.#wake = undefined;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #complete(): void {
    this.#completed++;
    this.#wake?.();
  }

  #countRejection(row: number, { code, message }: CommandOutcome & { readonly status: 'rejected' }): void {
    this.#firstRejection ??= { row, message };
    this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1);
  }
}
