/**
 * Cuts: states that `watch` gave before all of their events were durable.
 *
 * When another writer takes over, such an event may never be in the log. Then the state that was given is that of no log, and what
 * comes after it would not fit. So the watching ends with an error.
 */
import { grouped, RefoldError } from '../../core/errors.ts';

interface Cut {
  readonly sequence: number;
  readonly lost: AbortController;
}

export class Cuts {
  readonly #path: string;
  readonly #open = new Set<Cut>();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * What comes after a cut that is not durable yet.
   *
   * @param signal of the caller
   * @param follow gives what comes after the sequence, until its signal aborts
   */
  after<Item>(
    sequence: number,
    signal: AbortSignal | undefined,
    follow: (signal: AbortSignal) => AsyncGenerator<Item, void>,
  ): AsyncGenerator<Item, void> {
    const cut = { sequence, lost: new AbortController() };
    this.#open.add(cut);
    return followCut(this.#path, cut, signal, follow);
  }

  /** Everything up to here is durable. */
  reached(sequence: number): void {
    for (const cut of this.#open) if (cut.sequence <= sequence) this.#open.delete(cut);
  }

  /** Another writer has taken over, and everything up to here is durable. */
  lose(sequence: number): void {
    this.reached(sequence);
    for (const { lost } of this.#open) lost.abort();
    this.#open.clear();
  }
}

async function* followCut<Item>(
  path: string,
  { sequence, lost }: Cut,
  given: AbortSignal | undefined,
  follow: (signal: AbortSignal) => AsyncGenerator<Item, void>,
): AsyncGenerator<Item, void> {
  yield* follow(given === undefined ? lost.signal : AbortSignal.any([given, lost.signal]));
  if (!lost.signal.aborted || given?.aborted === true) return;
  const message = `Cannot go on watching ${path}: another writer took over before the state at ${grouped(sequence)} was durable`;
  throw new RefoldError('NOT_WRITER', message, { path, sequence, hint: 'Watch again: the state is another one now' });
}
