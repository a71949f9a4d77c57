/**
 * Moments of a log: one state that moves to where a page asks, and answers what is in sight there.
 *
 * Questions are answered one after the other. A question whose asker has gone is not answered, also while it waits.
 */
import {
  type Commit,
  formatPath,
  hashState,
  type Past,
  type PastCursor,
  type PastPosition,
  parsePath,
  type RecordedEvent,
  valueAt,
} from '../../index.ts';
import type { Change, LongJson, Look, Moment, MomentCost, TableFound, ViewAnswer, WireEvent } from '../wire.ts';
import { findKey } from './find-key.ts';
import { insideOf } from './inside.ts';
import { lookAt } from './look.ts';
import { BEGINNING, LONGEST_VALUE, showValue, wholeValue } from './show-value.ts';
import { Warming } from './warming.ts';

export interface MomentQuestion {
  readonly at: PastPosition;
  readonly looks: readonly Look[];
  /** Whether to say the hash of the state, which costs a walk through all of it. */
  readonly hash?: boolean;
  /** Draws a view of the state. */
  readonly draw?: ((state: unknown) => ViewAnswer) | undefined;
}

export interface PlaceQuestion {
  readonly at: PastPosition;
  readonly path: string;
}

export interface FindQuestion extends PlaceQuestion {
  readonly key: string;
  readonly after: number;
}

/** For steps back, drags and far places: the states that are kept in memory may take so much. */
const DRAG_BYTES = 64 * 2 ** 20;
/** Collections that were replaced are compared: so many of them, with so many entries each. */
const COMPARED = { places: 50, entries: 1_000 };
/** An event that changes more than a person can read tells the first of it: so many places, and so many characters. */
const SHOWN_CHANGES = { places: 500, characters: 262_144 };

export class Moments {
  readonly #past: Past;
  readonly #warming: Warming;
  #cursor: PastCursor | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param onWarm hears whether far places are as cheap as they get */
  constructor(past: Past, onWarm: (isWarm: boolean) => void = () => {}) {
    this.#past = past;
    this.#warming = new Warming(async (signal) => (await this.#cursor?.warm({ signal })) ?? false, onWarm);
  }

  /** @throws RefoldError as `past.at` does; the signal's reason when the asker has gone */
  ask(question: MomentQuestion, signal: AbortSignal): Promise<Moment> {
    return this.#inTurn(() => this.#answer(question, signal), signal);
  }

  /** Where a key stands in a table at a moment. @throws as `ask` does */
  find(
    { at, path, key, after }: FindQuestion,
    signal: AbortSignal,
  ): Promise<TableFound & { readonly sequence: number }> {
    return this.#inTurn(async () => {
      const cursor = await this.#cursorAt(at, signal);
      const table = path === '' ? cursor.state : valueAt(cursor.state, parsePath(path));
      return { sequence: cursor.sequence, path, ...findKey(table, key, after) };
    }, signal);
  }

  /** A whole value, for copying. @throws RefoldError `INVALID_OPTION` if it is more than an answer may hold; as `ask` does */
  value({ at, path }: PlaceQuestion, signal: AbortSignal): Promise<object> {
    return this.#inTurn(async () => {
      const cursor = await this.#cursorAt(at, signal);
      const value = path === '' ? cursor.state : valueAt(cursor.state, parsePath(path));
      return { sequence: cursor.sequence, path, value: wholeValue(value) };
    }, signal);
  }

  #inTurn<Answer>(run: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const end = this.#warming.pause();
    const answer = this.#last.then(() => {
      signal.throwIfAborted();
      return run();
    });
    this.#last = answer.catch(() => {}).finally(end);
    return answer;
  }

  async #answer({ at, looks, hash = false, draw }: MomentQuestion, signal: AbortSignal): Promise<Moment> {
    const cursor = await this.#cursorAt(at, signal);
    const { changes } = cursor;
    // From here on nothing waits: the tables of the state move with the cursor.
    return {
      sequence: cursor.sequence,
      recordedAt: cursor.recordedAt,
      ...(cursor.event !== undefined && { event: taggedEvent(cursor.event, this.#past.model) }),
      ...(cursor.commit !== undefined && { commit: wireCommit(cursor.commit) }),
      changes: firstChanges(changes),
      changesInAll: changes.length,
      cost: costOf(cursor),
      ...(hash && { hash: hashState(cursor.state) }),
      look: lookAt(cursor.state, looks),
      ...(draw !== undefined && { view: draw(cursor.state) }),
    };
  }

  async #cursorAt(at: PastPosition, signal: AbortSignal): Promise<PastCursor> {
    if (this.#cursor === undefined) {
      this.#cursor = await this.#past.cursor(at, { checkpointBytes: DRAG_BYTES, signal });
    } else {
      await this.#cursor.to(at, { signal });
    }
    return this.#cursor;
  }
}

/** Tags are computed as the log computes them: from the data, in the model's version. */
function taggedEvent(event: RecordedEvent, { events }: Past['model']): WireEvent {
  const entry: unknown = events[event.type];
  const tagger = typeof entry === 'object' && entry !== null && 'tags' in entry ? entry.tags : undefined;
  const tags = typeof tagger === 'function' ? tagsBy(tagger as (data: unknown) => unknown, event.data) : [];
  return { ...wireEvent(event), ...(tags.length > 0 && { tags }) };
}

function tagsBy(tagger: (data: unknown) => unknown, data: unknown): readonly string[] {
  try {
    const tags = tagger(data);
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string').slice(0, MOST_TAGS) : [];
  } catch {
    return []; // an event that was recorded before the tagger was as it is now
  }
}

/** As many as an event may have. */
const MOST_TAGS = 16;

export function wireEvent(event: RecordedEvent): WireEvent {
  const { sequence, recordedAt, type, version, data, meta, commandId } = event;
  const [longData, longMeta] = [longJson(data), longJson(meta)];
  return {
    ...{ sequence, recordedAt, type, version },
    ...(longData === undefined && { data }),
    ...(meta !== undefined && longMeta === undefined && { meta }),
    ...((longData ?? longMeta) !== undefined && {
      long: { ...(longData && { data: longData }), ...(longMeta && { meta: longMeta }) },
    }),
    ...(commandId !== undefined && { commandId }),
  };
}

/** An event without a bound would make an answer without one. */
function longJson(value: unknown): LongJson | undefined {
  const json = JSON.stringify(value) ?? '';
  return json.length <= LONGEST_VALUE ? undefined : { beginning: json.slice(0, BEGINNING), length: json.length };
}

function firstChanges(changes: PastCursor['changes']): Change[] {
  const told: Change[] = [];
  let characters = 0;
  for (const change of changes.slice(0, SHOWN_CHANGES.places)) {
    const one = wireChange(change, told.length < COMPARED.places);
    characters += JSON.stringify(one).length;
    if (characters > SHOWN_CHANGES.characters) break;
    told.push(one);
  }
  return told;
}

function wireCommit({ firstSequence, lastSequence }: Commit): NonNullable<Moment['commit']> {
  return { first: firstSequence, last: lastSequence };
}

function wireChange({ parts, ...values }: PastCursor['changes'][number], isCompared: boolean): Change {
  return {
    path: formatPath(parts),
    // A value that is not there is absent; undefined that is there is tagged.
    ...('before' in values && { before: showValue(values.before) }),
    ...('after' in values && { after: showValue(values.after) }),
    ...(isCompared && insideOf(values, parts, COMPARED.entries)),
  };
}

function costOf({ cost }: PastCursor): MomentCost {
  const { keyframe, checkpoint, events, milliseconds } = cost;
  return {
    ...(keyframe !== undefined && { keyframe }),
    ...(checkpoint !== undefined && { checkpoint }),
    eventsFolded: events,
    ms: milliseconds,
  };
}
