/**
 * Differences between two moments for people: a line for each property of the state that changed, then the first changes. By default
 * it all fits a screen: where single changes do not, there is a line for each entry. Pure, but for the width of the output.
 */
import { byProperty, type ChangedEntry, countEntries, entriesOf, isOrder } from '../../../guests/state-changes.ts';
import { formatPath, type StateDifference } from '../../../index.ts';
import { cut, outputWidth, padRight, widthOf } from '../../output/lines.ts';
import { count, counted, oneLine, pairs, time } from '../../output/text.ts';
import { shortLine, shortValue } from '../../output/values.ts';

export interface Comparison {
  readonly from: Moment;
  readonly to: Moment;
  /** Events after the first moment, up to the second one, by type, the most frequent first. */
  readonly types: readonly (readonly [type: string, count: number])[];
  readonly changes: readonly StateDifference[];
}

export interface Moment {
  readonly sequence: number;
  readonly recordedAt: number;
}

/** A screen has 24 lines. The command, the line that names the model, and the next prompt take three. */
const SCREEN_LINES = 21;
const SHOWN_TABLES = 9;
const MEMBER_WIDTH = 24;

/** @param limit how many single changes; undefined for what fits a screen */
export function describeDiff(comparison: Comparison, limit: number | undefined): string {
  const { changes } = comparison;
  const head = headOf(comparison);
  const top = pairs(head);
  if (changes.length === 0) return `${top}nothing is different\n`;
  const room = SCREEN_LINES - head.length - 1;
  if (limit === undefined && changes.length > room) return `${top}\n${entryLines(changes, room - 1)}`;
  const shown = changes.slice(0, limit ?? changes.length);
  const left = changes.length - shown.length;
  const more = left === 0 ? '' : `… ${counted(left, 'more change')}: use --all, --limit or --only\n`;
  return `${top}\n${shown.map(changeLine).join('')}${more}`;
}

function headOf({ from, to, types, changes }: Comparison): (readonly [string, string])[] {
  const tables = tablesOf(changes);
  const labels = ['events', ...tables.map(([table]) => table)];
  const room = outputWidth() - Math.max(...labels.map(widthOf)) - 2;
  return [
    ['from', placeText(from)],
    ['to', placeText(to)],
    ['events', eventsText(to.sequence - from.sequence, types, room)],
    ...tables.map(([table, text]) => [table, cut(oneLine(text), room)] as const),
  ];
}

function placeText({ sequence, recordedAt }: Moment): string {
  return sequence === 0 ? '0' : `${count(sequence)}, ${time(recordedAt)}`;
}

/** As many types as fit a line. */
function eventsText(events: number, types: Comparison['types'], room: number): string {
  const named = types.map(([type, number]) => `${count(number)} ${oneLine(type)}`);
  for (let shown = named.length; shown > 0; shown--) {
    const left = named.length - shown;
    const more = left === 0 ? [] : [counted(left, 'more type')];
    const text = `${count(events)}: ${[...named.slice(0, shown), ...more].join(', ')}`;
    if (widthOf(text) <= room || shown === 1) return text;
  }
  return count(events);
}

/** For each property of the state, how many entries are new, gone and changed; or its values, if it has no entries. */
function tablesOf(changes: readonly StateDifference[]): (readonly [string, string])[] {
  const lines = [...byProperty(changes)].map(([table, places]) => [oneLine(table), tally(places)] as const);
  const left = lines.length - SHOWN_TABLES;
  if (left <= 1) return lines;
  return [...lines.slice(0, SHOWN_TABLES), ['…', `${count(left)} more tables`]];
}

function tally(places: readonly StateDifference[]): string {
  const [only] = places;
  if (only?.parts.length === 1 && !isOrder(only)) return valuesText(only, MEMBER_WIDTH);
  const counts = countEntries(places);
  const numbers = ENTRY_KINDS.flatMap((kind) => (counts[kind] > 0 ? [`${count(counts[kind])} ${kind}`] : []));
  return [...numbers, ...(counts.isReordered ? ['in another order'] : [])].join(', ');
}

const ENTRY_KINDS = ['new', 'gone', 'changed'] as const;

/** The first entries, a line each. Properties without entries stand above already. */
function entryLines(changes: readonly StateDifference[], room: number): string {
  const entries = entriesOf(changes.filter(({ parts }) => parts.length > 1));
  const shown = entries.slice(0, room).map((entry) => [formatPath(entry.places[0]!.parts.slice(0, 2)), entry] as const);
  const width = outputWidth();
  const column = Math.min(Math.max(0, ...shown.map(([path]) => widthOf(oneLine(path)))), Math.floor(width / 3));
  const lines = shown.map(([path, { kind, places }]) => {
    const start = `${padRight(shortLine(path, column), column)}  ${kind.padEnd('changed'.length)}  `;
    return `${start}${entryText(kind, places, width - widthOf(start))}\n`;
  });
  const left = entries.length - shown.length;
  const more = left === 0 ? '' : `${count(left)} more ${left === 1 ? 'entry' : 'entries'}, `;
  return `${lines.join('')}… ${more}${count(changes.length)} changes in all: use --all, --limit or --only\n`;
}

function entryText(kind: ChangedEntry['kind'], places: readonly StateDifference[], room: number): string {
  const [first] = places as [StateDifference];
  if (kind === 'new') return shortValue(first.after, room);
  if (kind === 'gone') return shortValue(first.before, room);
  const members = places.map((place) => `${memberOf(place)}${valuesText(place, MEMBER_WIDTH)}`);
  return shortLine(members.join(', '), room);
}

function memberOf(place: StateDifference): string {
  const member = formatPath(place.parts.slice(2));
  return member === '' ? '' : `${member} `;
}

function valuesText(place: StateDifference, width: number): string {
  if (isOrder(place)) return 'in another order';
  return `${shortValue(place.before, width)} → ${shortValue(place.after, width)}`;
}

/** A single change: its path, what was there before unless nothing was, and what is there after. */
function changeLine(place: StateDifference): string {
  const { path, before, after } = place;
  const width = outputWidth();
  if (isOrder(place)) return `${shortLine(path, width)}\n`;
  const room = Math.max(20, width - widthOf(oneLine(path)) - '   → '.length);
  const half = Math.floor((room - 1) / 2);
  const values =
    before === undefined ? `→ ${shortValue(after, room)}` : `${shortValue(before, half)} → ${shortValue(after, half)}`;
  return `${shortLine(`${path}  ${values}`, width)}\n`;
}
