/** Every moment that a person can go to is what the library says of it, whatever way they go there. */
import { describe, expect } from 'vitest';
import { BOOK, CROWD, GOOG, KINDS } from './fixtures/logs.ts';
import { chance, MOVES, PLACES } from './harness/chance.ts';
import type { StudioPage } from './harness/studio-page.ts';
import { type OpenStudio, pathOf, studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { Oracle } from './truth/compare.ts';
import { openCrowdOracle } from './truth/crowd-oracle.ts';

const book = studioFor(BOOK);

describe('a place that is typed', () => {
  for (const [name, log, share] of [
    ['the demo’s book', BOOK, 0.5],
    ['a real day', GOOG, 0.3],
    ['every kind of value', KINDS, 0.2],
  ] as const) {
    const studio = log === BOOK ? book : studioFor(log);
    test(`shows what the library says: ${name}`, async ({ open }) => {
      const random = chance();
      const page = await openAt(open, studio, 1);
      const oracle = await Oracle.open(studio.past);
      const { last } = await studio.past.range();
      for (let place = 0; place < PLACES * share; place++) {
        const sequence = 1 + random.below(last);
        await page.go(String(sequence));
        await oracle.judge(page, sequence);
      }
    });
  }

  test('may be any text that the command line takes', async ({ open }) => {
    const page = await openAt(open, book, 1);
    const { last } = await book.past.range();
    for (const [text, sequence] of [
      ['end', last],
      ['-10', last - 10],
      ['1015', 1015],
      [new Date((await book.past.at(3_000)).recordedAt).toISOString(), undefined],
    ] as const) {
      await page.go(text);
      await page.standsAt(sequence ?? (await book.past.at({ time: new Date(text) })).sequence);
    }
  });
});

/** Opens the page at a sequence. */
async function openAt(
  open: (address: string) => Promise<StudioPage>,
  { url }: OpenStudio,
  sequence: number,
): Promise<StudioPage> {
  const page = await (await open(`${url}&at=${sequence}`)).ready();
  await page.standsAt(sequence);
  return page;
}

/** What a person does to move, and where it leads from a sequence; undefined where only the page knows. */
interface Way {
  readonly name: string;
  go(page: StudioPage, from: number): Promise<number | undefined>;
}

async function waysIn(studio: OpenStudio, oracle: Oracle, below: (bound: number) => number): Promise<readonly Way[]> {
  const { first, last } = await studio.past.range();
  const within = (sequence: number): number => Math.min(Math.max(sequence, first - 1), last);
  const key = (name: string, lead: (from: number) => number | Promise<number>): Way => ({
    name,
    go: async (page, from) => {
      await page.press(name);
      return within(await lead(from));
    },
  });
  /** In a list these are the list's. */
  const far = (name: string, lead: (from: number) => number): Way => ({
    name,
    go: async (page, from) => {
      await page.page.evaluate(() => (globalThis as any).document.activeElement?.blur());
      await page.press(name);
      return within(lead(from));
    },
  });
  const commitOf = async (sequence: number) => (await oracle.at(within(sequence))).commit;
  return [
    key(',', (from) => from - 1),
    key('.', (from) => from + 1),
    far('ArrowLeft', (from) => from - 1),
    far('ArrowRight', (from) => from + 1),
    key('<', async (from) => ((await commitOf(from))?.firstSequence ?? from) - 1),
    key('>', async (from) => {
      const commit = await commitOf(from);
      if (commit !== undefined && from < commit.lastSequence) return commit.lastSequence;
      return (await commitOf(from + 1))?.lastSequence ?? from;
    }),
    far('PageUp', (from) => from - 1_000),
    far('PageDown', (from) => from + 1_000),
    far('Home', () => first),
    far('End', () => last),
    {
      name: 'type',
      go: async (page) => {
        const sequence = first + below(last);
        await page.go(String(sequence));
        return sequence;
      },
    },
    { name: 'click', go: (page) => onScrubber(page, [below(1_000) / 1_000]) },
    {
      name: 'drag',
      go: (page) =>
        onScrubber(
          page,
          Array.from({ length: 8 }, () => below(1_000) / 1_000),
        ),
    },
    {
      name: 'row',
      go: async (page) => {
        const rows = page.id('event-row');
        const row = rows.nth(below(await rows.count()));
        const sequence = Number(await row.getAttribute('data-sequence'));
        await row.click({ position: { x: 8, y: 8 } });
        return sequence;
      },
    },
  ];
}

/** Presses at the first place, drags to each of the others, and lets go. */
async function onScrubber(page: StudioPage, [first, ...others]: readonly number[]): Promise<undefined> {
  const { x, y, width, height } = (await page.id('scrubber').boundingBox())!;
  const to = (place: number) => page.page.mouse.move(x + 2 + place * (width - 4), y + height / 2);
  await to(first!);
  await page.page.mouse.down();
  for (const place of others) await to(place);
  await page.page.mouse.up();
}

/** Moves of one test at most: a long walk is made of several. */
const WALK = 60;

describe('a walk of random moves', () => {
  for (const [name, log, moves] of [
    ['through the demo’s book', BOOK, MOVES * 0.68],
    ['through a state of a million entries', CROWD, MOVES * 0.02],
    ['through every kind of value', KINDS, MOVES * 0.3],
  ] as const) {
    const studio = log === BOOK ? book : studioFor(log);
    const walks = Math.ceil(moves / WALK);
    for (let walk = 1; walk <= walks; walk++) {
      test(`${name} shows at each place what the library says, part ${walk} of ${walks}`, async ({ open }) => {
        const random = chance();
        const { last } = await studio.past.range();
        let at = Math.ceil(last / 2);
        const page = await openAt(open, studio, at);
        const oracle = await (log === CROWD ? openCrowdOracle(pathOf(CROWD)) : Oracle.open(studio.past));
        const ways = await waysIn(studio, oracle, (bound) => random.below(bound));
        const taken: string[] = [];
        for (let move = 0; move < moves / walks; move++) {
          const way = random.pick(ways);
          const from = at;
          at = (await way.go(page, from)) ?? (await page.settled());
          taken.push(`${way.name} ${from} → ${at}`);
          await oracle.judge(page, at).catch((error: Error) => {
            throw new Error(`after ${taken.slice(-5).join(', ')}: ${error.message}`, { cause: error });
          });
        }
        expect(taken.length * walks).toBeGreaterThanOrEqual(moves);
      });
    }
  }
});
