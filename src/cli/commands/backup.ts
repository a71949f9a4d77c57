/**
 * `refold backup`: makes a consistent copy of a log, even while another process writes to the log. `refold restore`: puts
 * such a copy in the place of a log.
 */
import type { Command } from 'commander';
import { type BackupReport, openLog, type Position, restoreLog } from '../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, parsePosition, WAIT_OPTION, type WaitOption } from '../args.ts';
import { requireFile, requireNew } from '../files.ts';
import { interruptibleOrNothing } from '../interrupts.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { bytes, count, pairs, time } from '../output/text.ts';

interface ToOption extends JsonOption {
  readonly to?: Position;
}

const TO: readonly [string, string, (text: string) => Position] = [
  '--to <position>',
  'end the copy at a sequence, or at the last event at or before a time such as 2027-01-31T12:00Z',
  parsePosition,
];

export function defineBackup(program: Command): void {
  program
    .command('backup')
    .argument(...FILE)
    .argument('<destination>', 'a new file')
    .description('write a consistent copy of a log to a new file')
    .option(...TO)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold backup book.db backups/book-2027-01-31.db')
    .action(answering(([file, destination], options: ToOption) => backup(file!, destination!, options)));
}

interface RestoreOptions extends ToOption, WaitOption {
  readonly force?: true;
}

export function defineRestore(program: Command): void {
  program
    .command('restore')
    .argument('<backup>', 'a copy that backup made')
    .argument('<file>', 'where the log shall be')
    .description('check a backup and put it in the place of a log; the old log keeps its content under another name')
    .option(...TO)
    .option('--force', 'replace the log that is there')
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold restore backups/book-2027-01-31.db book.db --force')
    .action(answering(([from, file], options: RestoreOptions) => restore(from!, file!, options)));
}

async function backup(file: string, destination: string, { to }: ToOption): Promise<Answer> {
  await requireFile(file);
  requireNew(destination);
  const copy = await interruptibleOrNothing((signal) =>
    withProgress(async ({ onProgress }) => {
      await using log = await openLog({ path: file });
      return await log.backup(destination, { to, signal, onProgress });
    }),
  );
  return {
    json: { ...copy, path: file, destination },
    text: () => pairs([['backup', destination], ...describe(copy)]),
  };
}

async function restore(from: string, file: string, { to, force, waitForLock }: RestoreOptions): Promise<Answer> {
  await requireFile(from, 'Give the path of a backup');
  const report = await interruptibleOrNothing((signal) =>
    withProgress(({ onProgress }) => restoreLog(from, file, { to, force, waitForLock, signal, onProgress })),
  );
  return {
    json: report,
    text: () => pairs([['restored', file], ...describe(report), ['old log', report.replaced]]),
  };
}

function describe({ lastSequence, recordedAt, bytes: size }: BackupReport): [string, string | undefined][] {
  return [
    ['reaches', count(lastSequence)],
    ['as of', recordedAt === 0 ? undefined : time(recordedAt)],
    ['size', bytes(size)],
  ];
}
