/**
 * The oracle of caches: a random walk of drags, steps, filters and growth, and a redaction in the middle. Every answer equals a fresh
 * state, and after the redaction no answer holds the word. A studio with a broken cache is noticed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { hashState, openStore, stateAt } from 'refold';
import { expect, test } from 'vitest';
import { lookAt } from '../../src/studio/moments/look.ts';
import { sample } from '../sample.ts';
import { AskedStudio, SHOP } from './asking.ts';
import { shop } from './shop.ts';

const LOOKS = [
  { path: 'things', from: 0, count: 20 },
  { path: 'byWord', from: 3, count: 10 },
];
const LOOK = encodeURIComponent(JSON.stringify(LOOKS));
const WORD = 'topsecret';
const EVENTS = 400;

type Move =
  | { readonly move: 'drag'; readonly share: number }
  | { readonly move: 'step'; readonly by: number }
  | { readonly move: 'filter'; readonly text: string; readonly share: number }
  | { readonly move: 'grow'; readonly events: number };

const share = fc.integer({ min: 0, max: 1_000 });
const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ move: fc.constant('drag' as const), share }) },
    {
      weight: 4,
      arbitrary: fc.record({ move: fc.constant('step' as const), by: fc.constantFrom(-1_000, -7, -1, 1, 2, 64) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ move: fc.constant('filter' as const), text: fc.constantFrom('word 1', WORD, '9'), share }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ move: fc.constant('grow' as const), events: fc.integer({ min: 1, max: 30 }) }),
    },
  ),
  { minLength: 12, maxLength: 40 },
);

/** A question to a studio, and its answer. */
type Ask = (question: string) => Promise<any>;
type Lines = (question: string) => Promise<any[]>;

interface Asked {
  readonly ask: Ask;
  readonly lines: Lines;
}

/** Walks, redacts in the middle, and walks on. Throws at the first answer that is not that of a fresh state. */
async function walk(all: readonly Move[], broken: (studio: AskedStudio) => Asked): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
  const path = join(folder, 'shop.db');
  const store = await openStore(shop, { path, durability: 'os' });
  try {
    let last = 0;
    let isRedacted = false;
    const append = async (events: number): Promise<void> => {
      for (let n = 0; n < events; n++) {
        last++;
        const isSecret = last % 50 === 10 && !isRedacted;
        const word = isSecret ? `${WORD} ${last}` : `word ${last}`;
        if (last % 5 === 0 && !isSecret) await store.append({ type: 'Taken', data: { id: last % 31 } });
        else await store.append({ type: 'Put', data: { id: last % 31, word } });
      }
    };
    await append(EVENTS);
    await store.snapshot();
    await using studio = await AskedStudio.open({ path, model: SHOP });
    const { ask, lines } = broken(studio);
    let at = last;
    const check = async (sequence: number): Promise<void> => {
      at = Math.min(Math.max(0, sequence), last);
      const fresh = await stateAt(shop, { path, at: { sequence: at } });
      const answer = await ask(`moment?at=${at}&hash=yes&look=${LOOK}`);
      expect(answer).toMatchObject({ sequence: at, recordedAt: fresh.recordedAt, hash: hashState(fresh.state) });
      expect(answer.look).toEqual(lookAt(fresh.state, LOOKS));
      if (isRedacted) expect(JSON.stringify(answer)).not.toContain(WORD);
    };
    const play = async (move: Move): Promise<void> => {
      if (move.move === 'drag') await check(Math.round((last * move.share) / 1_000));
      if (move.move === 'step') await check(at + move.by);
      if (move.move === 'grow') await append(move.events);
      if (move.move !== 'filter') return;
      const from = Math.round((last * move.share) / 1_000);
      const found = await lines(`events?from=${from}&count=20&text=${encodeURIComponent(move.text)}`);
      const events = (await Array.fromAsync(store.events())).filter(({ data }) =>
        JSON.stringify(data).includes(move.text),
      );
      expect(found.pop()).toEqual({ matches: events.length, complete: true });
      const wanted = events.filter(({ sequence }) => sequence >= from).slice(0, 20);
      expect(found.map(({ sequence, data }) => [sequence, data])).toEqual(
        wanted.map(({ sequence, data }) => [sequence, data]),
      );
    };
    for (const move of all.slice(0, all.length / 2)) await play(move);
    await check(60); // it holds the word
    await store.redact({ sequences: await sequencesOf(WORD) }, { by: 'test' });
    isRedacted = true;
    await check(60);
    for (const move of all.slice(all.length / 2)) await play(move);

    async function sequencesOf(word: string): Promise<number[]> {
      const events = await Array.fromAsync(store.events());
      return events.filter(({ data }) => JSON.stringify(data).includes(word)).map(({ sequence }) => sequence);
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

const honest = (studio: AskedStudio): Asked => ({ ask: (one) => studio.ask(one), lines: (one) => studio.lines(one) });

test('every answer is that of a fresh state, and a redacted word is in none', async () => {
  await fc.assert(
    fc.asyncProperty(moves, (all) => walk(all, honest)),
    { numRuns: Math.max(2, sample(12)), endOnFailure: true },
  );
});

const SCRIPT: readonly Move[] = [
  { move: 'drag', share: 200 },
  { move: 'step', by: 1 },
  { move: 'drag', share: 700 },
  { move: 'step', by: -7 },
];

test.each<[string, (question: string) => string]>([
  ['the sequence', (question) => question.replace(/at=\d+/, '')],
  ['the generation', (question) => question],
])('a cache that ignores %s is noticed', async (_, keyOf) => {
  const cached = (studio: AskedStudio): Asked => {
    const known = new Map<string, Promise<any>>();
    const ask: Ask = (question) => {
      const key = keyOf(question);
      if (!known.has(key)) known.set(key, studio.ask(question));
      return known.get(key)!;
    };
    return { ...honest(studio), ask };
  };
  await expect(walk(SCRIPT, cached)).rejects.toThrow(/expected/);
  await walk(SCRIPT, honest); // without the cache it holds
});
