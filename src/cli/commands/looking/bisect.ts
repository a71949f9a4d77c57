/** `refold bisect`: the first event after which an invariant is broken, or a condition is true or false. */
import { type Command, Option } from 'commander';
import type { Place } from '../../../guests/position.ts';
import {
  type BisectMode,
  type BisectReport,
  type BisectTarget,
  type Past,
  parseCondition,
  RefoldError,
} from '../../../index.ts';
import { answering, FILE, type PastOptions, parsePosition, withPast } from '../../args.ts';
import { EXIT } from '../../output/exit-codes.ts';
import { hanging } from '../../output/lines.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, counted, duration, oneLine, pairs, time } from '../../output/text.ts';
import { openPastOf } from '../../past.ts';
import { placeIn, startPlaceIn } from '../../place.ts';
import { hintOnUnknownPart } from './unknown-part.ts';

interface Options extends PastOptions {
  readonly firstTrue?: string;
  readonly firstFalse?: string;
  readonly js?: string;
  readonly fast?: true;
  readonly everyEvent?: true;
  readonly from?: Place;
  readonly to?: Place;
}

export function defineBisect(program: Command): void {
  const command = program
    .command('bisect')
    .argument(...FILE)
    .argument('[invariant]', 'an invariant of the model')
    .description('find the first event after which an invariant is broken, or a condition is true or false')
    .addOption(new Option('--first-true <condition>', 'such as "size(orders) > 100"').conflicts(['firstFalse', 'js']))
    .addOption(new Option('--first-false <condition>', 'such as "cash >= 0"').conflicts('js'))
    .option('--js <expression>', 'JavaScript on `state`: the first event after which it is true')
    .addOption(
      new Option('--fast', 'halve between snapshots: right only if broken stays broken').conflicts('everyEvent'),
    )
    .option('--every-event', 'ask after every event: sure, and slow')
    .option('--from <position>', 'where to begin (default: the first event)', parsePosition)
    .option('--to <position>', 'where to end (default: the last event)', parsePosition);
  withPast(command)
    .addHelpText('after', '\nExample:\n  refold bisect book.db neverCrossed --model ./model.ts')
    .action(answering(([file, invariant], options: Options) => bisect(file!, invariant, options)));
}

async function bisect(file: string, invariant: string | undefined, options: Options): Promise<Answer> {
  const target = targetOf(invariant, options);
  await using past = await openPastOf(file, options);
  const from = options.from && (await startPlaceIn(past, options.from));
  const to = options.to && (await placeIn(past, options.to));
  const mode = modeOf(options);
  const report = await withProgress((bar) => {
    const onEstimate = ({ events, milliseconds }: { events: number; milliseconds: number }): void => {
      bar.clear();
      if (options.json === true) return;
      console.error(`asking after ${counted(events, 'event')} takes about ${duration(Math.ceil(milliseconds))}`);
    };
    return past.bisect(target, { mode, from, to, onProgress: bar.onProgress, onEstimate });
  });
  const isFound = report.found === true;
  const hint = options.json !== true && (!isFound || report.isAtStart === true) ? await hintFor(past, options) : '';
  const exitCode = isFound === (invariant !== undefined) ? EXIT.checkFailed : EXIT.ok;
  return {
    json: report,
    text: () => `${describe(report, invariant, whatOf(invariant, options), mode)}${hint}`,
    exitCode,
  };
}

/** A condition on a place that the state does not have never holds. */
async function hintFor(past: Past, { firstTrue, firstFalse }: Options): Promise<string> {
  const condition = firstTrue ?? firstFalse;
  if (condition === undefined) return '';
  const { state } = await past.at((await past.range()).last);
  return hintOnUnknownPart(state, parseCondition(condition).paths);
}

function modeOf({ fast, everyEvent }: Options): BisectMode {
  if (fast === true) return 'fast';
  return everyEvent === true ? 'every-event' : 'blocks';
}

/** @throws RefoldError `INVALID_OPTION` for no question, several, or one that cannot be read */
function targetOf(invariant: string | undefined, { firstTrue, firstFalse, js }: Options): BisectTarget<any> {
  const given = [invariant, firstTrue, firstFalse, js].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new RefoldError(
      'INVALID_OPTION',
      `Cannot bisect: ${given.length === 0 ? 'no' : 'more than one'} question was given`,
      {
        type: 'invariant',
        hint: 'Name an invariant of the model, or give one of --first-true, --first-false and --js',
      },
    );
  }
  if (invariant !== undefined) return { invariant };
  if (firstTrue !== undefined) return { firstTrue: parseCondition(firstTrue) };
  if (firstFalse !== undefined) return { firstFalse: parseCondition(firstFalse) };
  return { firstTrue: compile(js!) };
}

/** What the expression gives must be true or false: the engine refuses anything else. */
function compile(expression: string): (state: object) => boolean {
  try {
    if (expression.trim() === '') throw new SyntaxError('it is empty');
    const holds = new Function('state', `"use strict"; return (${expression}\n);`) as (state: object) => boolean;
    new Function(`[${expression}\n]`); // text such as `1); f(` fits between parentheses, but not here as well
    return holds;
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', `Cannot read --js '${expression}': ${(cause as Error).message}`, {
      type: 'js',
      hint: 'Give one JavaScript expression on `state`, such as "state.orders.size > 100"',
      cause,
    });
  }
}

function whatOf(invariant: string | undefined, { firstTrue, firstFalse, js }: Options): string {
  if (invariant !== undefined) return `${invariant} is broken`;
  return firstFalse !== undefined ? `not ${firstFalse}` : (firstTrue ?? js!);
}

function describe(report: BisectReport, invariant: string | undefined, what: string, mode: BisectMode): string {
  const { lookedAt, folded, asked, grid, mayHaveMissed } = report;
  const apart = grid > 1 ? `, at most ${counted(grid, 'event')} apart` : '';
  const rows = pairs([
    [
      'looked at',
      lookedAt.from > lookedAt.to ? 'no events' : `events ${count(lookedAt.from)} to ${count(lookedAt.to)}`,
    ],
    ['asked', `${counted(asked, 'time')}${apart}`],
    ['folded', counted(folded, 'event')],
    [
      'missed',
      mayHaveMissed ? `maybe what lasted less than ${counted(grid, 'event')}: --every-event is sure` : undefined,
    ],
    ['right', mode === 'fast' ? 'only if what is so once stays so: it halved between snapshots' : undefined],
  ]);
  const absent = invariant === undefined ? `not found: ${oneLine(what)}` : `not broken: ${oneLine(invariant)}`;
  return `${hanging('', report.found ? finding(report, oneLine(what)) : absent)}${rows}`;
}

function finding({ sequence, recordedAt, type, isAtStart, reason }: BisectReport, what: string): string {
  const why = reason === undefined || reason === '' ? '' : `: ${oneLine(reason)}`;
  if (isAtStart) return `${what}, at the start of the range already, event ${count(sequence!)}${why}`;
  return `${what} after event ${count(sequence!)}, ${time(recordedAt!)}, ${oneLine(type!)}${why}`;
}
