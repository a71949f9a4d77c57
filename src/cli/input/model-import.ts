/**
 * Import through a model: each event is upcast, validated by its schema and folded by its reducer, as a live one is, and
 * keeps the time it was recorded at.
 */
import { type ImportedEvent, isRefoldError, type Model, openStore, RefoldError, type Upcaster } from '../../index.ts';
import { quietly } from '../output/quietly.ts';
import { readableError } from '../output/readable-error.ts';

/** An event with the line it came from, and how long that was. */
export interface ImportedLine extends ImportedEvent {
  readonly recordedAt: number;
  readonly line: number;
  readonly bytes: number;
}

/**
 * Appends wait for the disk when this much is on its way: far less than makes an append wait by itself, since one that
 * waits would read the clock of a later event.
 */
const WINDOW_EVENTS = 2_000;
const WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Appends the events to a new log, one commit each.
 *
 * @throws RefoldError as `append` does, with the line; the log is then to be thrown away
 */
export async function appendAll(model: Model, path: string, events: AsyncIterable<ImportedLine>): Promise<number> {
  let clock = 0;
  // Direct and unsynced: if anything goes wrong the log is thrown away.
  const options = { path, durability: 'os', fold: 'direct', clock: () => clock } as const;
  await using store = await quietly(() => openStore(model, options));
  const window = new AppendWindow();
  for await (const event of events) {
    clock = event.recordedAt;
    const { type, data, meta } = upcast(model, event);
    window.add(store.append({ type, data, meta }), event);
    if (window.isFull) await window.settled();
  }
  await window.settled();
  await store.flush();
  return store.sequence;
}

/** Appends under way. */
class AppendWindow {
  #appends: Promise<unknown>[] = [];
  #bytes = 0;
  #failure: unknown;

  get isFull(): boolean {
    return this.#appends.length >= WINDOW_EVENTS || this.#bytes >= WINDOW_BYTES;
  }

  add(append: Promise<unknown>, { line, bytes }: ImportedLine): void {
    // Of several failures the first is told: the others may only be its consequences.
    this.#appends.push(append.catch((error) => (this.#failure ??= withLine(error, line))));
    this.#bytes += bytes;
  }

  /** Resolves when all of them are done. @throws the first failure */
  async settled(): Promise<void> {
    await Promise.all(this.#appends);
    if (this.#failure !== undefined) throw this.#failure;
    this.#appends = [];
    this.#bytes = 0;
  }
}

/** @throws RefoldError `EVENT_REJECTED` */
function upcast(model: Model, event: ImportedLine): ImportedEvent {
  const known = model.types.get(event.type);
  const { version = known?.version ?? 1, type, line } = event;
  if (known === undefined) return event; // append says what is wrong with it
  if (!Number.isSafeInteger(version) || version < 1 || version > known.version) {
    throw refused(`its version is ${version}, and the model has ${known.version}`, type, line, 'Use a newer model');
  }
  let data = event.data;
  for (let from = version; from < known.version; from++) data = runUpcaster(known.upcast[from]!, data, from, event);
  return { ...event, data };
}

function runUpcaster(upcaster: Upcaster, data: unknown, from: number, { type, line }: ImportedLine): unknown {
  const hint = `Correct upcast[${from}] of ${type}: it must accept all data of version ${from}, and give plain JSON`;
  let result: unknown;
  try {
    result = upcaster(data);
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') return result;
    // Nobody will await it: its rejection must not bring the process down.
    (result as PromiseLike<unknown>).then(undefined, () => {});
  } catch (error) {
    throw refused(`its upcaster from version ${from} threw: ${readableError(error).message}`, type, line, hint);
  }
  throw refused(`its upcaster from version ${from} gave a promise`, type, line, hint);
}

function refused(problem: string, type: string, line: number, hint: string): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot import ${type}: ${problem}`, { type, line, hint });
}

function withLine(error: unknown, line: number): unknown {
  if (!isRefoldError(error)) return error;
  const { code, message, ...details } = error.toJSON();
  return new RefoldError(code, message, { ...details, line, cause: error });
}
