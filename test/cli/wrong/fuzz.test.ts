/**
 * Whatever a user types for a path, a position, a condition or a zone: the readers refuse it with a hint or understand it, and commands
 * never end as a defect, print a stack, or print what a terminal obeys.
 */
import { beforeAll, expect, test } from 'vitest';
import {
  anyConditionText,
  anyPathText,
  anyPlaceText,
  anyZone,
  readTypedCondition,
  readTypedPath,
  readTypedPlace,
  typedText,
} from '../../faults/fuzz/typed-texts.ts';
import { type Chance, chanceOf } from '../../faults/judging/chance.ts';
import { sample } from '../../sample.ts';
import { temporaryFolder } from '../support.ts';
import { Caller } from './calling.ts';
import { makeWrongFiles } from './wrong-files.ts';

const folder = temporaryFolder()('.');
const SEED = Math.floor(Math.random() * 2 ** 31);
const WITH_MODEL = ['--model', 'cart.ts'];

beforeAll(() => makeWrongFiles(folder));

test.each([readTypedPath, readTypedPlace, readTypedCondition])('%o refuses with a hint, or understands', (read) => {
  for (let number = 0; number < sample(1_500); number++) {
    try {
      read(chanceOf(SEED, number));
    } catch (error) {
      throw new Error(`text ${number} of seed ${SEED}`, { cause: error });
    }
  }
});

const CALLS: readonly ((chance: Chance) => readonly string[])[] = [
  (chance) => ['state', 'shop.db', anyPathText(chance), ...WITH_MODEL],
  (chance) => [
    'state',
    'shop.db',
    anyPathText(chance),
    '--rows',
    typedText(chance, ['..', '1', '9', ',', '-', '_']),
    ...WITH_MODEL,
  ],
  (chance) => ['events', 'shop.db', '--where', `data.${anyConditionText(chance)}`, '--json'],
  (chance) => ['at', 'shop.db', anyPlaceText(chance), anyPathText(chance), '--zone', anyZone(chance), ...WITH_MODEL],
  (chance) => ['why', 'shop.db', anyPathText(chance), '--before', anyPlaceText(chance), ...WITH_MODEL],
  (chance) => [
    'diff',
    'shop.db',
    anyPlaceText(chance),
    anyPlaceText(chance),
    '--only',
    anyPathText(chance),
    ...WITH_MODEL,
  ],
  (chance) => [
    'bisect',
    'shop.db',
    '--first-true',
    anyConditionText(chance),
    '--from',
    anyPlaceText(chance),
    ...WITH_MODEL,
  ],
  (chance) => ['replay', 'shop.db', '--to', anyPlaceText(chance), '--zone', anyZone(chance), ...WITH_MODEL],
  (chance) => [
    'events',
    'shop.db',
    '--from',
    anyPlaceText(chance),
    '--to',
    anyPlaceText(chance),
    '--zone',
    anyZone(chance),
  ],
];

/** What a terminal obeys, but line feeds. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

test('a command prints an answer, or one error with a hint', async () => {
  await using caller = await Caller.start(folder);
  for (let number = 0; number < sample(450); number++) {
    const chance = chanceOf(SEED, number);
    const args = CALLS[number % CALLS.length]!(chance);
    const { code, stdout, stderr } = await caller.call(args);
    const about = `call ${number} of seed ${SEED}: ${JSON.stringify(args).slice(0, 500)} printed ${stderr.slice(0, 500)}`;
    expect([0, 1, 2], about).toContain(code);
    expect(stderr, about).not.toMatch(/^ {4}at /m);
    expect(stderr.length, about).toBeLessThan(15_000);
    expect(`${stdout}${stderr}`, about).not.toMatch(OBEYED);
    if (code === 2) expect(stderr, about).toMatch(/^refold: .+\nhint: .+\n$/);
  }
});
