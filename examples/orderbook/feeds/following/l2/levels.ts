/** Levels and trades in whole numbers, and what to tell where a text does not become one. */
import { type DecimalProblem, parseDecimal } from '../../../decimals.ts';
import type { Change } from '../../../follow/messages.ts';
import { moreDecimalsHint } from '../settings.ts';
import { type Level, MessageProblem, type TradePrint } from './messages.ts';
import type { Scale } from './scale.ts';

/** A level in whole numbers. */
export interface Scaled {
  readonly price: number;
  readonly size: number;
  readonly count: number | undefined;
}

export function scaled({ price, size, count, list, index }: Level, scale: Scale): Scaled {
  const whole = parseDecimal(size, scale.size);
  const at = parseDecimal(price, scale.price);
  if (typeof at !== 'number') throw doesNotFit(price, at, scale.price, 'price', placeOf(list, index));
  if (typeof whole !== 'number') throw doesNotFit(size, whole, scale.size, 'size', placeOf(list, index));
  if (whole < 0)
    throw new MessageProblem(placeOf(list, index), `has the size ${JSON.stringify(size)}, which is below 0`);
  return { price: at, size: whole, count: count !== undefined && /^\d{1,9}$/.test(count) ? Number(count) : undefined };
}

function placeOf(list: string, index: number | undefined): string {
  return index === undefined ? list : `${list}[${index}]`;
}

/** A trade in whole numbers. @throws MessageProblem */
export function scaledTrade({ price, size, side, hidden, at }: TradePrint, scale: Scale): Change {
  const terms = { price: wholeOf(price, scale.price, 'price', at), size: wholeOf(size, scale.size, 'size', at) };
  if (terms.size <= 0) throw new MessageProblem(pathOf(at, 'size'), `is ${JSON.stringify(size)}`);
  return { kind: 'trade', ...terms, ...(side !== undefined && { side }), ...(hidden && { hidden }) };
}

function wholeOf(text: string, decimals: number, name: 'price' | 'size', at: string): number {
  const value = parseDecimal(text, decimals);
  if (typeof value === 'number') return value;
  throw doesNotFit(text, value, decimals, name, at);
}

function doesNotFit(
  text: string,
  problem: DecimalProblem,
  decimals: number,
  name: 'price' | 'size',
  at: string,
): MessageProblem {
  const shown = `has the ${name} ${JSON.stringify(text)}`;
  if (problem === 'noDecimal') return new MessageProblem(at, `${shown}, which is not a decimal`);
  if (problem === 'tooManyDecimals') {
    const told = `${shown}, which has more than the ${decimals} decimals of the book`;
    return new MessageProblem(at, told, moreDecimalsHint(name, text));
  }
  const hint = `Give --set ${name}-decimals=N, and import into a new log; N is the most decimals that a ${name} has`;
  return new MessageProblem(at, `${shown}, which does not fit into 2^53 with ${decimals} decimals`, hint);
}

function pathOf(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
