/**
 * Mutations of a LOBSTER day: one message is changed, left out or swapped with the next one.
 *
 * A mutator knows the original and what it changed. It judges whether a report could notice it at all, by the rules of a
 * closed list. Whatever no rule covers must be noticed.
 */
import type { Random } from '../../../examples/orderbook/demo/random.ts';
import type { LobsterReport } from '../../../examples/orderbook/feeds/matching/lobster.ts';
import type { LobsterDay } from './lobster-day.ts';

/** Why a mutation cannot be noticed. */
export type Rule = 'hidden size' | 'full execution of the first in line, or its deletion' | 'outside the window';

export interface Mutated {
  readonly day: LobsterDay;
  /** The row that was changed. */
  readonly row: number;
  readonly before: string;
  readonly after: string;
  /** The rule by which a report may fail to notice; undefined if it must notice. */
  readonly excuse: Rule | undefined;
}

type Fields = [time: string, type: string, id: string, size: string, price: string, direction: string];

interface Facts {
  readonly fields: Fields;
  /** Whether the message is about all of an order that has entered in the file and is served first, as far as that shows. */
  readonly isFirstInLine: boolean;
  /** Whether the order's place is among the levels shown before or after the message. */
  readonly isInside: boolean;
}

interface Kind {
  readonly applies: (facts: Facts) => boolean;
  readonly change: (fields: Fields, random: Random, day: LobsterDay) => Fields;
  readonly excuse?: (facts: Facts) => Rule | undefined;
}

const type = (wanted: string) => (facts: Facts) => facts.fields[1] === wanted;
const isVisible = (facts: Facts) => '1234'.includes(facts.fields[1]);
const resized: Kind['change'] = (fields, random) =>
  fields.with(3, String(Number(fields[3]) + 1 + random.below(50))) as Fields;
const typed =
  (to: string): Kind['change'] =>
  (fields) =>
    fields.with(1, to) as Fields;
const FIRST = 'full execution of the first in line, or its deletion';

/** An id that no order has, or that of another message. */
const renamed: Kind['change'] = (fields, random, day) => {
  const other = day.messages[random.below(day.messages.length)]!.split(',')[2]!;
  const isOther = random.perMille(500) && other !== fields[2] && other !== '0';
  return fields.with(2, isOther ? other : String(Number(fields[2]) + 1_000_000_000)) as Fields;
};

/** What is done to one message. */
const CHANGES: Readonly<Record<string, Kind>> = {
  'size of an entry': { applies: type('1'), change: resized },
  'size of a deletion': { applies: type('3'), change: resized },
  'size of an execution': { applies: type('4'), change: resized },
  'size of a hidden execution': {
    applies: type('5'),
    change: (fields) => fields.with(3, String(Number(fields[3]) * 10)) as Fields,
    excuse: () => 'hidden size',
  },
  price: {
    applies: isVisible,
    change: (fields, random) => fields.with(4, String(Number(fields[4]) + 100 * (random.below(9) - 10))) as Fields,
  },
  'execution to deletion': {
    applies: type('4'),
    change: typed('3'),
    excuse: ({ isFirstInLine }) => (isFirstInLine ? FIRST : undefined),
  },
  'deletion to execution': {
    applies: type('3'),
    change: typed('4'),
    excuse: ({ isFirstInLine }) => (isFirstInLine ? FIRST : undefined),
  },
  'execution to hidden execution': { applies: type('4'), change: typed('5') },
  'id of an entry': {
    applies: type('1'),
    change: (fields) => fields.with(2, String(Number(fields[2]) + 1e9)) as Fields,
  },
  'id of a deletion': { applies: type('3'), change: renamed },
  'id of an execution': { applies: type('4'), change: renamed },
  'an hour back in time': {
    applies: () => true,
    change: (fields) =>
      fields.with(
        0,
        fields[0].replace(/^\d+/, (seconds) => String(Number(seconds) - 3_600)),
      ) as Fields,
  },
  direction: { applies: isVisible, change: (fields) => fields.with(5, String(-Number(fields[5]))) as Fields },
};

/** The fifteen kinds. */
export const MUTATIONS: readonly string[] = [...Object.keys(CHANGES), 'dropped row', 'swapped rows'];

/** Mutates a day. The first and the last rows stay: there is nothing before or after them that they could contradict. */
export function mutate(kind: string, day: LobsterDay, random: Random): Mutated {
  const facts = factsOf(day);
  for (let attempt = 0; attempt < 100_000; attempt++) {
    const row = 1 + random.below(day.messages.length - 20);
    const mutated = tryToMutate(kind, day, row, facts[row]!, random);
    if (mutated !== undefined && mutated.before !== mutated.after) return { row, ...mutated };
  }
  throw new Error(`The day has no message for: ${kind}`);
}

function tryToMutate(
  kind: string,
  day: LobsterDay,
  row: number,
  facts: Facts,
  random: Random,
): Omit<Mutated, 'row'> | undefined {
  const before = day.messages[row]!;
  // There is no such rule for a step back in time.
  const outside = facts.isInside || kind === 'an hour back in time' ? undefined : 'outside the window';
  if (kind === 'dropped row') {
    // A hidden execution that is missing together with its row leaves no trace anywhere.
    if (!isVisible(facts)) return undefined;
    const dropped = { messages: day.messages.toSpliced(row, 1), rows: day.rows.toSpliced(row, 1) };
    // Once a place is out of sight again, the next row cannot contradict what is there.
    const stays = isWithin(day.rows[row + 1]!, facts.fields);
    return { day: dropped, before, after: '', excuse: stays ? outside : 'outside the window' };
  }
  if (kind === 'swapped rows') {
    const next = day.messages[row + 1]!;
    // Messages of one moment may come in any order.
    if (next.split(',')[0] === facts.fields[0]) return undefined;
    const swapped = { ...day, messages: day.messages.with(row, next).with(row + 1, before) };
    return { day: swapped, before, after: next, excuse: outside };
  }
  const { applies, change, excuse } = CHANGES[kind]!;
  if (!applies(facts)) return undefined;
  const after = change([...facts.fields], random, day).join(',');
  const changed = { ...day, messages: day.messages.with(row, after) };
  return { day: changed, before, after, excuse: excuse?.(facts) ?? outside };
}

/** What of a report may rise only if something does not agree. */
export function anomaliesOf(report: LobsterReport): Readonly<Record<string, number>> {
  const { ofSeed, ofOtherOrder, behindBest, whileHalted } = report.executions;
  const { rowsWrong, resyncsInsideWindow, rejected, timeStepsBack } = report;
  const executions = { ofSeed, ofOtherOrder, behindBest, whileHalted };
  return { rowsWrong, resyncsInsideWindow, rejected, timeStepsBack, ...executions, ...report.contradictions };
}

/** The names of the counts that are above those of the original. */
export function risen(original: LobsterReport, report: LobsterReport): string[] {
  const before = anomaliesOf(original);
  return Object.entries(anomaliesOf(report)).flatMap(([name, count]) => (count > before[name]! ? [name] : []));
}

/** Whether the place of a message is not behind the last level that a row shows. */
function isWithin(row: string, [, , , , price, direction]: Fields): boolean {
  const last = row.split(',').at(direction === '1' ? -2 : -4)!;
  if (last.endsWith('9999999999')) return true;
  return direction === '1' ? Number(price) >= Number(last) : Number(price) <= Number(last);
}

/** Follows the file's orders by level, in plain arrays. */
function factsOf({ messages, rows }: LobsterDay): Facts[] {
  const levels = new Map<string, { id: string; open: number }[]>();
  return messages.map((text, row) => {
    const fields = text.split(',') as Fields;
    const [, kind, id, size, price, direction] = fields;
    const place = `${price},${direction}`;
    const queue = levels.get(place) ?? [];
    const at = queue.findIndex((order) => order.id === id);
    const order = queue[at];
    const isFull = order === undefined || order.open === Number(size);
    const isBest = rows[row - 1]?.split(',')[direction === '1' ? 2 : 0] === price;
    const isFirst = at === 0 || order === undefined;
    if (kind === '1') levels.set(place, [...queue, { id, open: Number(size) }]);
    else if (order !== undefined && '234'.includes(kind)) {
      order.open -= Number(size);
      if (kind === '3' || order.open <= 0) queue.splice(at, 1);
    }
    const shown = [rows[row - 1], rows[row]].flatMap((line) => line?.split(',') ?? []);
    const isInside = kind === '5' || shown.some((value, column) => column % 2 === 0 && value === price);
    return { fields, isFirstInLine: isFull && isBest && isFirst, isInside };
  });
}
