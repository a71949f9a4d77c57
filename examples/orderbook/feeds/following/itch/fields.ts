/**
 * Reads the fields of messages of TotalView-ITCH 5.0, and what they mean for the book.
 *
 * `at` is where the type's own fields begin. `layout.ts` says what is where.
 */
import type { Change, FeedOrderId } from '../../../follow/messages.ts';
import type { Moment } from '../../../market-time.ts';
import type { Side } from '../../../model/events.ts';
import { ITCH_PRICE_DECIMALS, LAYOUTS, SYSTEM_EVENTS, TRADING_STATES } from './layout.ts';

const DAY_NS = 86_400_000_000_000;
const NS_PER_MS = 1_000_000;
const WORD = 2 ** 32;
/** The high word of the first number that is not a safe integer. */
const UNSAFE_HIGH_WORD = 2 ** 21;

/** A field has a value that it cannot have. */
export class FieldProblem extends Error {}

const IGNORED = byCode(LAYOUTS, ({ name }, type): Change => ({ kind: 'ignored', name: `${type} ${name}` }));
const EVENTS = byCode(SYSTEM_EVENTS, (name): Change => ({ kind: 'ignored', name: `S ${name}` }));
const BREACHES = byCode({ 1: 1, 2: 2, 3: 3 }, () => IGNORED[codeOf('W')]!);
const STATES = byCode(TRADING_STATES, (status) => status);
const SIDES = byCode<Side, Side>({ B: 'buy', S: 'sell' }, (side) => side);
/** Whether an execution is printed. */
const PRINTS = byCode({ Y: true, N: false }, (prints) => prints);

const EMPTY_CROSS: Change = { kind: 'ignored', name: 'Q cross trade without shares' };
const ZERO_SIZE: Change = { kind: 'mismatch', mismatch: 'zeroSize' };
const LARGE_SIZE: Change = { kind: 'mismatch', mismatch: 'sizeTooLarge' };

export const LISTED: Change = { kind: 'list', priceDecimals: ITCH_PRICE_DECIMALS, sizeDecimals: 0 };
export const LISTED_AGAIN: Change = { kind: 'ignored', name: 'R stock directory again' };

/** Types that mean something for the book of a stock. */
const MEANINGS = byCode<Meaning, Meaning>(
  {
    H: statusAt,
    A: addAt,
    F: addAt,
    E: executionAt,
    C: pricedExecutionAt,
    X: reductionAt,
    D: (view, at) => ({ kind: 'delete', id: orderAt(view, at) }),
    U: replacementAt,
    P: hiddenTradeAt,
    Q: crossAt,
    S: (view, at) => letterAt(EVENTS, view, at, 'event'),
    W: (view, at) => letterAt(BREACHES, view, at, 'level'),
  },
  (meaning) => meaning,
);

type Meaning = (view: DataView, at: number) => Change;

/**
 * What a message means.
 *
 * @throws FieldProblem
 */
export function changeAt(type: number, view: DataView, at: number): Change {
  return MEANINGS[type]?.(view, at) ?? IGNORED[type]!;
}

/** @throws FieldProblem for a time that is past the day */
export function timeOfDayAt(view: DataView, at: number): Moment {
  const ns = view.getUint16(at) * WORD + view.getUint32(at + 2);
  if (ns >= DAY_NS) throw new FieldProblem(`its time is ${ns} ns after midnight, and a day has ${DAY_NS}`);
  const ms = Math.floor(ns / NS_PER_MS);
  return { ms, ns: ns - ms * NS_PER_MS };
}

/** @throws FieldProblem for a name that is not one to eight characters with spaces behind them */
export function symbolAt(view: DataView, at: number): string {
  const name = textAt(view, at, 8);
  if (/^[!-~]+ *$/.test(name)) return name.trimEnd();
  throw new FieldProblem(`its stock is ${JSON.stringify(name)}`);
}

/** A table of 256 by the code of a letter. */
export function byCode<Word, Entry>(
  words: Readonly<Record<string, Word>>,
  entryOf: (word: Word, letter: string) => Entry,
): readonly (Entry | undefined)[] {
  const table = new Array<Entry | undefined>(256).fill(undefined);
  for (const [letter, word] of Object.entries(words)) table[codeOf(letter)] = entryOf(word, letter);
  return table;
}

export function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}

/** `"A"`, or `byte 0x1f` where it is not a letter that can be printed. */
export function describeByte(code: number): string {
  if (code > 32 && code < 127) return JSON.stringify(String.fromCharCode(code));
  return `byte 0x${code.toString(16).padStart(2, '0')}`;
}

function addAt(view: DataView, at: number): Change {
  const side = letterAt(SIDES, view, at + 8, 'side');
  const size = view.getUint32(at + 9);
  if (size === 0) return ZERO_SIZE;
  return { kind: 'add', id: orderAt(view, at), side, price: view.getUint32(at + 21), size };
}

function executionAt(view: DataView, at: number): Change {
  const size = view.getUint32(at + 8);
  return size === 0 ? ZERO_SIZE : { kind: 'execute', id: orderAt(view, at), size };
}

/** An execution that is not printed is part of a cross, whose trade (Q) is printed. */
function pricedExecutionAt(view: DataView, at: number): Change {
  const prints = letterAt(PRINTS, view, at + 20, 'mark of printing');
  const size = view.getUint32(at + 8);
  if (size === 0) return ZERO_SIZE;
  const price = view.getUint32(at + 21);
  if (prints) return { kind: 'execute', id: orderAt(view, at), size, price };
  return { kind: 'execute', id: orderAt(view, at), size, price, unprinted: true };
}

function reductionAt(view: DataView, at: number): Change {
  const size = view.getUint32(at + 8);
  return size === 0 ? ZERO_SIZE : { kind: 'reduce', id: orderAt(view, at), size };
}

function replacementAt(view: DataView, at: number): Change {
  const size = view.getUint32(at + 16);
  if (size === 0) return ZERO_SIZE;
  const newId = orderAt(view, at + 8);
  return { kind: 'replace', id: orderAt(view, at), newId, price: view.getUint32(at + 20), size };
}

/** The side says nothing: it is B in each of them since 2014. */
function hiddenTradeAt(view: DataView, at: number): Change {
  letterAt(SIDES, view, at + 8, 'side');
  const size = view.getUint32(at + 9);
  return size === 0 ? ZERO_SIZE : { kind: 'trade', price: view.getUint32(at + 21), size, hidden: true };
}

function crossAt(view: DataView, at: number): Change {
  const high = view.getUint32(at);
  const size = high * WORD + view.getUint32(at + 4);
  if (size === 0) return EMPTY_CROSS;
  return high < UNSAFE_HIGH_WORD ? { kind: 'trade', price: view.getUint32(at + 16), size } : LARGE_SIZE;
}

function statusAt(view: DataView, at: number): Change {
  const status = letterAt(STATES, view, at + 8, 'trading state');
  const reason = textAt(view, at + 10, 4).trim();
  return reason === '' ? { kind: 'status', status } : { kind: 'status', status, reason };
}

function orderAt(view: DataView, at: number): FeedOrderId {
  const high = view.getUint32(at);
  return high < UNSAFE_HIGH_WORD ? high * WORD + view.getUint32(at + 4) : String(view.getBigUint64(at));
}

function letterAt<Entry>(table: readonly (Entry | undefined)[], view: DataView, at: number, name: string): Entry {
  const code = view.getUint8(at);
  const entry = table[code];
  if (entry !== undefined) return entry;
  throw new FieldProblem(`its ${name} is ${describeByte(code)}`);
}

function textAt(view: DataView, at: number, length: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, length));
}
