/** `refold copy`: copies a whole log to a new place, from a file to PostgreSQL or any other way. */
import type { Command } from 'commander';
import { type CopyReport, copyLog } from '../../../index.ts';
import { answering, type JsonOption, WAIT_OPTION, type WaitOption, withTimes } from '../../args.ts';
import { requireFile, requireNewOrUnfinished } from '../../files.ts';
import { interruptible } from '../../interrupts.ts';
import { whereIs } from '../../logs.ts';
import { EXIT } from '../../output/exit-codes.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, pairs, time } from '../../output/text.ts';

export function defineCopy(program: Command): void {
  const command = program
    .command('copy')
    .argument('<from>', "the log's file, or the URL of a log in PostgreSQL")
    .argument('<to>', 'a new file, or the URL of a new log')
    .description('copy a whole log to a new place; a copy that was interrupted goes on')
    .option(...WAIT_OPTION);
  withTimes(command)
    .addHelpText('after', "\nExample:\n  refold copy book.db 'postgres://app@db/shop?log=book'")
    .action(answering(([from, to], options: JsonOption & WaitOption) => copy(from!, to!, options)));
}

async function copy(from: string, to: string, { waitForLock }: WaitOption): Promise<Answer> {
  await requireFile(from);
  requireNewOrUnfinished(to);
  return interruptible(async (signal) => {
    try {
      const report = await withProgress(({ onProgress }) =>
        copyLog(whereIs(from), whereIs(to), { waitForLock, signal, onProgress }),
      );
      return { json: { ...report, from, to }, text: () => describe(report, to) };
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      const text = `Stopped: ${to} is unfinished; the same command goes on\n`;
      return { json: { from, to, stopped: true }, text: () => text, exitCode: EXIT.interrupted };
    }
  });
}

function describe(report: CopyReport, to: string): string {
  const { firstSequence, lastSequence, recordedAt, snapshots, outcomes, chain, epoch, wentOnFrom } = report;
  return pairs([
    ['copy', to],
    ['events', lastSequence < firstSequence ? '0' : `${count(firstSequence)} … ${count(lastSequence)}`],
    ['as of', recordedAt === 0 ? undefined : time(recordedAt)],
    ['snapshots', count(snapshots)],
    ['outcomes', count(outcomes)],
    ['chain', chain],
    ['epoch', count(epoch)],
    ['went on', wentOnFrom === undefined ? undefined : `from ${count(wentOnFrom)}`],
  ]);
}
