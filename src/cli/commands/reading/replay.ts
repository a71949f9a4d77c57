/** `refold replay`: folds the whole log again, and prints the speed and the state hash. */
import type { Command } from 'commander';
import { openLog, type ReplayReport, replay } from '../../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL, parsePosition, ZONE } from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Place } from '../../input/position.ts';
import { modelFor } from '../../model.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, duration, pairs } from '../../output/text.ts';
import { placeIn } from '../../place.ts';

interface Options extends JsonOption {
  readonly model?: string;
  readonly to?: Place;
}

export function defineReplay(program: Command): void {
  program
    .command('replay')
    .argument(...FILE)
    .description('fold the whole log again, without snapshots; print speed and state hash')
    .option(...MODEL)
    .option('--to <position>', 'stop at this position', parsePosition)
    .option(...ZONE)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold replay book.db --model ./model.ts')
    .action(answering(([file], options: Options) => replayFile(file!, options)));
}

async function replayFile(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const model = await modelFor(file, options.model);
  const to = options.to && (await locate(file, options.to));
  const { state: _, ...report } = await withProgress(({ onProgress }) => replay(model, { path: file, to, onProgress }));
  return {
    json: { model: model.name, ...report },
    text: () =>
      pairs([
        ['events', `${count(report.events)}  (${count(report.from + 1)} … ${count(report.sequence)})`],
        ['from', report.from === 0 ? undefined : `the snapshot at ${count(report.from)}: earlier events were dropped`],
        ['took', describeSpeed(report)],
        ['state hash', report.stateHash],
      ]),
  };
}

/** A run so short says nothing about a rate. */
const MEASURABLE_SECONDS = 0.1;

function describeSpeed({
  seconds,
  eventsPerSecond,
}: Pick<ReplayReport<object>, 'seconds' | 'eventsPerSecond'>): string {
  const took = duration(seconds * 1_000);
  return seconds < MEASURABLE_SECONDS ? took : `${took}, ${count(eventsPerSecond)} events/s`;
}

async function locate(file: string, place: Place): Promise<number> {
  await using log = await openLog({ path: file });
  return await log.locate(await placeIn(log, place));
}
