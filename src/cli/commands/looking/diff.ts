/** `refold diff`: what is different between two moments of a log, and which events lie between them. */
import { type Command, Option } from 'commander';
import type { Place } from '../../../guests/position.ts';
import { changesWithin, withTags } from '../../../guests/state-changes.ts';
import { lookUp, nothingThere } from '../../../guests/state-path.ts';
import { type Past, parsePath } from '../../../index.ts';
import { answering, FILE, type PastOptions, parseCount, parsePosition, withPast } from '../../args.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { safeJson } from '../../output/text.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';
import { type Comparison, describeDiff, type Moment } from './describe-diff.ts';

interface Options extends PastOptions {
  readonly only?: string;
  readonly all?: true;
  readonly limit?: number;
}

export function defineDiff(program: Command): void {
  const command = program
    .command('diff')
    .argument(...FILE)
    .argument('<a>', 'a position: a sequence, last-100, 50%, a time …', parsePosition)
    .argument('<b>', 'another one', parsePosition)
    .description('what is different between two moments, and which events lie between them')
    .option('--only <path>', 'compare only this part of the state, such as orders[42]')
    .addOption(new Option('--all', 'show every change').conflicts('limit'))
    .option('--limit <count>', 'show so many changes (default: what fits a screen; with --json all)', parseCount);
  withPast(command)
    .addHelpText('after', '\nExample:\n  refold diff book.db last-100 last --model ./model.ts')
    .action(answering(([file, a, b], options: Options) => diff(file!, parsePosition(a!), parsePosition(b!), options)));
}

interface State extends Moment {
  readonly state: object;
}

async function diff(file: string, a: Place, b: Place, options: Options): Promise<Answer> {
  const only = options.only === undefined ? [] : parsePath(options.only);
  await using past = await openPastOf(file, options);
  const [one, other] = [await placeIn(past, a), await placeIn(past, b)];
  const compared = await withProgress(async ({ onProgress }): Promise<Comparison> => {
    const moments: State[] = [await past.at(one, { onProgress }), await past.at(other, { onProgress })];
    const [from, to] = moments.toSorted((x, y) => x.sequence - y.sequence) as [State, State];
    if (options.only !== undefined) requireProperty([from.state, to.state], options.only);
    return {
      from,
      to,
      types: await typesBetween(past, from, to),
      changes: changesWithin(only, from.state, to.state, Infinity),
    };
  });
  return {
    json: () => jsonOf(compared, options.limit ?? Number.POSITIVE_INFINITY),
    text: () => describeDiff(compared, options.limit ?? (options.all ? Number.POSITIVE_INFINITY : undefined)),
  };
}

/** An entry may be missing at both moments, but not a property of the state. @throws RefoldError `INVALID_OPTION` */
function requireProperty(states: readonly object[], path: string): void {
  const [found, ...others] = states.map((state) => lookUp(state, path)).toReversed();
  const isMissing = [found!, ...others].every((one) => 'missing' in one && one.missing.parts.length === 1);
  if (isMissing && 'missing' in found!) throw nothingThere(path, found.missing);
}

async function typesBetween(past: Past, from: Moment, to: Moment): Promise<Comparison['types']> {
  if (from.sequence >= to.sequence) return [];
  const { types } = await past.counts({ from: from.sequence + 1, to: to.sequence });
  return Object.entries(types).toSorted(([, x], [, y]) => y - x);
}

/** In pieces: there may be very many changes. */
function* jsonOf({ from, to, changes }: Comparison, limit: number): Iterable<string> {
  const events = to.sequence - from.sequence;
  yield `{"from":${from.sequence},"to":${to.sequence},"events":${events},"changes":[`;
  let separator = '';
  for (const { parts: _, ...change } of changes.values().take(limit)) {
    yield separator + safeJson(withTags(change, 'before', 'after'));
    separator = ',';
  }
  const left = Math.max(0, changes.length - limit);
  yield left === 0 ? ']}' : `],"left":${left}}`;
}
