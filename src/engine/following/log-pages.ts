/**
 * Pages of the log, for followers that are behind the tail.
 *
 * Followers that read the same page at about the same time share it. A page is small, so that one who reads slowly holds little.
 */
import { grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { findBlocks } from '../../log/found-blocks.ts';
import type { LogStore } from '../../log/log-store.ts';
import { unpackBlock, unpackedBytes } from '../../log/unpacking/unpacking.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { recordedTypesOf } from '../folding/formers.ts';
import { taggersOf } from '../folding/taggers.ts';
import { type UpcastRules, upcastEvent, upcastRulesOf } from '../folding/upcast.ts';
import { freezeEvents } from './frozen.ts';
import type { Selection } from './selection.ts';

/** A stretch of the log, brought to the model's versions. Its events are frozen. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /** The last sequence that it covers. */
  readonly through: number;
  /** What ended it, if something could not be read or upcast. It comes after the events. */
  readonly error?: unknown;
}

/** A page ends after the block with which it has reached this size, unpacked. */
const LOG_PAGE_BYTES = 256 * 1024;
/** How many pages are kept for those who come a little later. */
const PAGES_KEPT = 4;

export class LogPages {
  readonly #model: Model;
  readonly #log: LogStore;
  readonly #recent = new Map<string, Promise<LogPage>>();
  #rules: Promise<UpcastRules> | undefined;
  #round = 0;

  constructor(model: Model, log: LogStore) {
    this.#model = model;
    this.#log = log;
  }

  /**
   * The page that begins at `from`.
   *
   * @param to the last sequence that may be in it; not before `from`
   * @returns never rejects: `error` says what went wrong
   */
  read(from: number, to: number, selection: Selection): Promise<LogPage> {
    const key = `${from} ${selection.key}`;
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const page = this.#read(from, to, selection);
    this.#recent.set(key, page);
    if (this.#recent.size > PAGES_KEPT) this.#recent.delete(this.#recent.keys().next().value!);
    void page.then(({ error }) => error !== undefined && this.#recent.delete(key));
    return page;
  }

  /** Rises when the log was redacted: a page that was asked for before may hold what is not in the log any more. */
  get round(): number {
    return this.#round;
  }

  /** Keeps no page, because the log was redacted. */
  forget(): void {
    this.#round += 1;
    this.#recent.clear();
  }

  async #read(from: number, to: number, selection: Selection): Promise<LogPage> {
    const { tag } = selection;
    const types = selection.types && recordedTypesOf(this.#model, selection.types);
    const tags = tag === undefined ? undefined : { tag, types, taggers: taggersOf(this.#model) };
    const events: RecordedEvent[] = [];
    let through = from - 1;
    try {
      this.#rules ??= upcastRulesOf(this.#model, this.#log);
      const rules = await this.#rules;
      let bytes = 0;
      let isFull = false;
      for await (const block of findBlocks(this.#log, { from, to, tags })) {
        for await (const { events: found, isCertain } of unpackBlock(block, { types, tags })) {
          for (let index = 0; index < found.length; index++) {
            const { sequence } = found[index]!;
            // Sealing may meanwhile have joined events that were already read with later ones.
            if (sequence <= through || sequence > to) continue;
            const present = this.#upcast(found[index]!, rules);
            if (Array.isArray(present)) events.push(...present.filter((event) => selection.has(event)));
            else {
              const event = present as RecordedEvent;
              if (isCertain?.[index] === true || selection.hasTag(event)) events.push(event);
            }
            through = sequence;
          }
        }
        through = Math.min(block.lastSequence, to);
        bytes += unpackedBytes(block);
        isFull = bytes >= LOG_PAGE_BYTES;
        if (isFull) break;
      }
      // Blocks without the tag are not read: the page covers them all the same.
      if (tags !== undefined && !isFull) through = to;
      if (through < from) throw nothingThere(this.#log.path, from);
      return { events: freezeEvents(events), through };
    } catch (error) {
      this.#rules = undefined;
      return { events: freezeEvents(events), through, error };
    }
  }

  #upcast(event: RecordedEvent, rules: UpcastRules): RecordedEvent | readonly RecordedEvent[] {
    return guardOf(this.#log).run(() => upcastEvent(this.#model, event, rules));
  }
}

function nothingThere(path: string, sequence: number): RefoldError {
  const message = `Cannot follow ${path}: it gave nothing from sequence ${grouped(sequence)} on, although it says that it has it`;
  return new RefoldError('LOG_CORRUPT', message, { path, sequence, hint: 'Run refold verify' });
}

/** What a store that has failed says in place of an error of its log. */
export function errorOr(failure: RefoldError | undefined, error: unknown): unknown {
  return failure !== undefined && !isRefoldError(error, 'HISTORY_GONE') ? failure : error;
}
