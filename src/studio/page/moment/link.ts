/**
 * The address of what is shown: everything stands in the fragment, which is never sent to a server.
 *
 * The key of the studio comes in the fragment too. It is taken out at once, and no link holds it.
 */
import { effect, type Signal, signal } from '@preact/signals';
import { storeKey } from '../base/api.ts';
import { reconnect } from './live.ts';
import {
  at,
  type Filter,
  filter,
  heatmapWindow,
  NO_FILTER,
  range,
  selectedPath,
  shown,
  subjects,
  tab,
  timelineBy,
  type Window,
  wanted,
} from './place.ts';

/** What a link says. */
interface Linked {
  readonly at?: string | undefined;
  readonly path?: string | undefined;
  readonly filter: Filter;
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** The axis of the timeline. */
  readonly by?: typeof timelineBy.value | undefined;
  readonly view?: string | undefined;
  /** What the view is of. */
  readonly of?: string | undefined;
  readonly window?: Window | undefined;
  /** What the log or its state was when the link was made. */
  readonly hash?: string | undefined;
}

/** The hash of the link that was opened, until it is compared with what the log has there. */
export const openedHash: Signal<string | undefined> = signal(undefined);

/** Reads the address, takes the key out of it, and keeps it up to date from then on. */
export function followAddress(): void {
  readAddress();
  addEventListener('hashchange', () => {
    // The printed address over that of a locked page changes the fragment alone, so nothing is loaded again.
    if (readAddress()) reconnect();
  });
  effect(() => {
    const text = linkText(linkedNow());
    if (shown.value !== undefined) writeAddress(text);
  });
}

/**
 * Browsers drop changes of the address, or throw, after 100 of them within 30 s, and a drag has more: so many come at once, and
 * then one in so many ms, the newest.
 */
const ADDRESS_BURST = 20;
const ADDRESS_EVERY_MS = 400;

/** When the next change may be written; all of a burst is free where this is long ago. */
let freeAt = Number.NEGATIVE_INFINITY;
let writing: ReturnType<typeof setTimeout> | undefined;

function writeAddress(link: string): void {
  clearTimeout(writing);
  const now = performance.now();
  if (freeAt > now) {
    writing = setTimeout(() => writeAddress(link), freeAt - now);
    return;
  }
  freeAt = Math.max(freeAt, now - ADDRESS_BURST * ADDRESS_EVERY_MS) + ADDRESS_EVERY_MS;
  history.replaceState(null, '', addressOf(link));
}

/** What a link to what is shown says. */
export function linkedNow(): Linked {
  const view = tab.value === 'state' ? undefined : tab.value;
  return {
    ...{ at: String(at.value), path: selectedPath.value, filter: filter.value, range: range.value },
    ...{ by: timelineBy.value, view },
    ...(view !== undefined && { of: subjects.value[view], window: heatmapWindow.value }),
  };
}

/** @returns whether it brought a key */
function readAddress(): boolean {
  const fragment = location.hash.slice(1);
  const key = new URLSearchParams(fragment).get('key');
  if (key !== null) storeKey(key);
  const linked = readLink(fragment);
  openedHash.value = linked.hash;
  if (linked.at !== undefined) wanted.value = /^\d+$/.test(linked.at) ? Number(linked.at) : linked.at;
  selectedPath.value = linked.path ?? '';
  filter.value = linked.filter;
  range.value = linked.range;
  timelineBy.value = linked.by ?? 'sequence';
  if (linked.view !== undefined) {
    tab.value = linked.view;
    heatmapWindow.value = linked.window;
    if (linked.of !== undefined) subjects.value = { ...subjects.value, [linked.view]: linked.of };
  }
  if (key !== null) history.replaceState(null, '', addressOf(linkText(linked)));
  return key !== null;
}

function addressOf(link: string): string {
  return link === '' ? location.pathname : `#${link}`;
}

/** What cannot be read is left out. */
function readLink(fragment: string): Linked {
  const given = new URLSearchParams(fragment);
  const text = (name: string): string | undefined => given.get(name) || undefined;
  const [from, to] = [sequenceIn(text('from')), sequenceIn(text('to'))];
  return {
    ...{ at: text('at'), path: text('path'), view: text('view'), of: text('of'), hash: text('hash') },
    by: text('by') === 'time' ? 'time' : 'sequence',
    window: windowIn(given),
    filter: {
      types: given.getAll('type').filter((type) => type !== ''),
      ...{ tag: text('tag') ?? '', where: text('where') ?? '', text: text('text') ?? '' },
    },
    range: from !== undefined && to !== undefined && from <= to ? { from, to } : undefined,
  };
}

/** Both ends of the part of time, or neither; likewise of the part of price. */
function windowIn(given: URLSearchParams): Window | undefined {
  const [since, until, low, high] = ['since', 'until', 'low', 'high'].map((name) => numberIn(given.get(name)));
  if (since === undefined || until === undefined || since >= until) return undefined;
  const hasPrices = low !== undefined && high !== undefined && low < high;
  return { since, until, ...(hasPrices && { low, high }) };
}

function numberIn(text: string | null): number | undefined {
  const number = text === null || text === '' ? Number.NaN : Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

function sequenceIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The fragment of a link, without `#`. */
export function linkText({
  at: place,
  path,
  filter: { types, tag, where, text } = NO_FILTER,
  ...rest
}: Linked): string {
  const link = new URLSearchParams();
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') link.append(name, String(value));
  };
  add('at', place);
  add('path', path);
  for (const type of types) add('type', type);
  add('tag', tag);
  add('where', where);
  add('text', text);
  add('from', rest.range?.from);
  add('to', rest.range?.to);
  if (rest.by === 'time') add('by', rest.by);
  add('view', rest.view);
  add('of', rest.of);
  for (const name of ['since', 'until', 'low', 'high'] as const) add(name, rest.window?.[name]);
  add('hash', rest.hash);
  return link.toString();
}
