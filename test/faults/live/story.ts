/** What a ledger's log must answer: a plain loop over the issued events, without the engine. */
import { hashState, parsePath, toTaggedJson, valueAt } from 'refold';
import { type Ledger, type LedgerCommit, ledgerModel } from '../judging/ledger.ts';
import { PLACES } from './asking.ts';

/** How a place was after each event, as JSON with tags; undefined where nothing stood. By sequence. */
type PlaceStory = readonly (string | undefined)[];

/** A state, as far as the judge needs it. */
export interface Moment {
  readonly hash: string;
  /** Each leaf of the state by its path, as JSON with tags. */
  readonly leaves: ReadonlyMap<string, string>;
}

export class Story {
  readonly ledger: Ledger;
  readonly #places: ReadonlyMap<string, PlaceStory>;
  readonly #moments: ReadonlyMap<number, Moment>;
  readonly #commits: readonly LedgerCommit[];

  /** @param head where the log ends @param asked the sequences whose states were asked for */
  constructor(ledger: Ledger, head: number, asked: ReadonlySet<number>) {
    this.ledger = ledger;
    const places = new Map(PLACES.map((path) => [path, [] as (string | undefined)[]]));
    const moments = new Map<number, Moment>();
    const state = ledgerModel.initialState();
    const note = (sequence: number): void => {
      for (const [path, story] of places) story.push(jsonOf(valueAt(state, parsePath(path))));
      if (asked.has(sequence)) moments.set(sequence, { hash: hashState(state), leaves: leavesOf(state) });
    };
    note(0);
    this.#commits = ledger.commits.filter(({ lastSequence }) => lastSequence <= head);
    for (const { events, firstSequence, recordedAt } of this.#commits) {
      for (const [index, { type, data }] of events.entries()) {
        const sequence = firstSequence + index;
        const reduce = ledgerModel.reducers[type] as (...args: unknown[]) => void;
        reduce(state, data, { sequence, recordedAt, type, version: 1, data });
        note(sequence);
      }
    }
    this.#places = places;
    this.#moments = moments;
  }

  moment(sequence: number): Moment {
    return this.#moments.get(sequence)!;
  }

  place(path: string, sequence: number): string | undefined {
    return this.#places.get(path)![sequence];
  }

  /** The sequences of the events in a range that changed a place. */
  changesOf(path: string, from: number, to: number): number[] {
    const story = this.#places.get(path)!;
    const changes: number[] = [];
    for (let sequence = from; sequence <= to; sequence++) {
      if (story[sequence] !== story[sequence - 1]) changes.push(sequence);
    }
    return changes;
  }

  /** The sequences of the events of a type in a range. */
  typed(type: string, from: number, to: number): number[] {
    return this.#commits.flatMap(({ events, firstSequence }) =>
      events.flatMap((event, index) => {
        const sequence = firstSequence + index;
        return event.type === type && sequence >= from && sequence <= to ? [sequence] : [];
      }),
    );
  }
}

/** A value as JSON with tags. */
export function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(toTaggedJson(value));
}

function leavesOf(state: object): Map<string, string> {
  const { accounts, byCents, journal } = state as ReturnType<typeof ledgerModel.initialState>;
  const leaves = new Map<string, string>();
  for (const [name, account] of accounts) {
    for (const [key, value] of Object.entries(account)) leaves.set(`accounts["${name}"].${key}`, jsonOf(value)!);
  }
  for (const [cents, holders] of byCents) leaves.set(`byCents[${cents}]`, jsonOf(holders)!);
  for (const [key, value] of Object.entries(journal)) leaves.set(`journal.${key}`, jsonOf(value)!);
  return leaves;
}
