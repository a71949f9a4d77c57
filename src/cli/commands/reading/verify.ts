/**
 * `refold verify`: checks the file and every block. With a model it also folds the log again and compares every
 * snapshot with the result. `--quick` trusts the checksums and decodes nothing.
 *
 * A problem in the log is a finding, not an error: the exit code is 1. A file that is not a log is an error.
 */

import { type Command, Option } from 'commander';
import { type BlocksReport, isRefoldError, type Model, openLog, openStore, type VerifyReport } from '../../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL } from '../../args.ts';
import { requireFile } from '../../files.ts';
import { whereIs } from '../../logs.ts';
import { modelIfAny } from '../../model.ts';
import { EXIT } from '../../output/exit-codes.ts';
import type { Answer } from '../../output/output.ts';
import { type ProgressBar, withProgress } from '../../output/progress.ts';
import { problemText } from '../../output/report-error.ts';
import { count, counted, oneLine, paint, pairs } from '../../output/text.ts';

interface Options extends JsonOption {
  readonly model?: string;
  readonly quick?: true;
}

export function defineVerify(program: Command): void {
  program
    .command('verify')
    .argument(...FILE)
    .description('check every block; with --model, also fold the log and compare every snapshot')
    .addOption(new Option('--quick', 'trust the checksums and decode nothing').conflicts('model'))
    .option(...MODEL)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold verify book.db --model ./model.ts && echo sound')
    .action(answering(([file], options: Options) => verify(file!, options)));
}

type Report = BlocksReport | VerifyReport;

async function verify(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const model = options.quick === true ? undefined : (await modelIfAny(file, options.model))?.model;
  const report = await withProgress(async (bar) => {
    const blocks = await verifyBlocks(file, options.quick === true, bar);
    return model === undefined || !blocks.ok ? blocks : verifyStates(file, model, blocks, bar);
  });
  return {
    json: { path: file, ...(model && { model: model.name }), ...report },
    text: () => describe(file, report, model, options.quick === true),
    exitCode: report.ok ? EXIT.ok : EXIT.checkFailed,
  };
}

/** If the log cannot be opened because of damage at a known sequence, that damage is the finding. */
async function verifyBlocks(file: string, quick: boolean, { onProgress }: ProgressBar): Promise<BlocksReport> {
  try {
    await using log = await openLog(whereIs(file));
    return await log.verify({ quick, onProgress });
  } catch (error) {
    if (!isRefoldError(error, 'LOG_CORRUPT') || error.sequence === undefined) throw error;
    return { ok: false, events: 0, firstSequence: 0, lastSequence: 0, problems: [error.toJSON()] };
  }
}

/** Runs after the blocks were found sound. A state that cannot be recovered is a finding, too. */
async function verifyStates(file: string, model: Model, blocks: BlocksReport, bar: ProgressBar): Promise<Report> {
  try {
    await using store = await openStore(model, { ...whereIs(file), readOnly: true, onProgress: bar.onProgress });
    return await store.verify();
  } catch (error) {
    const isFinding = ['LOG_CORRUPT', 'REDUCER_FAILED', 'HISTORY_GONE', 'UNKNOWN_EVENT_TYPE', 'EVENT_REJECTED'];
    if (!isRefoldError(error) || !isFinding.includes(error.code)) throw error;
    return { ...blocks, ok: false, problems: [error.toJSON()] };
  }
}

function describe(file: string, report: Report, model: Model | undefined, quick: boolean): string {
  const verdict = report.ok ? paint('green', 'sound') : paint('red', 'NOT SOUND');
  const states: readonly (readonly [string, string | undefined])[] =
    'snapshots' in report
      ? [
          ...report.snapshots.map(
            ({ sequence, verdict }) => ['snapshot', `at ${count(sequence)}: ${verdict}`] as const,
          ),
          ['invariants', describeInvariants(report, Object.keys(model?.invariants ?? {}).length)],
          ['state hash', report.stateHash],
        ]
      : [];
  const rows = [['events', extent(report)] as const, ...states, ['left out', leftOut(report, model, quick)] as const];
  return `${oneLine(file)}: ${verdict}\n${pairs(rows)}${report.problems.map(problemText).join('')}`;
}

function describeInvariants({ brokenInvariants: broken, stateHash }: VerifyReport, all: number): string | undefined {
  if (stateHash === undefined) return undefined;
  if (all === 0) return 'the model defines no invariants';
  if (broken.length === 0) return `${counted(all, 'invariant')} ${all === 1 ? 'holds' : 'hold'} at the last event`;
  return `${count(broken.length)} of ${count(all)} broken at the last event: ${broken.join(', ')}`;
}

/** What this call did not look at. */
function leftOut(report: Report, model: Model | undefined, quick: boolean): string | undefined {
  if (quick) return 'the events (only checksums were compared), states, snapshots and invariants';
  if (model === undefined) return 'states, snapshots and invariants: add --model';
  if ('snapshots' in report) return report.stateHash === undefined ? 'invariants: the fold did not end' : undefined;
  return 'states, snapshots and invariants: repair the log first';
}

function extent({ events, firstSequence, lastSequence }: Report): string {
  return events === 0 ? '0' : `${count(events)} read  (${count(firstSequence)} … ${count(lastSequence)})`;
}
