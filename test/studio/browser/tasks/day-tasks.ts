/** Tasks on a real day of a feed. It has no date, and its times count from 1970. New York was five hours behind. */
import { hashState } from 'refold';
import { bookTop } from '../../../../examples/orderbook/follow/index.ts';
import type { Hand } from './hand.ts';
import { bestOf, copiedText, isLevelRemoved } from './reading.ts';
import type { Around, Task } from './task.ts';

const TYPE = 'OrderExecuted';
const NINE_THIRTY_FIVE = new Date('1970-01-01T14:35:00Z');

export const DAY_TASKS: readonly Task[] = [
  {
    name: 'Find the next trade that emptied a level',
    link: 'at=100',
    mouse: async (hand) => {
      await hand.filterByType(TYPE);
      return nextThatEmptied(hand, (sequence) => hand.clickEvent(sequence));
    },
    keyboard: async (hand) => {
      await hand.choose('only executed');
      return nextThatEmptied(hand, () => hand.press('n'));
    },
    truth: async (past) => {
      const cursor = await past.cursor(101);
      const isRemoved = ({ parts, ...one }: (typeof cursor.changes)[number]): boolean =>
        parts[0] === 'levels' && parts.length === 2 && !('after' in one);
      while (cursor.event?.type !== TYPE || !cursor.changes.some(isRemoved)) await cursor.to(cursor.sequence + 1);
      return cursor.sequence;
    },
  },
  {
    name: 'Find the first execution of the day, and count them',
    mouse: async (hand) => {
      await hand.filterByType(TYPE);
      await hand.clickScrubber(1);
      await hand.clickLast(({ index }) => index === 1);
      return [await hand.page.settled(), await hand.matches()];
    },
    keyboard: async (hand) => {
      await hand.choose('only executed');
      await hand.matches();
      await hand.press('e', 'Home', 'Enter');
      return [await hand.page.settled(), await hand.matches()];
    },
    truth: async (past) => {
      let first = 0;
      await past.walk({ each: ({ type, sequence }) => void (type === TYPE && (first ||= sequence)) });
      return [first, (await past.counts()).types[TYPE]];
    },
  },
  {
    name: 'Say the best bid and ask at 9:35',
    mouse: async (hand) => {
      await hand.click('[role="tab"][data-tab="book"]');
      await hand.clickAtTime(NINE_THIRTY_FIVE.getTime(), '09:35:00.000');
      return bestHere(hand);
    },
    keyboard: async (hand) => {
      await hand.press('h');
      await hand.goTo('9:35');
      return bestHere(hand);
    },
    truth: async (past) => {
      const { sequence, state } = await past.at({ time: NINE_THIRTY_FIVE });
      const [best] = bookTop(state, 'GOOG', 1);
      return [sequence, best![2], best![0]];
    },
  },
  {
    name: 'Send a colleague a link to event 2,500 of the book',
    link: 'at=2500&view=book',
    mouse: async (hand, around) => {
      await hand.click('button[aria-label="Copy a link to this moment"]');
      return openedBy(hand, around);
    },
    keyboard: async (hand, around) => {
      await hand.press('l');
      return openedBy(hand, around);
    },
    truth: async (past) => [2_500, 'book', hashState((await past.at(2_500)).state), 0],
  },
];

async function nextThatEmptied(hand: Hand, goOn: (sequence: number) => Promise<void>): Promise<number> {
  await hand.matches();
  for (let at = await hand.page.settled(); ; ) {
    const next = (await hand.seenEvents()).find(({ sequence }) => sequence > at)!;
    await goOn(next.sequence);
    await hand.page.standsAt(next.sequence);
    at = next.sequence;
    if (await isLevelRemoved(hand)) return at;
  }
}

async function bestHere(hand: Hand): Promise<number[]> {
  return [await hand.page.settled(), await bestOf(hand, 'buy'), await bestOf(hand, 'sell')];
}

/** What a colleague sees who opens the link, and of which state it says it is. */
async function openedBy(hand: Hand, { openLink }: Around): Promise<unknown> {
  const link = new URL(await copiedText(hand, 'link copied')).hash.slice(1);
  const theirs = await openLink(link);
  const at = await theirs.settled();
  const view = await theirs.page.locator('[role="tab"][aria-selected="true"]').first().getAttribute('data-tab');
  return [at, view, new URLSearchParams(link).get('hash'), await theirs.id('problem').count()];
}
