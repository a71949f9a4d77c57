/** Tasks on a made-up day of trading in New York: a developer looks for a fault, and a trader looks at the market. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bestPrice } from '../../../../examples/orderbook/model/index.ts';
import { HeatmapHand } from '../truth/heatmap-hand.ts';
import type { Hand } from './hand.ts';
import { copiedText, lastChange, orderOfEvent, ordersBetween, ordersCompared, ordersIn } from './reading.ts';
import { peakOf } from './strip.ts';
import type { Task } from './task.ts';

const TEN = new Date('2026-01-05T15:00:00Z');
const FIVE_PAST_TEN = new Date('2026-01-05T15:05:00Z');
/** A commit of four events: an order, and three trades that it made. */
const COMMIT = { first: 12_380, last: 12_383 };
const MARK = '[data-testid="moment-line"] button[aria-label="Mark this moment"]';

export const DEMO_TASKS: readonly Task[] = [
  {
    name: 'Say which event changed order 723 last',
    mouse: async (hand) => {
      await hand.filterByType('OrderAccepted');
      // The ids of orders rise. A person guesses where 723 is, looks which order is there, and counts rows from it.
      await hand.clickScrubber(1_000);
      const near = (await hand.seenEvents())[0]!;
      await hand.clickEvent(near.sequence);
      const row = near.index + 723 - (await orderOfEvent(hand));
      await hand.clickLast(({ index }) => index <= row);
      const change = hand.page.page.locator('[data-testid="change-row"][data-path="orders[723]"]');
      await hand.clickBelow(hand.page.id('event-lines'), change);
      await hand.clickScrubberEnd();
      await hand.click(hand.page.id('why').getByRole('button', { name: 'orders[723]' }));
      return lastChange(hand);
    },
    keyboard: async (hand) => {
      await hand.choose('orders[723]');
      return lastChange(hand);
    },
    truth: async (past) => {
      const [last] = (await past.why('orders[723]', { limit: 1 })).changes;
      return [last!.sequence, last!.type];
    },
  },
  {
    name: 'Find the first moment with more than 700 orders',
    // A drag over all of the log takes long: without `--full` it begins a part of the way there.
    link: process.env.STUDIO_FULL === undefined ? 'at=7800' : 'at=1',
    mouse: async (hand) => {
      let { before, here } = await hand.dragUntil(async () => (await ordersIn(hand)) > 700);
      while (here - before > 1) {
        const at = Math.floor((before + here) / 2);
        await hand.clickEvent(at);
        if ((await ordersIn(hand)) > 700) here = at;
        else before = at;
      }
      return here;
    },
    keyboard: async (hand) => {
      await hand.choose('size(orders) > 700');
      const found = await inTerminal(hand, await copiedText(hand, 'copied the command'));
      return hand.goTo(/after event ([\d,]+)/.exec(found)![1]!.replaceAll(',', ''));
    },
    truth: async (past) => {
      let first = 0;
      await past.walk({ each: ({ sequence }, { orders }) => void (orders.size > 700 && (first ||= sequence)) });
      return first;
    },
  },
  {
    name: 'Compare 10:00 with 10:05',
    mouse: async (hand) => {
      await hand.clickAtTime(TEN.getTime(), '10:00:00.000');
      await hand.click(MARK);
      await hand.clickAtTime(FIVE_PAST_TEN.getTime(), '10:05:00.000');
      return compareByMouse(hand);
    },
    keyboard: async (hand) => {
      await hand.goTo('10:00');
      await hand.press('m');
      await hand.goTo('10:05');
      await hand.press('d');
      return ordersCompared(hand);
    },
    truth: async (past) => {
      const [from, to] = [await past.at({ time: TEN }), await past.at({ time: FIVE_PAST_TEN })];
      return [from.sequence, to.sequence, ordersBetween(from.state, to.state)];
    },
  },
  {
    name: 'Say what a commit did to the orders',
    link: `at=${COMMIT.first + 1}`,
    mouse: async (hand) => {
      await hand.clickEvent(COMMIT.first - 1);
      await hand.click(MARK);
      await hand.clickEvent(COMMIT.last);
      return compareByMouse(hand);
    },
    keyboard: async (hand) => {
      await hand.press('<');
      await hand.page.standsAt(COMMIT.first - 1);
      await hand.press('m', '>');
      await hand.page.standsAt(COMMIT.last);
      await hand.press('d');
      return ordersCompared(hand);
    },
    truth: async (past) => {
      const { firstSequence, lastSequence } = (await past.cursor(COMMIT.first + 1)).commit!;
      const [from, to] = [await past.at(firstSequence - 1), await past.at(lastSequence)];
      return [from.sequence, to.sequence, ordersBetween(from.state, to.state)];
    },
  },
  {
    name: 'Find when the spread was widest, in the half hour that is shown',
    link: 'at=16000',
    mouse: async (hand) => {
      await hand.click('[role="tab"][data-tab="book"]');
      await hand.clickIn(hand.page.id('line'), (await peakOf(hand)).x);
      return spreadHere(hand);
    },
    keyboard: async (hand) => {
      await hand.press('h');
      const { time } = await peakOf(hand);
      // Trades lie in the middle, and Enter on a trade goes to it.
      await hand.press('Shift+ArrowUp', 'Shift+ArrowUp');
      await hand.moveCrossTo(time);
      await hand.press('Enter');
      return spreadHere(hand);
    },
    truth: async (past, hand) => {
      const { from, to } = await new HeatmapHand(hand.page).drawn();
      let widest = 0;
      await past.walk({
        each({ recordedAt }, state) {
          if (recordedAt >= from && recordedAt <= to) widest = Math.max(widest, spreadOf(state));
        },
      });
      return [widest, spreadOf((await past.at(await hand.page.settled())).state)];
    },
  },
];

async function compareByMouse(hand: Hand): Promise<unknown> {
  await hand.click('[role="tab"][data-tab="diff"]');
  await hand.click('[data-testid="diff-run"]');
  return ordersCompared(hand);
}

const CLI = fileURLToPath(new URL('../../../../src/cli/main.ts', import.meta.url));

/** Pastes a line in a terminal, and presses Enter. */
async function inTerminal(hand: Hand, line: string): Promise<string> {
  hand.pastes();
  const node = [process.execPath, '--conditions=refold-source', '--disable-warning=ExperimentalWarning', CLI];
  const refold = `refold() { ${node.map((word) => `'${word}'`).join(' ')} "$@"; }`;
  return (await promisify(execFile)('sh', ['-c', `${refold}; ${line}`])).stdout;
}

/** What the strip says, which is to be the widest, and to be the spread of the moment. */
async function spreadHere({ page }: Hand): Promise<unknown> {
  await page.settled();
  const spread = Number(await page.id('line').getAttribute('data-value'));
  return [spread, spread];
}

function spreadOf(state: Parameters<typeof bestPrice>[0]): number {
  const [ask, bid] = [bestPrice(state, 'GOOG', 'sell'), bestPrice(state, 'GOOG', 'buy')];
  return ask === null || bid === null ? 0 : ask - bid;
}
