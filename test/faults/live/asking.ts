/** What is asked of a log that another process writes: calls of `refold`. */
import { fileURLToPath } from 'node:url';
import { formatPath } from 'refold';
import type { Chance } from '../judging/chance.ts';

/** Where the log begins and ends, as `info` says. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** The earliest sequence whose state can be built. */
  readonly earliest: number;
}

/** One call of `refold`. */
export interface Question {
  readonly command: string;
  /** What follows the file. `OUT` stands for a file that is written. */
  readonly args: readonly string[];
  /** The first sequence that it needs, or whose state it needs; absent if it takes what is there. */
  readonly from?: number;
  readonly to?: number;
  /** The place that it asks about. */
  readonly place?: string;
  readonly type?: string;
  /** For `bisect`: the event that it must find; absent if it must find nothing. */
  readonly finds?: number;
}

/** Places whose history the judge knows. */
export const PLACES: readonly string[] = [
  formatPath(['journal', 'digest']),
  formatPath(['accounts', 'account-3', 'cents']),
  formatPath(['accounts', 'account-7']),
];

/** All reading commands, each with random positions in the range that the log has now. */
export const QUESTIONS: readonly ((range: Range, chance: Chance) => Question)[] = [
  (range, chance) => events(windowIn(range, chance)),
  (range, chance) => events(windowIn(range, chance), 'NoteTaken'),
  () => ({ command: 'events', args: ['--reverse', '--limit', '20'] }),
  () => ({ command: 'events', args: ['--last', '20'] }),
  () => ({ command: 'info', args: ['--types'] }),
  () => ask('state'),
  (range, chance) => {
    const at = positionIn(range, chance);
    return { ...ask('at', String(at)), from: at, to: at };
  },
  (range, chance) => {
    const [at, place] = [positionIn(range, chance), chance.pick(PLACES)];
    return { ...ask('at', String(at), place), from: at, to: at, place };
  },
  (range, chance) => {
    const [one, other] = [positionIn(range, chance), positionIn(range, chance)];
    return { ...ask('diff', String(one), String(other)), from: Math.min(one, other), to: Math.max(one, other) };
  },
  (_, chance) => why(chance.pick(PLACES)),
  (_, chance) => why(chance.pick(PLACES), '--forward'),
  (range, chance) => {
    const before = positionIn(range, chance);
    return { ...why(chance.pick(PLACES), '--before', String(before)), to: before - 1 };
  },
  () => ask('bisect', 'zeroSum'),
  () => ask('bisect', 'zeroSum', '--fast'),
  (range, chance) => {
    const from = Math.max(positionIn(range, chance), range.first, 1);
    const finds = Math.min(from + 1 + chance.below(500), range.last);
    // The journal counts events, so its number is the sequence.
    const condition = `journal.events >= ${finds}`;
    return { ...ask('bisect', '--first-true', condition, '--from', String(from)), from: from - 1, finds };
  },
  () => ask('rehearse', '--next', LEDGER),
  () => ask('replay'),
  () => ask('verify'),
  () => ask('check'),
  () => ask('doctor'),
  () => ({ command: 'export', args: ['--out', 'OUT'] }),
];

const LEDGER = `${fileURLToPath(new URL('ledger-model.ts', import.meta.url))}#ledgerModel`;

/** The longest range that is printed event by event. */
const WINDOW = 120;
/** One position in so many is in the oldest part of the log, which may be dropped before it is read. */
const OLD_ONES = 5;

function ask(command: string, ...args: string[]): Question {
  return { command, args: [...args, '--model', LEDGER] };
}

function why(place: string, ...args: string[]): Question {
  return { ...ask('why', place, '--limit', '5', ...args), place };
}

function events([from, to]: readonly [number, number], type?: string): Question {
  const args = ['--from', String(from), '--to', String(to), ...(type === undefined ? [] : ['--type', type])];
  return { command: 'events', args, from, to, ...(type !== undefined && { type }) };
}

/** A sequence whose state can be built now. */
function positionIn({ earliest, last }: Range, chance: Chance): number {
  const middle = earliest + Math.floor((last - earliest) / 2);
  const low = Math.max(1, chance.below(OLD_ONES) === 0 ? earliest : middle);
  return low + chance.below(last - low + 1);
}

function windowIn(range: Range, chance: Chance): [number, number] {
  const from = Math.max(positionIn(range, chance), range.first);
  return [from, Math.min(range.last, from + chance.below(WINDOW))];
}
