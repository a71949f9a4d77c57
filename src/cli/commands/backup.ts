/** `refold backup`: makes a consistent copy of a log, even while another process writes to the log. */
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { openLog } from '../../index.ts';
import { answering, FILE, JSON_OPTION } from '../args.ts';
import { requireFile, requireNew } from '../files.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { bytes, count, pairs } from '../output/text.ts';

export function defineBackup(program: Command): void {
  program
    .command('backup')
    .argument(...FILE)
    .argument('<destination>', 'a new file')
    .description('write a consistent copy of a log to a new file')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold backup book.db backups/book-2027-01-31.db')
    .action(answering(([file, destination]) => backup(file!, destination!)));
}

async function backup(file: string, destination: string): Promise<Answer> {
  await requireFile(file);
  requireNew(destination);
  await withProgress(async (bar) => {
    await using log = await openLog({ path: file });
    await log.backup(destination, (done) => bar.onProgress({ phase: 'backup', done, total: 1 }));
  });
  const { size } = await stat(destination);
  const lastSequence = await lastSequenceOf(destination);
  return {
    json: { path: file, destination, lastSequence, bytes: size },
    text: () =>
      pairs([
        ['backup', destination],
        ['reaches', count(lastSequence)],
        ['size', bytes(size)],
      ]),
  };
}

/** Opens the copy to read its last sequence. This also proves that the backup opens. */
async function lastSequenceOf(path: string): Promise<number> {
  await using log = await openLog({ path });
  return (await log.info()).lastSequence;
}
