/** `refold export`: writes events as JSON lines or into a plain SQLite table, or the keys of a Redis server as an AOF. */

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Place } from '../../guests/position.ts';
import { type EventLog, type EventRange, openLog, type RecordedEvent, RefoldError } from '../../index.ts';
import { answering, collect, FILE, type JsonOption, parsePosition, ZONE } from '../args.ts';
import { makeFile, requireFile } from '../files.ts';
import { whereIs } from '../logs.ts';
import { type EventBatches, eventLines, printBatches } from '../output/events/json-lines.ts';
import { writeTable } from '../output/events/sqlite-table.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { count, pairs } from '../output/text.ts';
import { boundOf, placeIn, startPlaceIn } from '../place.ts';
import { requireTypesIn } from './reading/event-types.ts';
import { exportKeys } from './redis-files.ts';

interface Options extends JsonOption {
  readonly out?: string;
  readonly sqlite?: string;
  readonly aof?: string;
  readonly from?: Place;
  readonly to?: Place;
  readonly type?: readonly string[];
}

export function defineExport(program: Command): void {
  program
    .command('export')
    .argument(...FILE)
    .description('write the events as JSON lines, or as a plain SQLite table')
    .option('--out <file>', 'a new file for the JSON lines (default: stdout)')
    .option(
      '--sqlite <file>',
      'a new SQLite file: events(sequence, recorded_at, type, version, data, meta, command_id)',
    )
    .option('--aof <folder>', 'a new folder for the keys of a Redis-compatible server, as an AOF that Redis 7.0 loads')
    .option('--from <position>', 'first position (default: the first in the log)', parsePosition)
    .option('--to <position>', 'last position', parsePosition)
    .option(...ZONE)
    .option('--type <type>', 'only this type; may be repeated', collect)
    .option('--json', 'with --out, --sqlite or --aof: print one JSON object about the export')
    .addHelpText('after', '\nExample:\n  refold export book.db | gzip > book.jsonl.gz')
    .action(answering(([file], options: Options) => exportFile(file!, options)));
}

async function exportFile(file: string, options: Options): Promise<Answer | undefined> {
  const { out, sqlite, aof } = options;
  if (aof !== undefined) return await exportKeys(file, aof, options);
  if (out !== undefined && sqlite !== undefined) {
    const hint = 'Run export twice, once with each option';
    throw new RefoldError('INVALID_OPTION', 'Cannot export: --out and --sqlite cannot be combined', { hint });
  }
  await requireFile(file);
  await using log = await openLog(whereIs(file));
  if (options.type !== undefined) await requireTypesIn(log, options.type);
  const from = options.from && boundOf(await startPlaceIn(log, options.from));
  const to = options.to && boundOf(await placeIn(log, options.to));
  const range = { from, to, types: options.type };
  if (sqlite !== undefined) return await exportTo(log, sqlite, range, writeTable);
  if (out !== undefined) return await exportTo(log, out, range, writeLinesTo);
  await printBatches(log.batches(range));
  return undefined;
}

type WriteEvents = (path: string, batches: EventBatches) => Promise<number>;

async function exportTo(log: EventLog, path: string, range: EventRange, write: WriteEvents): Promise<Answer> {
  const events = await withProgress(async (bar) => {
    const { to } = range;
    const end = typeof to === 'object' ? await log.locate(to) : to;
    const total = Math.min((await log.info()).lastSequence, end ?? Number.POSITIVE_INFINITY);
    const watched = watch(log.batches(range), (done) => bar.update({ label: 'export', done, total }));
    return makeFile(path, (temporary) => write(temporary, watched));
  });
  return {
    json: { path: log.path, destination: path, events },
    text: () =>
      pairs([
        ['exported', `${count(events)} events`],
        ['to', path],
      ]),
  };
}

async function* watch(
  batches: EventBatches,
  seen: (sequence: number) => void,
): AsyncGenerator<readonly RecordedEvent[], void> {
  for await (const events of batches) {
    yield events;
    seen(events.at(-1)!.sequence);
  }
}

async function writeLinesTo(path: string, batches: EventBatches): Promise<number> {
  let written = 0;
  const lines = async function* (): AsyncGenerator<string, void> {
    for await (const events of batches) {
      yield* eventLines(events);
      written += events.length;
    }
  };
  await pipeline(lines, createWriteStream(path, { flags: 'wx', flush: true }));
  return written;
}
