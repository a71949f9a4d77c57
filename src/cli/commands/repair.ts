/**
 * `refold repair`: makes a sound log from a damaged one. It prints the plan first, and keeps the damaged file.
 *
 * With `--plan` it only reports the damage, like `verify`. The exit code is 1 when the log needs a repair.
 */
import type { Command } from 'commander';
import { type RepairReport, repairLog, type SerializedError } from '../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, WAIT_OPTION, type WaitOption } from '../args.ts';
import { requireFile } from '../files.ts';
import { requireNoUrl } from '../logs.ts';
import { EXIT } from '../output/exit-codes.ts';
import { type Answer, writeOut } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { count, counted, oneLine, paint, pairs } from '../output/text.ts';

interface Options extends JsonOption, WaitOption {
  readonly plan?: true;
  readonly acceptLoss?: true;
}

export function defineRepair(program: Command): void {
  program
    .command('repair')
    .argument(...FILE)
    .description('repair a damaged log: keep every sound event, and keep the damaged file beside it')
    .option('--plan', 'only print the damage and what would be lost')
    .option('--accept-loss', 'accept the loss of acknowledged events that cannot be read')
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold repair book.db --plan && refold repair book.db')
    .action(answering(([file], options: Options) => repair(file!, options)));
}

async function repair(file: string, options: Options): Promise<Answer> {
  requireNoUrl('repair', file, HINT_SERVER);
  await requireFile(file);
  const plan = await withProgress(({ onProgress }) => repairLog(file, { plan: true, onProgress }));
  if (options.plan === true || plan.sound) {
    const exitCode = plan.sound ? EXIT.ok : EXIT.checkFailed;
    return { json: plan, text: () => `${describeFindings(file, plan)}${describePlan(plan, 'would')}`, exitCode };
  }
  if (options.json !== true) await writeOut(describeFindings(file, plan));
  const { acceptLoss, waitForLock } = options;
  const report = await withProgress(({ onProgress }) => repairLog(file, { acceptLoss, waitForLock, onProgress }));
  return { json: report, text: () => describePlan(report, 'did') };
}

const HINT_SERVER =
  'Find out what is damaged with refold verify, and restore the database with the tools of PostgreSQL';

function describeFindings(file: string, { sound, damage }: RepairReport): string {
  const verdict = sound ? paint('green', 'sound') : paint('red', 'DAMAGED');
  return `${oneLine(file)}: ${verdict}\n${damage.map(describeDamage).join('')}`;
}

function describeDamage({ code, message }: SerializedError): string {
  return `  ${paint('red', code)}  ${oneLine(message)}\n`;
}

function describePlan(report: RepairReport, tense: 'would' | 'did'): string {
  if (report.sound) return '';
  const { firstSequence, keptThrough, lostEvents, needsAcceptLoss, droppedSnapshots, forgottenOutcomes } = report;
  const [keep, lose] = tense === 'would' ? ['would keep', 'would lose'] : ['kept', 'lost'];
  const kept = keptThrough - firstSequence + 1;
  return pairs([
    [keep, kept === 0 ? 'no events' : `${counted(kept, 'event')}  (${count(firstSequence)} … ${count(keptThrough)})`],
    [lose, lostEvents === 0 ? 'no events' : `${counted(lostEvents, 'event')}, from ${count(keptThrough + 1)} on`],
    [
      'snapshots',
      droppedSnapshots.length === 0 ? undefined : `${counted(droppedSnapshots.length, 'snapshot')} dropped`,
    ],
    ['outcomes', forgottenOutcomes === 0 ? undefined : `${counted(forgottenOutcomes, 'command')} forgotten`],
    ['needs', tense === 'would' && needsAcceptLoss ? '--accept-loss' : undefined],
    ['damaged file', report.backup],
  ]);
}
