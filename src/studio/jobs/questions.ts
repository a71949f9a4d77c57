/**
 * Why a value is as it is, and what is different between two moments: in the shapes of the command line, or with `values=shown` as
 * a page shows them.
 */
import { changesWithin, withTags } from '../../guests/state-changes.ts';
import { type Past, type PlaceChange, parsePath, type StateDifference } from '../../index.ts';
import { readMoment } from '../server/positions.ts';
import { readChoice, readCount, readText, required } from '../server/query.ts';
import type { DiffAnswer } from '../wire.ts';
import { MOST_COUNTED, shownChange, shownDifferences } from './changes.ts';

/** Changes that one answer tells at most. */
const MOST_TOLD_CHANGES = 2_000;
/** How far was looked is told so often on the whole way. */
const PROGRESS_TOLD = 100;

/**
 * Changes of a place, newest first, as soon as each is certain. The last line says how far was looked. With `values=shown`, lines
 * between them say how far was looked until then.
 *
 * @throws RefoldError as `past.why` does
 */
export async function* explain(past: Past, query: URLSearchParams, signal: AbortSignal): AsyncGenerator<object, void> {
  const path = readText(query, 'path') ?? '';
  const at = await readMoment(query, 'at', past);
  const limit = readCount(query, 'limit', 100, MOST_TOLD_CHANGES);
  const isShown = readShown(query);
  const parts = parsePath(path);
  const come: object[] = [];
  let wake = (): void => {};
  let told = 0;
  const add = (line: object): void => {
    come.push(line);
    wake();
  };
  const onChange = (change: PlaceChange): void =>
    add(isShown ? shownChange(change, parts) : withTags(change, 'before', 'after'));
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
    if (!isShown || done - told < total / PROGRESS_TOLD) return;
    told = done;
    add({ looked: done, of: total });
  };
  let isDone = false;
  const report = past.why(path, { ...(at && { to: at }), limit, signal, onChange, onProgress });
  const done = report.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  void done.then(() => wake());
  while (!isDone || come.length > 0) {
    if (come.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    else yield come.shift()!;
  }
  const { path: shown, lookedAt, complete } = await report;
  yield { path: shown, lookedAt, complete };
}

async function momentOf(past: Past, query: URLSearchParams, name: string): Promise<number> {
  return past.locate(required(await readMoment(query, name, past), name));
}

/** What is different in the state after one event and after another, at most `limit` places. */
export async function compare(past: Past, query: URLSearchParams, signal: AbortSignal): Promise<object> {
  const given = [await momentOf(past, query, 'from'), await momentOf(past, query, 'to')];
  const [from, to] = given.toSorted((a, b) => a - b) as [number, number];
  const only = readText(query, 'only');
  const parts = only === undefined ? [] : parsePath(only);
  const limit = readCount(query, 'limit', 200, MOST_TOLD_CHANGES);
  const [before, after] = [await past.at(from, { signal }), await past.at(to, { signal })];
  const changes = (most: number): StateDifference[] => changesWithin(parts, before.state, after.state, most);
  if (readShown(query)) {
    const types = from < to ? (await past.counts({ from: from + 1, to, signal })).types : {};
    const isSwapped = given[0]! > given[1]!;
    const places = shownDifferences(changes(MOST_COUNTED + 1), limit);
    return { from, to, events: to - from, types, ...places, ...(isSwapped && { isSwapped }) } satisfies DiffAnswer;
  }
  const all = changes(limit + 1);
  return {
    ...{ from, to, events: to - from },
    changes: all.slice(0, limit).map(({ parts: _, ...change }) => withTags(change, 'before', 'after')),
    complete: all.length <= limit,
  };
}

function readShown(query: URLSearchParams): boolean {
  return readChoice(query, 'values', ['tagged', 'shown']) === 'shown';
}
