/** What the functions of views know about the log: its first event, and what a view is of. Kept for a generation of the log. */
import type { Past, RecordedEvent } from '../../index.ts';
import { generationOf } from '../jobs/log.ts';
import { type Written, writtenAt } from './panes.ts';
import type { About, View } from './view.ts';

export class ViewSource {
  readonly past: Past;
  #generation = '';
  #first: RecordedEvent | undefined;
  /** By view and subject. */
  #atEnd = new Map<string, Written & { readonly last: number }>();

  constructor(past: Past) {
    this.past = past;
  }

  /** As in the answer of `/api/log`: when it changes, everything that was kept is dropped. */
  async generation(): Promise<string> {
    const { first } = await this.past.range();
    const generation = generationOf(first, this.past.redactions, this.past.fingerprint);
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#first = undefined;
      this.#atEnd = new Map();
    }
    return generation;
  }

  /** The first event of the log; undefined if the log is empty, or the event was dropped. */
  async first(): Promise<RecordedEvent | undefined> {
    await this.generation();
    if (this.#first === undefined)
      for await (const event of this.past.events({ limit: 1 })) if (event.sequence === 1) this.#first = event;
    return this.#first;
  }

  /** @param asked what the page wants; undefined for the first subject at the end of the log */
  async about(view: View, asked: string | undefined): Promise<About> {
    const first = await this.first();
    if (view.subjects === undefined) return { of: '', first };
    return { of: asked ?? (await this.atEnd(view, undefined)).of ?? '', first };
  }

  /**
   * How the numbers of a view are written at the end of the log, and what it is of there.
   *
   * @param asked the subject; undefined for the first one
   * @throws RefoldError as `past.at`; ViewFailure
   */
  async atEnd(view: View, asked: string | undefined): Promise<Written> {
    const first = await this.first();
    const key = JSON.stringify([view.name, asked ?? null]);
    const known = this.#atEnd.get(key);
    const { last } = await this.past.range();
    // A subject that is not there yet may come.
    if (known !== undefined && (known.last === last || known.subjects?.includes(known.of ?? '') === true)) return known;
    const { state } = await this.past.at(last);
    const written = { ...writtenAt(view, state, first, asked), last };
    if (this.#atEnd.size >= MOST_KEPT) this.#atEnd.clear();
    this.#atEnd.set(key, written);
    return written;
  }
}

/** Subjects of all views whose numbers are kept. */
const MOST_KEPT = 1_000;
