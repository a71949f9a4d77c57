/** What the functions of views know about the log: its first event, and what a view is of. Kept for a generation of the log. */
import type { Past, RecordedEvent } from '../../index.ts';
import { generationOf } from '../jobs/log.ts';
import type { About, View } from './view.ts';
import { readSubjects } from './view-calls.ts';

export class ViewSource {
  readonly past: Past;
  #generation = '';
  #first: RecordedEvent | undefined;
  /** The first subject of each view, at the end of the log. */
  #subjects = new Map<View, string>();

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
      this.#subjects = new Map();
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
    return { of: asked ?? (await this.#firstSubject(view, first)), first };
  }

  async #firstSubject(view: View, first: RecordedEvent | undefined): Promise<string> {
    const known = this.#subjects.get(view);
    if (known !== undefined) return known;
    const { state } = await this.past.at((await this.past.range()).last);
    const subject = readSubjects(view, state, { of: '', first })?.[0];
    if (subject !== undefined) this.#subjects.set(view, subject);
    return subject ?? '';
  }
}
