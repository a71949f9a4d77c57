/**
 * `refold export --aof` and `refold import --aof | --rdb`: the keys of a Redis-compatible server, from and to the files of
 * a real Redis.
 */
import { basename, dirname, resolve } from 'node:path';
import { quietly } from '../../guests/quietly.ts';
import { RefoldError } from '../../index.ts';
import type { Imported, KeyCounts, TransferProgress } from '../../redis/index.ts';
import { makeFile, requireFile } from '../files.ts';
import { interruptibleOrNothing } from '../interrupts.ts';
import { requireNoUrl } from '../logs.ts';
import type { Answer } from '../output/output.ts';
import { type ProgressBar, withProgress } from '../output/progress.ts';
import { bytes, count, counted, duration, pairs } from '../output/text.ts';

export interface RedisOptions {
  readonly aof?: string;
  readonly rdb?: string;
  readonly skipUnsupported?: true;
}

/** Options of export that speak of events, not of keys. */
interface EventOptions {
  readonly out?: unknown;
  readonly sqlite?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly type?: unknown;
}

export async function exportKeys(file: string, folder: string, options: EventOptions): Promise<Answer> {
  const { out, sqlite, from, to, type } = options;
  refuseBeside('export', '--aof', { '--out': out, '--sqlite': sqlite, '--from': from, '--to': to, '--type': type });
  requireNoUrl('export the keys of', file, 'Copy the log to a file with refold copy, and export from there');
  await requireFile(file);
  const start = performance.now();
  const { exportAof } = await import('../../redis/index.ts');
  const {
    sequence,
    keys,
    commands,
    bytes: size,
  } = await interruptibleOrNothing((signal) =>
    withProgress((bar) =>
      exportAof({ path: file, folder, onProgress: bar.onProgress, onTransfer: showing(bar, 'export'), signal }),
    ),
  );
  const seconds = (performance.now() - start) / 1_000;
  return {
    json: { path: file, destination: folder, sequence, keys, commands, bytes: size, seconds },
    text: () =>
      pairs([
        ['exported', describeKeys(keys)],
        ['to', folder],
        ['as of', `sequence ${count(sequence)}`],
        ['size', `${bytes(size)} in ${counted(commands, 'command')}`],
        ['took', duration(seconds * 1_000)],
        ['load with', loadingSettings(folder)],
      ]),
  };
}

/** The settings with which a Redis loads the folder. */
function loadingSettings(folder: string): string {
  const path = resolve(folder);
  return `dir ${dirname(path)}, appenddirname ${basename(path)}, appendonly yes`;
}

export async function importKeys(file: string, options: RedisOptions & ImportOptions): Promise<Answer> {
  requireNoUrl('import keys into', file, 'Import them into a file, and copy it with refold copy');
  const { aof, rdb, in: lines, sqlite, renumber, model, skipUnsupported } = options;
  const name = aof === undefined ? '--rdb' : '--aof';
  refuseBeside('import', name, {
    '--rdb': aof && rdb,
    '--in': lines,
    '--sqlite': sqlite,
    '--renumber': renumber,
    '--model': model,
  });
  const start = performance.now();
  const { importFiles } = await import('../../redis/index.ts');
  const imported = await withProgress((bar) =>
    makeFile(file, (temporary) =>
      quietly(() =>
        importFiles({
          path: temporary,
          source: aof === undefined ? { rdb: rdb! } : { aof },
          skipUnsupported: skipUnsupported === true,
          onTransfer: showing(bar, 'import'),
        }),
      ),
    ),
  );
  const seconds = (performance.now() - start) / 1_000;
  return {
    json: { path: file, source: aof ?? rdb, ...imported, seconds },
    text: () =>
      pairs([
        ['imported', describeKeys(imported.keys)],
        ['into', file],
        ['events', count(imported.lastSequence)],
        ['expired', imported.expired === 0 ? undefined : `${counted(imported.expired, 'key')}, left out`],
        ['skipped', describeSkipped(imported)],
        [
          'torn',
          imported.tornAt === undefined
            ? undefined
            : `the last file ends inside of a command at byte ${count(imported.tornAt)}`,
        ],
        ['took', duration(seconds * 1_000)],
      ]),
  };
}

/** Options of import that speak of JSON lines. */
interface ImportOptions {
  readonly in?: unknown;
  readonly sqlite?: unknown;
  readonly renumber?: unknown;
  readonly model?: unknown;
}

function refuseBeside(command: string, option: string, others: Readonly<Record<string, unknown>>): void {
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (other === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot ${command}: ${option} and ${other} cannot be combined`, {
    hint: `Run ${command} with one of them`,
  });
}

function showing(bar: ProgressBar, label: string): (progress: TransferProgress) => void {
  return ({ done, total, unit }) => bar.update({ label, done, total, unit: unit === 'bytes' ? 'bytes' : 'events' });
}

function describeKeys({ all, expiring, ...kinds }: KeyCounts): string {
  const each = Object.entries(kinds).flatMap(([kind, number]) => (number === 0 ? [] : [`${count(number)} ${kind}`]));
  const details = expiring === 0 ? each : [...each, `${count(expiring)} expire`];
  return details.length === 0 ? counted(all, 'key') : `${counted(all, 'key')} (${details.join(', ')})`;
}

function describeSkipped({ skipped }: Imported): string | undefined {
  const { functions, moduleKeys, moduleData, commands } = skipped;
  const parts = [
    functions > 0 && `${count(functions)} function ${functions === 1 ? 'library' : 'libraries'}`,
    moduleKeys > 0 && `${counted(moduleKeys, 'key')} of modules`,
    moduleData > 0 && `${counted(moduleData, 'other value')} of modules`,
    commands > 0 && counted(commands, 'command'),
  ].filter((part) => part !== false);
  return parts.length === 0 ? undefined : parts.join(', ');
}
