/** `refold diff`: what is different between two moments of a log, and which events lie between them. */
import type { Command } from 'commander';
import { diffStates, formatPath, type Past, parsePath, type StateDifference, valueAt } from '../../../index.ts';
import { answering, FILE, type PastOptions, parseCount, parsePosition, withPast } from '../../args.ts';
import type { Place } from '../../input/position.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, counted, oneLine, pairs, safeJson, time } from '../../output/text.ts';
import { outputWidth, shortLine, shortValue, withTags } from '../../output/values.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';

interface Options extends PastOptions {
  readonly only?: string;
  readonly all?: true;
  readonly limit?: number;
}

/** Together with what is above them they fit a screen. */
const SHOWN_CHANGES = 10;
const SHOWN_TABLES = 6;
const SHOWN_TYPES = 5;

export function defineDiff(program: Command): void {
  const command = program
    .command('diff')
    .argument(...FILE)
    .argument('<a>', 'a position: a sequence, last-100, 50%, a time …', parsePosition)
    .argument('<b>', 'another one', parsePosition)
    .description('what is different between two moments, and which events lie between them')
    .option('--only <path>', 'compare only this part of the state, such as orders[42]')
    .option('--all', 'show every change')
    .option('--limit <count>', `show so many changes (default: ${SHOWN_CHANGES}; with --json all)`, parseCount);
  withPast(command)
    .addHelpText('after', '\nExample:\n  refold diff book.db last-100 last --model ./model.ts')
    .action(answering(([file, a, b], options: Options) => diff(file!, parsePosition(a!), parsePosition(b!), options)));
}

interface Comparison {
  readonly from: Moment;
  readonly to: Moment;
  /** Events after the first moment, up to the second one, by type. */
  readonly types: readonly (readonly [type: string, count: number])[];
  readonly changes: readonly StateDifference[];
}

interface Moment {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly state: object;
}

async function diff(file: string, a: Place, b: Place, options: Options): Promise<Answer> {
  const only = options.only === undefined ? undefined : parsePath(options.only);
  await using past = await openPastOf(file, options);
  const [one, other] = [await placeIn(past, a), await placeIn(past, b)];
  const compared = await withProgress(async ({ onProgress }): Promise<Comparison> => {
    const moments: Moment[] = [await past.at(one, { onProgress }), await past.at(other, { onProgress })];
    const [from, to] = moments.toSorted((x, y) => x.sequence - y.sequence) as [Moment, Moment];
    return {
      from,
      to,
      types: await typesBetween(past, from, to),
      changes: changesOf(from.state, to.state, only ?? []),
    };
  });
  const limit = options.limit ?? (options.json || options.all ? Number.POSITIVE_INFINITY : SHOWN_CHANGES);
  return { json: () => [safeJson(jsonOf(compared, limit))], text: () => describe(compared, limit) };
}

function changesOf(from: object, to: object, only: readonly unknown[]): StateDifference[] {
  const [before, after] = [valueAt(from, only), valueAt(to, only)];
  if (before !== undefined && after !== undefined) {
    return diffStates(before, after, Number.POSITIVE_INFINITY).map((one) => within(only, one));
  }
  if (before === after) return [];
  return [{ path: formatPath(only), parts: only, ...(before === undefined ? { after } : { before }) }];
}

/** The path from the root, in full. It still says that the same keys come in another order. */
function within(only: readonly unknown[], { path, parts, ...sides }: StateDifference): StateDifference {
  const all = [...only, ...parts];
  const order = path.endsWith(ORDER) ? ` ${ORDER}` : '';
  return { path: `${formatPath(all)}${order}`.trimStart(), parts: all, ...sides };
}

/** A path that ends in this is about the order of keys, and its values are these keys. */
const ORDER = '(order)';

async function typesBetween(past: Past, from: Moment, to: Moment): Promise<Comparison['types']> {
  if (from.sequence >= to.sequence) return [];
  const { types } = await past.counts({ from: from.sequence + 1, to: to.sequence });
  return Object.entries(types).toSorted(([, x], [, y]) => y - x);
}

function jsonOf({ from, to, changes }: Comparison, limit: number): object {
  const shown = changes.slice(0, limit).map(({ parts: _, ...change }) => withTags(change, 'before', 'after'));
  return {
    from: from.sequence,
    to: to.sequence,
    events: to.sequence - from.sequence,
    changes: shown,
    ...(shown.length < changes.length && { left: changes.length - shown.length }),
  };
}

function describe({ from, to, types, changes }: Comparison, limit: number): string {
  const events = to.sequence - from.sequence;
  const named = types.slice(0, SHOWN_TYPES).map(([type, number]) => `${count(number)} ${oneLine(type)}`);
  if (types.length > SHOWN_TYPES) named.push(`${counted(types.length - SHOWN_TYPES, 'more type')}`);
  const top = pairs([
    ['from', `${count(from.sequence)}${from.sequence === 0 ? '' : `, ${time(from.recordedAt)}`}`],
    ['to', `${count(to.sequence)}${to.sequence === 0 ? '' : `, ${time(to.recordedAt)}`}`],
    ['events', events === 0 ? '0' : `${count(events)}: ${named.join(', ')}`],
    ...tablesOf(changes),
  ]);
  if (changes.length === 0) return `${top}nothing is different\n`;
  const shown = changes.slice(0, limit).map(describeChange);
  const left = changes.length - shown.length;
  const more = left <= 0 ? '' : `… ${counted(left, 'more change')}: use --all, --limit or --only\n`;
  return `${top}\n${shown.join('')}${more}`;
}

/** For each property of the state, how many entries are new, gone and changed. */
function tablesOf(changes: readonly StateDifference[]): (readonly [string, string])[] {
  const tables = Map.groupBy(changes, ({ parts }) => formatPath(parts.slice(0, 1)));
  const lines = [...tables].map(([table, places]) => [table, tally(places)] as const);
  const left = lines.length - SHOWN_TABLES;
  return left <= 0 ? lines : [...lines.slice(0, SHOWN_TABLES), ['…', counted(left, 'more table')]];
}

function tally(places: readonly StateDifference[]): string {
  const entries = Map.groupBy(places, ({ parts }) => formatPath(parts.slice(0, 2)));
  const counts = { new: 0, gone: 0, changed: 0 };
  for (const [first, ...others] of entries.values()) counts[others.length === 0 ? kindOf(first!) : 'changed'] += 1;
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => `${count(number)} ${kind}`)
    .join(', ');
}

function kindOf({ parts, before, after }: StateDifference): 'new' | 'gone' | 'changed' {
  if (parts.length !== 2) return 'changed';
  if (before === undefined) return 'new';
  return after === undefined ? 'gone' : 'changed';
}

function describeChange({ path, before, after }: StateDifference): string {
  const width = outputWidth();
  const room = Math.max(10, Math.floor((width - Math.min(path.length, 40) - 6) / 2));
  return `${shortLine(`${path}  ${before === undefined ? '' : `${shortValue(before, room)} `}→ ${shortValue(after, room)}`, width)}\n`;
}
