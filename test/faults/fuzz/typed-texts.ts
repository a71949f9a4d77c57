/**
 * What people type after `refold`: paths, positions and conditions. Each text is refused with a hint, or it means something that can be
 * written down and read again.
 */
import assert from 'node:assert';
import {
  ascending,
  Deque,
  formatPath,
  isRefoldError,
  OrderedMap,
  type Position,
  parseCondition,
  parsePath,
  valueAt,
} from 'refold';
import { type LogRange, type Place, parsePlace, positionIn, startIn } from '../../../src/guests/position.ts';
import { isZone } from '../../../src/guests/zones.ts';
import type { Chance } from '../judging/chance.ts';
import { mutate } from './mutation.ts';

const PATH_WORDS = [
  'orders',
  '42',
  '-1.5',
  '.',
  '..',
  '[',
  ']',
  '["',
  '"]',
  '"',
  '\\',
  '$',
  '__proto__',
  '9007199254740993',
];
const PLACE_WORDS = [
  'last',
  'first',
  '-',
  '+',
  '1',
  '0',
  '9',
  '%',
  ':',
  'T',
  'Z',
  '@',
  '.',
  ',',
  '_',
  ' ',
  'h',
  '2024-03-10',
  '02:30',
];
const CONDITION_WORDS = [
  ...PATH_WORDS,
  ...[
    'size(',
    '(',
    ')',
    ' and ',
    ' or ',
    ' = ',
    '!=',
    '<',
    '>=',
    ' contains ',
    ' exists',
    ' missing',
    "'",
    'true',
    '12n',
    '2027-01-31',
  ],
];
const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe', '+02:00', 'Africa/Monrovia'];
const STRANGE = ['\u202e', '\u001b[31m', '\ud800', '直', '\u0000', '\n', '🦊', '\u2028'];
/** Texts that a reader with two loops in each other would read for hours. */
const LONG = 100_000;

/** A valid text, words in any order, or a very long text; often mutated. */
export function typedText(chance: Chance, words: readonly string[], valid: () => string = () => ''): string {
  if (chance.hit(0.01)) {
    const word = chance.pick([...words, ...STRANGE]);
    return word.repeat(LONG / word.length);
  }
  const some = (): string => Array.from({ length: chance.below(9) }, () => chance.pick(words)).join('');
  const text = chance.hit(0.6) ? valid() : `${some()}${chance.hit(0.3) ? chance.pick(STRANGE) : ''}${some()}`;
  return chance.hit(0.5) ? text : mutate(Buffer.from(text), Buffer.from(some()), chance).toString('utf8');
}

export function anyPathText(chance: Chance): string {
  return typedText(chance, PATH_WORDS, () => validPath(chance));
}

function validPath(chance: Chance): string {
  const more = ['.42', '[42]', '[-1.5]', '["a.b"]', '.price', '["\\u202e"]', '[9007199254740993]', '[直子]'];
  const parts = Array.from({ length: chance.below(4) }, () => chance.pick(more));
  return `${chance.pick(['orders', 'levels', 'list', '42', '$', '["orders"]'])}${parts.join('')}`;
}

export function anyPlaceText(chance: Chance): string {
  const number = chance.below(10 ** (1 + chance.below(15)));
  const clock = `${10 + chance.below(14)}:${10 + chance.below(50)}`;
  const date = `20${10 + chance.below(90)}-0${1 + chance.below(9)}-${10 + chance.below(22)}`;
  const unit = chance.pick(['ms', 's', 'm', 'h', 'd', 'w', '']);
  const forms = [
    ...['first', 'last', String(number), `last-${number}${unit}`, `${chance.below(110)}%`, `@${number}`, clock, date],
    ...[`${date}T${clock}Z`, `${date} ${clock}:07.123-04:00`, `${date}T${clock}`, '2024-03-10 02:30'],
  ];
  return typedText(chance, PLACE_WORDS, () => chance.pick(forms));
}

export function anyConditionText(chance: Chance): string {
  const value = ['7', '-1.5', '12n', 'low', '"a b"', "'a'", 'true', 'null', '2027-01-31T12:00Z'];
  const term = (): string => {
    const place = chance.hit(0.3) ? `size(${validPath(chance)})` : validPath(chance);
    if (chance.hit(0.2)) return `${place} ${chance.pick(['exists', 'missing'])}`;
    const compared = `${place} ${chance.pick(['=', '!=', '<', '<=', '>', '>=', 'contains'])} ${chance.pick(value)}`;
    return chance.hit(0.2) ? `(${compared})` : compared;
  };
  const terms = Array.from({ length: 1 + chance.below(4) }, term);
  return typedText(chance, CONDITION_WORDS, () => terms.join(chance.pick([' and ', ' or '])));
}

export function anyZone(chance: Chance): string {
  const valid = (): string => chance.pick(ZONES);
  return chance.hit(0.3) ? typedText(chance, [...ZONES, '/', '-', ':'], valid) : valid();
}

export function readTypedPath(chance: Chance): string {
  const path = refusedWithHint(() => parsePath(anyPathText(chance)));
  if (typeof path === 'string') return path;
  assert.deepStrictEqual(parsePath(formatPath(path)), path, 'the same path again');
  valueAt(stateToAsk(), path);
  return 'sound';
}

const NOW = Date.UTC(2024, 2, 10, 9);
const RANGES: readonly LogRange[] = [
  { path: 'a.db', firstSequence: 1, lastSequence: 1_000, firstRecordedAt: NOW - 86_400_000, lastRecordedAt: NOW },
  { path: 'dropped.db', firstSequence: 401, lastSequence: 1_000, firstRecordedAt: NOW - 1_000, lastRecordedAt: NOW },
  { path: 'new.db', firstSequence: 1, lastSequence: 0 },
];

export function readTypedPlace(chance: Chance): string {
  const place = refusedWithHint(() => parsePlace(anyPlaceText(chance)));
  if (typeof place === 'string') return place;
  const zone = anyZone(chance);
  if (!isZone(zone)) return 'a zone that is not known';
  const position = refusedWithHint(() => findPlace(chance, place, zone));
  if (typeof position === 'string') return position;
  const { sequence, time } = position as { readonly sequence?: number; readonly time?: number };
  assert.ok(
    time === undefined ? Number.isSafeInteger(sequence) && sequence! >= 0 : Number.isFinite(time),
    'a position',
  );
  return 'sound';
}

function findPlace(chance: Chance, place: Place, zone: string): Position {
  return chance.pick([positionIn, startIn])(chance.pick(RANGES), place, zone);
}

export function readTypedCondition(chance: Chance): string {
  const condition = refusedWithHint(() => parseCondition(anyConditionText(chance)));
  if (typeof condition === 'string') return condition;
  const state = stateToAsk();
  const holds = condition.holds(state);
  assert.equal(typeof holds, 'boolean');
  assert.equal(parseCondition(condition.text).holds(state), holds, 'the same answer again');
  return 'sound';
}

function stateToAsk(): object {
  const orders = new Map<unknown, unknown>([
    [42, { price: 7n, at: new Date(0) }],
    ['a.b', new Set([1, 'x'])],
  ]);
  return { orders, levels: new OrderedMap(ascending, [[-1.5, 'low']]), list: [[1], new Deque([1])], nothing: null };
}

/** The value, or the code of the refusal. */
function refusedWithHint<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (!isRefoldError(error, 'INVALID_OPTION')) throw error;
    assert.ok((error.hint ?? '') !== '', 'a hint');
    assert.ok(error.message.length < 1_000, 'a message that can be read');
    return error.code;
  }
}
