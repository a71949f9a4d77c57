/** Draws the statements of a program's reducers, and the values in them. */
import type { Chance } from '../../faults/judging/chance.ts';
import type { Expression, Place, Purity, Statement } from './program.ts';
import { THROWN } from './statements.ts';
import { GOOD, ODD } from './values.ts';

/** The places that reducers read and write. They are few, so that statements interact. */
const TABLES: readonly Place[] = [['t'], ['u']];
const ORDERED: readonly Place[] = [['up'], ['down']];
const ENTRIES: readonly Place[] = [
  ['t', 1],
  ['t', 2],
  ['u', 1],
  ['u', 3],
  ['up', 2],
  ['down', 4],
];
const OBJECTS: readonly Place[] = [
  ['x', 'a'],
  ['y', 'p'],
  ['x', 'a', 'part'],
  ['list', 0],
  ['list', 1],
  ['big', 3],
  ['x', 'map', 'k'],
  ['y', 'q', 'a'],
];
const ARRAYS: readonly Place[] = [['list'], ['x', 'b'], ['big'], ['y', 'p']];
const COLLECTIONS: readonly Place[] = [...TABLES, ...ORDERED, ['x', 'map'], ['set'], ['y', 'p']];
const ROOT: readonly Place[] = [
  ['x'],
  ['y'],
  ['n'],
  ['extra'],
  ['when'],
  ['bytes'],
  ['list'],
  ['set'],
  ['t'],
  ['up'],
  ['big'],
];
const PLACES: readonly Place[] = [...ENTRIES, ...ENTRIES, ...OBJECTS, ...OBJECTS, ...ROOT];
const ANYTHING: readonly Place[] = [...PLACES, ...COLLECTIONS, ['down'], ['u']];

const KINDS_OF_FREEZING = ['frozen', 'frozen-deeply', 'wrapped', 'boxed'];
const QUESTIONS = ['text', 'keys', 'own-keys', 'members', 'tag', 'is-frozen', 'is-map', 'prototype', 'size', 'clone'];
const INNER = [
  'append',
  'append-once',
  'execute',
  'execute-once',
  'snapshot',
  'compact',
  'at',
  'events',
  'stateHash',
  'flush',
];

/** Which of all statements and values may be drawn for a program. */
export interface Taste {
  readonly chance: Chance;
  readonly purity: Purity;
  /** Whether habits that only some folds check may be drawn. */
  readonly ownership: boolean;
  /** The places of most of the program's statements, so that they interact. */
  readonly haunts: ReadonlySet<Place>;
}

export function drawHaunts({ pick, below }: Chance): ReadonlySet<Place> {
  return new Set(Array.from({ length: 3 + below(3) }, () => pick(pick([ENTRIES, OBJECTS, COLLECTIONS, ROOT]))));
}

/** One of the places, usually one that the program also uses elsewhere. */
function near({ chance, haunts }: Taste, places: readonly Place[]): Place {
  const known = places.filter((place) => haunts.has(place));
  return known.length > 0 && chance.hit(0.7) ? chance.pick(known) : chance.pick(places);
}

export function drawBody(benign: boolean, taste: Taste): Statement[] {
  const length = 1 + taste.chance.below(3);
  return Array.from({ length }, () => (benign ? drawGood(taste.chance) : drawStatement(taste, 0)));
}

/** Statements that every application may use. None of them may be refused. */
function drawGood(chance: Chance): Statement {
  const value = (): Expression => ['good', chance.pick(Object.keys(GOOD))];
  const object: Expression = ['good', 'object'];
  const key: Expression = ['good', chance.pick(['number', 'text'])];
  const { pick } = chance;
  // `u`, `list` and `big` hold only objects, so that their entries have members to change.
  return pick<() => Statement>([
    () => ['map-set', ['t'], key, value()],
    () => ['map-set', ['u'], key, object],
    () => ['map-set', pick(ORDERED), ['good', 'number'], value()],
    () => ['set', pick([['x', 'a'], ['y', 'p'], ['t', 1], ['up', 3], ['n'], ['extra']]), value()],
    () => [
      'set',
      pick([
        ['list', 0],
        ['u', 2],
      ]),
      object,
    ],
    () => [
      'increment',
      pick([
        ['u', 1],
        ['list', 0],
        ['big', 7],
      ]),
    ],
    () => [
      'move',
      ['u', 1],
      pick([
        ['t', 2],
        ['y', 'p'],
        ['down', 1],
      ]),
    ],
    () => [
      'move',
      pick([
        ['t', 1],
        ['x', 'a'],
        ['up', 2],
      ]),
      pick([
        ['t', 2],
        ['y', 'p'],
        ['down', 1],
      ]),
    ],
    () => [
      'delete',
      pick([
        ['t', 1],
        ['u', 1],
        ['x', 'a'],
        ['down', 1],
      ]),
    ],
    () => ['push', ['list'], object],
    () => ['splice', ['list'], 0, chance.below(2), object],
    () => ['sort-by', ['list']],
    () => ['reverse', ['list']],
    () => ['add', ['set'], value()],
    () => ['change-all', pick([['u'], ['list'], ['big']])],
    () => ['change-while-iterating', ['t']],
    () => ['set', ['when'], ['good', 'date']],
    () => ['set', ['bytes'], ['good', 'bytes']],
    () => ['set', ['y', 'data'], ['data']],
    () => ['set', ['y', 'time'], ['time']],
    () => ['when-odd', [['set', ['y', 'odd'], object]]],
  ])();
}

function drawStatement(taste: Taste, depth: number): Statement {
  const { chance, purity, ownership } = taste;
  if (!ownership) return drawUnchecked(chance);
  if (purity !== 'pure' && chance.hit(0.4)) return drawImpure(taste);
  const { pick, below } = chance;
  const value = (): Expression => drawValue(taste, 0);
  const inner = (): Statement[] => [drawStatement(taste, depth + 1)];
  const drawn = pick<() => Statement>([
    ...repeat(5, (): Statement => ['set', near(taste, PLACES), value()]),
    ...repeat(5, (): Statement => ['increment', near(taste, [...OBJECTS, ...ENTRIES])]),
    ...repeat(2, (): Statement => ['map-set', near(taste, COLLECTIONS), drawKey(taste), value()]),
    ...repeat(2, (): Statement => ['push', near(taste, ARRAYS), value()]),
    ...repeat(2, (): Statement => ['move', near(taste, ANYTHING), near(taste, PLACES)]),
    ...repeat(3, (): Statement => ['alias', value(), near(taste, PLACES), near(taste, PLACES)]),
    ...repeat(2, (): Statement => drawGood(chance)),
    () => ['set-then-delete', near(taste, ANYTHING), near(taste, PLACES)],
    () => ['swap', near(taste, ANYTHING), near(taste, ANYTHING)],
    () => ['delete', near(taste, ANYTHING)],
    () => ['assign', near(taste, [...OBJECTS, ['x'], ['y']]), value()],
    () => ['unshift', near(taste, ARRAYS), value()],
    () => ['splice', near(taste, ARRAYS), below(3), below(3), value()],
    () => ['sort', near(taste, ARRAYS)],
    () => ['sort-by', near(taste, ARRAYS)],
    () => ['reverse', near(taste, ARRAYS)],
    () => ['length', near(taste, ARRAYS), pick([0, 1, 5])],
    () => ['copy-within', near(taste, ARRAYS)],
    () => ['fill', near(taste, ARRAYS), value()],
    () => ['add', near(taste, COLLECTIONS), value()],
    () => ['clear', near(taste, COLLECTIONS)],
    () => ['set-and-change-the-key', near(taste, COLLECTIONS)],
    () => ['change-the-keys', near(taste, COLLECTIONS)],
    () => ['change-all', near(taste, COLLECTIONS)],
    () => ['change-while-iterating', near(taste, COLLECTIONS)],
    ...repeat(2, (): Statement => ['resort', near(taste, ORDERED), pick(['ascending', 'descending', 'halves'])]),
    () => ['freeze', near(taste, ANYTHING)],
    () => ['seal', near(taste, ANYTHING)],
    () => [
      'define',
      pick([...OBJECTS, ...ARRAYS, ...TABLES, ['x']]),
      pick(['getter', 'hidden', 'readonly', 'prototype', 'symbol']),
    ],
    ...repeat(2, (): Statement => ['set-time', pick([['when'], ['y', 'p'], ['t', 1]])]),
    ...repeat(2, (): Statement => ['set-byte', pick([['bytes'], ['y', 'p'], ['t', 1]])]),
    () => ['change-event', pick(['data', 'event.data', 'meta', 'sequence', 'type', 'delete'])],
    () => (depth < 2 ? ['when-odd', inner()] : ['throw', 'error']),
    () => (depth < 2 ? drawTry([...inner(), ...inner()]) : ['throw', 'null']),
    () => ['throw', pick(Object.keys(THROWN))],
    ...repeat(2, (): Statement => ['call', pick(INNER)]),
    () => ['return', value()],
    () => pick<Statement>([['return-spread'], ['return-promise'], ['return-state']]),
    ...repeat(
      3,
      (): Statement => [
        'set',
        pick([
          ['y', 'answer'],
          ['t', 9],
        ]),
        drawQuestion(chance),
      ],
    ),
  ])();
  return drawn;
}

/**
 * A reducer that continues after an exception. Two exceptions are thrown only live: the clone of a large draft, which
 * cannot be detected by a proxy, and a change of `meta`, which replay must still allow in old logs. No reducer that
 * hides them is drawn.
 */
function drawTry(body: readonly Statement[]): Statement {
  const text = JSON.stringify(body);
  return text.includes('"clone"') || text.includes('"meta"') ? ['when-odd', body] : ['try', body];
}

/**
 * For the direct fold without `strict`: calls from inside, orders, exceptions, and statements that every application
 * may use.
 */
function drawUnchecked(chance: Chance): Statement {
  return chance.pick<() => Statement>([
    ...repeat(6, () => drawGood(chance)),
    () => ['call', chance.pick(INNER)],
    () => ['resort', chance.pick(ORDERED), chance.pick(['ascending', 'descending', 'halves'])],
    () => ['swap', ['up'], ['down']],
    () => ['return-promise'],
    () => ['return-spread'],
    () => ['throw', chance.pick(Object.keys(THROWN))],
  ])();
}

function drawValue(taste: Taste, depth: number): Expression {
  const { chance, purity } = taste;
  const { pick } = chance;
  const value = (): Expression => drawValue(taste, depth + 1);
  if (purity === 'told' && chance.hit(0.15))
    return pick<Expression>([['counter'], ['clock'], ['constant', pick([0, 3])]]);
  return pick<() => Expression>([
    ...repeat(4, (): Expression => ['good', pick(Object.keys(GOOD))]),
    ...repeat(4, (): Expression => ['odd', pick(Object.keys(ODD))]),
    ...repeat(3, (): Expression => ['read', near(taste, ANYTHING)]),
    () => pick<Expression>([['data'], ['data.part'], ['event'], ['event.data'], ['meta'], ['meta.by']]),
    () => (depth < 2 ? [pick(KINDS_OF_FREEZING), value()] : ['constant', 2]),
    () => ['constant', pick([1, 2])],
    () =>
      pick<Expression>([
        ['spread', near(taste, ANYTHING)],
        ['list', near(taste, [...ARRAYS, ...COLLECTIONS])],
      ]),
    () =>
      pick<Expression>([
        ['new-map', near(taste, COLLECTIONS)],
        ['new-set', near(taste, ARRAYS)],
        ['copy-of-map', near(taste, COLLECTIONS)],
      ]),
    () => ['find', near(taste, [...ARRAYS, ...COLLECTIONS])],
    () => ['clone', near(taste, ANYTHING)],
    () => ['first', near(taste, ORDERED)],
  ])();
}

function drawKey(taste: Taste): Expression {
  const { chance } = taste;
  if (chance.hit(0.6)) return ['good', chance.pick(['number', 'text'])];
  return chance.pick<Expression>([
    ['good', chance.pick(Object.keys(GOOD))],
    ['odd', chance.pick(Object.keys(ODD))],
    ['read', chance.pick(ANYTHING)],
    ['data.part'],
    ['meta'],
  ]);
}

function drawQuestion({ pick }: Chance): Expression {
  return pick<() => Expression>([
    ...repeat(4, (): Expression => [pick(QUESTIONS), pick(ANYTHING)]),
    () => ['equal', pick(ANYTHING), pick(ANYTHING)],
    () => ['same', pick(ANYTHING), pick(ANYTHING)],
    () => ['includes', pick(ARRAYS), pick(OBJECTS)],
    () => ['has', pick(COLLECTIONS), pick(OBJECTS)],
  ])();
}

function drawImpure({ chance, purity }: Taste): Statement {
  const { pick } = chance;
  const key = pick(['k', 'l']);
  if (purity === 'silent') {
    return pick<() => Statement>([
      () => ['keep-once', key, ['read', pick([...OBJECTS, ...ENTRIES])]],
      () => ['set', ['y', 'seen'], ['kept-member', key, pick([...OBJECTS, ...ENTRIES])]],
    ])();
  }
  return pick<() => Statement>([
    () => ['keep', key, ['read', pick([...OBJECTS, ...ENTRIES, ...COLLECTIONS])]],
    () => ['keep', key, pick<Expression>([['data.part'], ['good', 'object'], ['event.data']])],
    () => ['change-kept', key],
    () => ['set', pick(PLACES), ['kept', key]],
    () => [
      'set',
      pick([
        ['y', 'c'],
        ['t', 4],
      ]),
      pick<Expression>([['counter'], ['clock']]),
    ],
    () => ['set', pick(PLACES), ['constant', pick([0, 3])]],
    () => ['change-constant', 0],
  ])();
}

function repeat<T>(times: number, value: () => T): (() => T)[] {
  return Array.from({ length: times }, () => value);
}
