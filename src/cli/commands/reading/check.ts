/**
 * `refold check`: whether a log opens with a model that is to be deployed, and what that open will do. It changes nothing, and the
 * application may be writing the log.
 *
 * The projections that the module of the model exports are checked as well. The exit code is 0 if the log opens, otherwise 1.
 */

import type { Command } from 'commander';
import { loadModelAndProjections } from '../../../guests/load-model.ts';
import { checkUpgrade, type ProjectionFit, type SnapshotFit, type UpgradeReport } from '../../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL } from '../../args.ts';
import { requireFile } from '../../files.ts';
import { whereIs } from '../../logs.ts';
import { specifierFor } from '../../model.ts';
import { EXIT } from '../../output/exit-codes.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { problemText } from '../../output/report-error.ts';
import { count, counted, duration, oneLine, paint, pairs } from '../../output/text.ts';

interface Options extends JsonOption {
  readonly model?: string;
}

export function defineCheck(program: Command): void {
  program
    .command('check')
    .argument(...FILE)
    .description('say whether the log opens with a new model, and what will be refolded; change nothing')
    .option(...MODEL)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold check book.db --model ./next.ts && ./deploy.sh')
    .action(answering(([file], options: Options) => check(file!, options)));
}

async function check(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const { model, projections } = await loadModelAndProjections(await specifierFor(file, options.model));
  const report = await withProgress(({ onProgress }) =>
    checkUpgrade(model, { ...whereIs(file), projections, onProgress }),
  );
  return { json: report, text: () => describe(report), exitCode: report.opens ? EXIT.ok : EXIT.checkFailed };
}

function describe(report: UpgradeReport): string {
  const verdict = report.opens ? paint('green', 'opens') : paint('red', 'DOES NOT OPEN');
  const { problem, projections } = report;
  const facts = pairs([
    ['format', report.format?.toString()],
    ['renames', report.renames === undefined ? undefined : `from ${oneLine(report.renames)}, at the first commit`],
    ...report.snapshots.map((one) => ['snapshot', describeFit(one)] as const),
    ['refolds', problem === undefined ? refolds(report) : undefined],
    ['takes', problem === undefined ? times(report) : undefined],
    ['because', report.reason === undefined ? undefined : oneLine(report.reason)],
    ...projections.flatMap((one) => describeProjection(one)),
    ...report.otherProjections.map(
      (name) => ['projection', `${oneLine(name)}, which the module does not export`] as const,
    ),
  ]);
  const problems = [problem, ...projections.map((one) => one.problem), ...report.unfit].filter(
    (one) => one !== undefined,
  );
  return `${oneLine(report.path)} ${verdict} with ${oneLine(report.model)}\n${facts}${problems.map(problemText).join('')}`;
}

function refolds({ events, snapshot, lastSequence }: UpgradeReport): string {
  if (events === 0) return 'nothing';
  const from = snapshot === undefined ? '' : ` after ${count(snapshot)}`;
  return `${counted(events, 'event')}${from}, up to ${count(lastSequence)}`;
}

function times({ estimatedMilliseconds, milliseconds }: UpgradeReport): string {
  return `about ${duration(estimatedMilliseconds)} by the rates of the log; ${duration(milliseconds)} here`;
}

function describeFit({ sequence, fit, reason }: SnapshotFit): string {
  return `at ${count(sequence)}: ${fit}${reason === undefined ? '' : `, ${oneLine(reason)}`}`;
}

function describeProjection({ name, snapshots, events, problem }: ProjectionFit): (readonly [string, string])[] {
  const verdict =
    problem === undefined ? `refolds ${events === 0 ? 'nothing' : counted(events, 'event')}` : 'DOES NOT START';
  return [['projection', `${oneLine(name)}: ${verdict}`], ...snapshots.map((one) => ['', describeFit(one)] as const)];
}
