/** `refold logs`: lists the logs of a schema in PostgreSQL. */
import type { Command } from 'commander';
import { RefoldError } from '../../../index.ts';
import { type ListedLog, listLogs } from '../../../postgres.ts';
import { answering, JSON_OPTION } from '../../args.ts';
import { urlOf } from '../../logs.ts';
import type { Answer } from '../../output/output.ts';
import { bytes, count, oneLine } from '../../output/text.ts';

export function defineLogs(program: Command): void {
  program
    .command('logs')
    .argument('<url>', 'a database, such as postgres://app@db/shop?schema=refold')
    .description('list the logs of a database: name, model, sequence, epoch, holder, bytes')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold logs postgres://app@db/shop')
    .action(answering(([url]) => logs(url!)));
}

async function logs(url: string): Promise<Answer> {
  const found = urlOf(url);
  if (found === undefined) throw notUrl(url);
  const { schema = 'refold' } = found;
  const listed = await listLogs(found.url, { schema });
  return { json: { url, schema, logs: listed }, text: () => table(listed) };
}

function notUrl(word: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot list the logs of ${word}: it is not the URL of a database`, {
    type: 'url',
    hint: 'Give postgres://user@host/database; refold info describes the log in a file',
  });
}

const HEADS = ['name', 'model', 'sequence', 'epoch', 'bytes', 'holder'] as const;
/** Columns of numbers. */
const RIGHT: ReadonlySet<string> = new Set(['sequence', 'epoch', 'bytes']);

function table(listed: readonly ListedLog[]): string {
  if (listed.length === 0) return 'no logs\n';
  const rows = [HEADS, ...listed.map(cells)];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => padded(cell, widths[column]!, column))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function padded(cell: string, width: number, column: number): string {
  return RIGHT.has(HEADS[column]!) ? cell.padStart(width) : cell.padEnd(width);
}

function cells({ name, model, lastSequence, epoch, holder, bytes: size, isUnfinished }: ListedLog): readonly string[] {
  const by = holder === undefined ? '-' : `process ${holder.pid} on ${oneLine(holder.host)}`;
  return [
    oneLine(name),
    model === undefined ? '-' : oneLine(model),
    ...[count(lastSequence), count(epoch), bytes(size)],
    isUnfinished ? 'unfinished copy' : by,
  ];
}
