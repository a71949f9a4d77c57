/** Random places and moves, from a seed that is printed: `STUDIO_SEED=7` makes them again. `STUDIO_FULL=1` makes four times as many. */
import { Random } from '../../../../examples/orderbook/demo/random.ts';

const FULL = process.env.STUDIO_FULL === '1';

/** How many places the page is compared with the library at. */
export const PLACES = FULL ? 200 : 50;
/** How many moves it is compared after. */
export const MOVES = FULL ? 2_000 : 500;

/** A source of random numbers, whose seed is on the console of the test. */
export function chance(): Random {
  const seed = Number(process.env.STUDIO_SEED ?? Date.now() % 1_000_000);
  console.log(`STUDIO_SEED=${seed}`);
  return new Random(seed);
}
