/** The current event as lines: its data, what it changed in the state, and its meta. Pure. */
import type { Change, LongJson, Moment } from '../../../wire.ts';
import { type JsonLine, jsonLines } from './json-lines.ts';

export type EventPaneLine =
  | ({ readonly kind: 'json' } & JsonLine)
  | { readonly kind: 'long'; readonly path: 'data' | 'meta'; readonly long: LongJson }
  | { readonly kind: 'heading'; readonly path: 'changes'; readonly changes: number }
  | { readonly kind: 'change'; readonly path: string; readonly change: Change }
  | { readonly kind: 'more'; readonly path: 'more'; readonly changes: number };

/**
 * @param closed paths of data and meta that are closed
 * @param hasModel without a model it is not known what an event changed
 */
export function eventLines(
  { event, changes, changesInAll }: Pick<Moment, 'event' | 'changes' | 'changesInAll'>,
  closed: ReadonlySet<string>,
  hasModel = true,
): EventPaneLine[] {
  const left = changesInAll - changes.length;
  return [
    ...partLines('data', event?.data, event?.long?.data, closed),
    ...(hasModel ? [{ kind: 'heading', path: 'changes', changes: changesInAll } as const] : []),
    ...changes.map((change) => ({ kind: 'change', path: change.path, change }) as const),
    ...(left > 0 ? [{ kind: 'more', path: 'more', changes: left } as const] : []),
    ...partLines('meta', event?.meta, event?.long?.meta, closed),
  ];
}

function partLines(
  path: 'data' | 'meta',
  json: unknown,
  long: LongJson | undefined,
  closed: ReadonlySet<string>,
): EventPaneLine[] {
  if (long !== undefined) return [{ kind: 'long', path, long }];
  if (json === undefined) return [];
  return jsonLines(path, json, closed).map((line) => ({ kind: 'json', ...line }));
}
