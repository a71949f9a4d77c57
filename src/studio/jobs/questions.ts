/** Why a value is as it is, and what is different between two moments: in the shapes of the command line. */
import { diffStates, formatPath, type Past, type PlaceChange, parsePath, toTaggedJson, valueAt } from '../../index.ts';
import { readCount, readSequence, readText } from '../server/query.ts';

/** Changes that one answer tells at most. */
const MOST_TOLD_CHANGES = 2_000;

/** A change of a place: `before` or `after` is absent where nothing stood. */
export interface WireChange {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Changes of a place, newest first, as soon as each is certain. The last line says how far was looked.
 *
 * @throws RefoldError as `past.why` does
 */
export async function* explain(past: Past, query: URLSearchParams, signal: AbortSignal): AsyncGenerator<object, void> {
  const path = readText(query, 'path') ?? '';
  const at = readSequence(query, 'at', (await past.range()).last);
  const limit = readCount(query, 'limit', 100, MOST_TOLD_CHANGES);
  const come: WireChange[] = [];
  let wake = (): void => {};
  const onChange = (change: PlaceChange): void => {
    come.push(wireChange(change));
    wake();
  };
  let isDone = false;
  const report = past.why(path, { to: at, limit, signal, onChange });
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

/** What is different in the state after one event and after another, at most `limit` places. */
export async function compare(past: Past, query: URLSearchParams, signal: AbortSignal): Promise<object> {
  const [from, to] = [readSequence(query, 'from'), readSequence(query, 'to')].toSorted((a, b) => a - b) as [
    number,
    number,
  ];
  const only = readText(query, 'only');
  const parts = only === undefined ? [] : parsePath(only);
  const limit = readCount(query, 'limit', 200, MOST_TOLD_CHANGES);
  const [before, after] = [await past.at(from, { signal }), await past.at(to, { signal })];
  const all = diffStates(valueAt(before.state, parts), valueAt(after.state, parts), limit + 1);
  return {
    from,
    to,
    events: to - from,
    changes: all.slice(0, limit).map(({ parts: inner, ...values }) => ({
      path: formatPath([...parts, ...inner]),
      ...tagged(values),
    })),
    complete: all.length <= limit,
  };
}

function wireChange({ sequence, recordedAt, type, ...values }: PlaceChange): WireChange {
  return { sequence, recordedAt, type, ...tagged(values) };
}

/** A value that is not there is absent. */
function tagged(values: { readonly before?: unknown; readonly after?: unknown }): {
  before?: unknown;
  after?: unknown;
} {
  return {
    ...(values.before !== undefined && { before: toTaggedJson(values.before) }),
    ...(values.after !== undefined && { after: toTaggedJson(values.after) }),
  };
}
