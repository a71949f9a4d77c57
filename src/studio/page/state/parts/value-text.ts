/** Values of events and states as texts that look like what they are: `"text"`, `12n`, `Map(812)`, `Uint8Array(2) 0a 1b`. Pure. */
import type { Change, Kind, Looked, Member, Row, Shown } from '../../../wire.ts';
import { count } from '../../base/format.ts';
import { cut, safeLine } from '../../base/safe-text.ts';

/** What a value is, for its colour. */
export type Tone = 'text' | 'number' | 'nothing' | 'date' | 'bytes' | 'opens';

export interface ValueText {
  readonly text: string;
  readonly tone: Tone;
  /** What is told behind it: how long the value is where the text is its beginning. */
  readonly note?: string;
}

/** Characters of one value in a line. */
const LINE_CHARACTERS = 400;

const KIND_NAMES: Readonly<Record<Exclude<Kind, 'value' | 'bytes'>, string>> = {
  ...{ object: 'Object', array: 'Array', map: 'Map', orderedMap: 'OrderedMap', set: 'Set', deque: 'Deque' },
};

/** What stands in the place of a value that is still asked for, or that the state does not have. */
export function absentText(looked: Looked | undefined): string {
  return looked === undefined ? '…' : 'nothing stands here at this moment';
}

/** One line of bounded length. */
export function valueText({ kind, value, total = 0, length }: Shown): ValueText {
  if (kind === 'bytes') return bytesText(value, length);
  if (kind !== 'value') return { text: `${KIND_NAMES[kind]}(${count(total)})`, tone: 'opens' };
  if (typeof value === 'string') return quoted(value, length);
  return plainText(value);
}

function quoted(value: string, length = value.length): ValueText {
  const isCut = length > LINE_CHARACTERS || length > value.length;
  if (!isCut) return { text: safeLine(JSON.stringify(value)), tone: 'text' };
  const beginning = safeLine(JSON.stringify(value.slice(0, LINE_CHARACTERS)).slice(0, -1));
  return { text: `${beginning}…`, tone: 'text', note: `${count(length)} characters` };
}

/** A value that is not a text, as tagged JSON. */
function plainText(value: unknown): ValueText {
  if (typeof value !== 'object') return { text: String(value), tone: 'number' };
  if (value === null) return { text: 'null', tone: 'nothing' };
  const [[tag, content] = ['', undefined]] = Object.entries(value);
  if (tag === '$bigint') return { text: `${content}n`, tone: 'number' };
  if (tag === '$number') return { text: String(content), tone: 'number' };
  if (tag === '$undefined') return { text: 'undefined', tone: 'nothing' };
  if (tag === '$date') return { text: content === null ? 'invalid Date' : dateText(String(content)), tone: 'date' };
  return { text: safeLine(JSON.stringify(value)).slice(0, LINE_CHARACTERS), tone: 'opens' };
}

/** 2027-01-31 10:31:07.123Z */
function dateText(iso: string): string {
  return iso.replace('T', ' ');
}

/** Items of bytes in a line. */
const LINE_ITEMS = 64;

function bytesText(value: unknown, length: number | undefined): ValueText {
  const [[tag, content] = ['', []]] = Object.entries(value as object);
  const [name, items] =
    tag === '$typedArray' ? (content as [string, unknown[]]) : [BUFFERS[tag] ?? tag, content as unknown[]];
  const first = items.slice(0, LINE_ITEMS).map((item) => itemText(item, name));
  const text = [length === undefined ? `${name}(${count(items.length)})` : 'bytes', ...first].join(' ');
  const isCut = length !== undefined || items.length > LINE_ITEMS;
  return {
    ...{ text: isCut ? `${text} …` : text, tone: 'bytes' },
    ...(length !== undefined && { note: `${count(length)} bytes` }),
  };
}

const BUFFERS: Readonly<Record<string, string>> = { $arrayBuffer: 'ArrayBuffer', $dataView: 'DataView' };

/** Bytes as hex; items of other arrays as numbers. */
function itemText(item: unknown, name: string): string {
  const isByte = typeof item === 'number' && /^(Uint8|ArrayBuffer|DataView)/.test(name);
  return isByte ? item.toString(16).padStart(2, '0') : plainText(item).text;
}

/** A key: the name of a member and an index as they are, the key of an entry as a value. */
export function keyText(key: unknown, container: Kind | undefined): string {
  if (typeof key === 'string' && (container === 'object' || container === undefined)) return nameText(key);
  return valueText({ kind: 'value', value: key }).text;
}

/** A name that is not plain is quoted: it may be empty, or hold spaces. */
function nameText(name: string): string {
  return /^[\p{L}\p{N}_$-]+$/u.test(name) ? name : valueText({ kind: 'value', value: name }).text;
}

/** The first members of what opens: `{ side: "buy", price: 57531, … }`. */
export function previewText(shown: Shown, members: readonly Member[]): string {
  const isList = shown.kind === 'array' || shown.kind === 'set' || shown.kind === 'deque';
  const isTable = shown.kind === 'map' || shown.kind === 'orderedMap';
  const parts = members.map(({ key, shown: member }) => {
    const { text } = valueText(member);
    const short = cut(text, MEMBER_CHARACTERS);
    return isList ? short : `${keyText(key, shown.kind)}${isTable ? ' → ' : ': '}${short}`;
  });
  const inside = [...parts, ...((shown.total ?? 0) > members.length ? ['…'] : [])].join(', ');
  const named = shown.kind === 'object' || shown.kind === 'array' ? '' : `${valueText(shown).text} `;
  if (inside === '') return isList ? `${named}[ ]` : `${named}{ }`;
  return isList ? `${named}[ ${inside} ]` : `${named}{ ${inside} }`;
}

const MEMBER_CHARACTERS = 40;

/** Whether a place has members that can be shown. */
export function opensAt({ shown, isClosed }: Pick<Row, 'shown' | 'isClosed'>): boolean {
  return isClosed !== true && (shown.total ?? 0) > 0;
}

/** What became of a place: a side that is missing says that it is new, or was removed. */
export function signOf({ before, after }: Pick<Change, 'before' | 'after'>): 'new' | 'removed' | 'changed' {
  if (before === undefined) return 'new';
  return after === undefined ? 'removed' : 'changed';
}

/** A value as it is copied: texts and numbers as they are, anything else as tagged JSON. */
export function copyText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[tag, content] = ['', undefined], ...others] = Object.entries(value);
  const isPlain = others.length === 0 && (tag === '$bigint' || tag === '$number' || tag === '$date');
  return isPlain ? String(content) : JSON.stringify(value, undefined, 2);
}
