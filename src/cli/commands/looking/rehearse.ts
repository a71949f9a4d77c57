/** `refold rehearse`: folds a log under the present model and the next one, and says where they part. Made for CI. */
import type { Command } from 'commander';
import { loadModel } from '../../../guests/load-model.ts';
import type { Place } from '../../../guests/position.ts';
import { withTags } from '../../../guests/state-changes.ts';
import type { Model, RehearsalReport, RehearsedModel } from '../../../index.ts';
import { answering, FILE, JSON_OPTION, MODEL, type PastOptions, parsePosition, ZONE } from '../../args.ts';
import { EXIT } from '../../output/exit-codes.ts';
import { outputWidth } from '../../output/lines.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, counted, oneLine, paint, pairs } from '../../output/text.ts';
import { shortLine, shortValue } from '../../output/values.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';

interface Options extends PastOptions {
  readonly next: string;
  readonly to?: Place;
}

export function defineRehearse(program: Command): void {
  program
    .command('rehearse')
    .argument(...FILE)
    .description('fold the log under this model and the next one, and say where they differ; change nothing')
    .requiredOption('--next <module>', 'the model that is to be deployed; ./next.ts#name picks an export')
    .option('--to <position>', 'stop at this position', parsePosition)
    .option(...MODEL)
    .option(...ZONE)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold rehearse book.db --model ./model.ts --next ./next.ts')
    .action(answering(([file], options: Options) => rehearse(file!, options)));
}

async function rehearse(file: string, options: Options): Promise<Answer> {
  await using past = await openPastOf(file, options);
  const next = await loadModel(options.next);
  const to = options.to && (await placeIn(past, options.to));
  const report = await withProgress(({ onProgress }) => past.rehearse(next, { to, onProgress }));
  return {
    json: jsonOf(report),
    text: () => describe(report, past.model, next),
    exitCode: report.equal ? EXIT.ok : EXIT.checkFailed,
  };
}

/** Paths tell the same as their parts. */
function jsonOf({ firstDifference: first, differences, ...report }: RehearsalReport): object {
  return {
    ...report,
    ...(first && { firstDifference: { ...withTags(first, 'now', 'next'), parts: undefined } }),
    differences: differences.map(({ first: some, ...table }) => ({
      ...table,
      first: some.map((place) => ({ ...withTags(place, 'before', 'after'), parts: undefined })),
    })),
  };
}

function describe(report: RehearsalReport, model: Model, nextModel: Model): string {
  const { equal, events, from, sequence, now, next, firstDifference: first, differences, unknownTypes, grid } = report;
  const verdict = equal ? paint('green', 'no difference') : paint('red', 'DIFFERENT');
  const width = outputWidth();
  const rows = pairs([
    ['events', events === 0 ? '0' : `${count(events)} folded, ${count(from + 1)} to ${count(sequence)}`],
    ['now', describeModel(now, model)],
    ['next', describeModel(next, nextModel)],
    ['unknown types', unknownTypes.length === 0 ? undefined : unknownTypes.join(', ')],
    [
      'first',
      first && `event ${count(first.sequence)}${first.type === undefined ? '' : `, ${first.type}`}, at ${first.path}`,
    ],
    ['', first && shortLine(`now ${shortValue(first.now, 60)}, next ${shortValue(first.next, 60)}`, width - 17)],
    ...differences.map(
      ({ table, places }) =>
        [table, `${counted(places, 'place')} ${places === 1 ? 'differs' : 'differ'} at the end`] as const,
    ),
    [
      'compared',
      events === 0
        ? undefined
        : grid <= 1
          ? 'after every event'
          : `at most ${counted(grid, 'event')} apart; a difference in between was not seen`,
    ],
  ]);
  return `${verdict}\n${rows}`;
}

function describeModel(
  { stateHash, brokenInvariants, eventsPerSecond, failure }: RehearsedModel,
  { invariants }: Model,
): string {
  if (failure !== undefined) {
    return `throws at event ${count(failure.sequence)}, ${oneLine(failure.type)}: ${oneLine(failure.error.message)}`;
  }
  const rate = eventsPerSecond === 0 ? '' : `, ${count(eventsPerSecond)} events/s`;
  const state = `state ${stateHash!.slice(0, 16)}…${rate}`;
  if (brokenInvariants.length > 0) return `${state}, broken: ${brokenInvariants.map(oneLine).join(', ')}`;
  const asked = Object.keys(invariants ?? {}).length;
  return asked === 0 ? state : `${state}, ${counted(asked, 'invariant')} ${asked === 1 ? 'holds' : 'hold'}`;
}
