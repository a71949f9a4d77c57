/**
 * `refold backup`: makes a consistent copy of a log, even while another process writes to the log. `refold restore`: puts
 * such a copy in the place of a log.
 */

import { type Command, Option } from 'commander';
import type { Place } from '../../guests/position.ts';
import { type BackupReport, openLog, RefoldError, restoreLog } from '../../index.ts';
import { answering, FILE, type JsonOption, parsePosition, WAIT_OPTION, type WaitOption, withTimes } from '../args.ts';
import { requireFile, requireNew } from '../files.ts';
import { interruptibleOrNothing } from '../interrupts.ts';
import { requireNoUrl, whereIs } from '../logs.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { bytes, count, pairs, time } from '../output/text.ts';
import { placeIn, placeInFile } from '../place.ts';

interface ToOption extends JsonOption {
  readonly to?: Place | undefined;
}

const TO: readonly [string, string, (text: string) => Place] = [
  '--to <position>',
  'end the copy at a position: a sequence, or the last event at or before a time such as 2027-01-31T12:00Z',
  parsePosition,
];

export function defineBackup(program: Command): void {
  const command = program
    .command('backup')
    .argument(...FILE)
    .argument('<destination>', 'a new file')
    .description('write a consistent copy of a log to a new file')
    .option(...TO);
  withTimes(command)
    .addHelpText('after', '\nExample:\n  refold backup book.db backups/book-2027-01-31.db')
    .action(answering(([file, destination], options: ToOption) => backup(file!, destination!, options)));
}

interface RestoreOptions extends ToOption, WaitOption {
  readonly at?: Place;
  readonly out?: string;
  readonly force?: true;
}

export function defineRestore(program: Command): void {
  const command = program
    .command('restore')
    .argument('<backup>', 'a copy that backup made; with --out any log')
    .argument('[file]', 'where the log shall be')
    .description('check a backup and put it in the place of a log; the old log keeps its content under another name')
    .option(...TO)
    .addOption(new Option('--at <position>', 'the same as --to').argParser(parsePosition).conflicts('to'))
    .addOption(new Option('--out <file>', 'make a new log in this file instead').conflicts('force'))
    .option('--force', 'replace the log that is there')
    .option(...WAIT_OPTION);
  withTimes(command)
    .addHelpText(
      'after',
      `
Examples:
  refold restore backups/book-2027-01-31.db book.db --force
  refold restore book.db --at 2027-01-31T12:00Z --out noon.db`,
    )
    .action(
      answering(([from, file], { at, ...options }: RestoreOptions) => {
        const wanted = { ...options, to: at ?? options.to };
        return wanted.out === undefined
          ? restore(from!, requirePlace(file), wanted)
          : backup(from!, requireOnePlace(file, wanted.out), wanted, 'new log');
      }),
    );
}

function requirePlace(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new RefoldError('INVALID_OPTION', 'Cannot restore: no place for the log was given', {
    type: 'file',
    hint: 'Name the file after the backup, or a new file with --out',
  });
}

function requireOnePlace(file: string | undefined, out: string): string {
  if (file === undefined) return out;
  throw new RefoldError('INVALID_OPTION', `Cannot restore to both ${file} and ${out}`, {
    type: 'out',
    hint: 'Name the file after the backup to put it in the place of a log, or use --out to make a new log',
  });
}

async function backup(file: string, destination: string, { to: place }: ToOption, made = 'backup'): Promise<Answer> {
  await requireFile(file);
  requireNew(destination);
  const copy = await interruptibleOrNothing((signal) =>
    withProgress(async ({ onProgress }) => {
      await using log = await openLog(whereIs(file));
      const to = place && (await placeIn(log, place));
      return await log.backup(destination, { to, signal, onProgress });
    }),
  );
  return {
    json: { ...copy, path: file, destination },
    text: () => pairs([[made, destination], ...describe(copy)]),
  };
}

async function restore(from: string, file: string, { to: place, force, waitForLock }: RestoreOptions): Promise<Answer> {
  for (const one of [from, file]) {
    requireNoUrl('restore', one, 'Copy it with refold copy; restore works with files');
  }
  await requireFile(from, 'Give the path of a backup');
  const to = place && (await placeInFile(from, place));
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
