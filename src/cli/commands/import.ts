/**
 * `refold import`: JSON lines, or the rows of a table, into a new log; every line or none. Or the keys of a Redis: see
 * `redis-files.ts`.
 *
 * The log is made under a temporary name, and gets its final name when the last line was good. Without a model, events
 * are imported as they are, and the guard checks each payload. With one, each is treated as a live event: upcast,
 * validated, folded.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { loadModel } from '../../guests/load-model.ts';
import {
  type ClampedEvent,
  copyLog,
  importEvents,
  type LogImportReport,
  type LogSource,
  type Model,
  openLog,
  RefoldError,
} from '../../index.ts';
import { answering, JSON_OPTION, type JsonOption } from '../args.ts';
import { makeFile, requireFile, requireNew } from '../files.ts';
import { EventLines, type LineOptions } from '../input/event-lines.ts';
import { sourceOf } from '../logs.ts';
import { readTable } from '../output/events/sqlite-table.ts';
import type { Answer } from '../output/output.ts';
import { type ProgressBar, withProgress } from '../output/progress.ts';
import { count, counted, duration, pairs, time } from '../output/text.ts';
import { importKeys, type RedisOptions } from './redis-files.ts';

interface Options extends JsonOption, LineOptions, RedisOptions {
  readonly model?: string;
  readonly sqlite?: string;
}

export function defineImport(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'the log to make; it must not exist')
    .description('make a new log of JSON lines as events and export print them')
    .option('--in <file>', 'where the lines are (default: stdin)')
    .option('--sqlite <file>', 'a SQLite file as export --sqlite makes it, in place of lines')
    .option('--renumber', 'give new sequences from 1, when the lines have gaps or begin later')
    .option('--model <module>', 'upcast, validate and fold each event with this model')
    .option('--aof <path>', 'the AOF of a Redis: its folder, its manifest, or a single file')
    .option('--rdb <file>', 'an RDB file of a Redis')
    .option('--skip-unsupported', 'with --aof or --rdb: leave out functions, and what belongs to modules')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  gunzip -c book.jsonl.gz | refold import copy.db')
    .action(answering(([file], options: Options) => importFile(file!, options)));
}

async function importFile(file: string, options: Options): Promise<Answer> {
  const target = sourceOf(file);
  if (target === undefined) requireNew(file);
  if (options.aof !== undefined || options.rdb !== undefined) return await importKeys(file, options);
  const model = options.model === undefined ? undefined : await loadModel(options.model);
  const start = performance.now();
  const { events, lastSequence, clamped, worstMilliseconds, firstClamped } = await withProgress((bar) =>
    target === undefined
      ? makeFile(file, (temporary) => fill(temporary, options, model, bar))
      : fillServer(target, (temporary) => fill(temporary, options, model, bar)),
  );
  const took = (performance.now() - start) / 1_000;
  return {
    json: {
      path: file,
      ...(model && { model: model.name }),
      events,
      lastSequence,
      clamped,
      worstMilliseconds,
      ...(firstClamped && { firstClamped }),
      seconds: took,
    },
    text: () =>
      pairs([
        ['imported', `${count(events)} events`],
        ['into', file],
        ['clamped', clamped === 0 ? undefined : describeClamped(clamped, worstMilliseconds)],
        ['first', firstClamped && describeFirst(firstClamped)],
        ['took', duration(took * 1_000)],
      ]),
  };
}

function describeClamped(clamped: number, worst: number): string {
  return `${counted(clamped, 'time')}, earlier than the one before by up to ${count(worst)} ms`;
}

function describeFirst({ sequence, given, recordedAt }: ClampedEvent): string {
  return `at ${count(sequence)}: ${time(given)} became ${time(recordedAt)}`;
}

/** Every line or none: the events go to a file first, and a copy of it to the server. */
async function fillServer<T>(log: LogSource, fillFile: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), '.refold-import-'));
  try {
    const path = join(folder, 'log.db');
    const report = await fillFile(path);
    await copyLog({ path }, { log });
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads, checks and appends. An error names its line. */
async function fill(
  log: string,
  options: Options,
  model: Model | undefined,
  bar: ProgressBar,
): Promise<LogImportReport> {
  const { in: lines, sqlite = lines } = options;
  const source = new EventLines({ ...options, ...(sqlite && { in: sqlite }) }, await openInput(options), bar);
  try {
    return await (model === undefined
      ? importAsIs(log, source)
      : importEvents(model, { path: log, durability: 'os' }, source.events()));
  } catch (error) {
    throw source.located(error);
  } finally {
    source.close();
  }
}

async function importAsIs(log: string, source: EventLines): Promise<LogImportReport> {
  await using opened = await openLog({ path: log, readOnly: false });
  return await opened.import(source.events());
}

async function openInput({ in: path, sqlite }: Options): Promise<Readable> {
  if (sqlite !== undefined) {
    if (path !== undefined) throw twoSources();
    await requireFile(sqlite, 'Give a file that refold export --sqlite made');
    return Readable.from(readTable(sqlite), { objectMode: false });
  }
  if (path !== undefined) {
    await requireFile(path, 'Give the path of a file with one JSON object per line');
    return createReadStream(path);
  }
  if (!process.stdin.isTTY) return process.stdin;
  throw new RefoldError('INVALID_OPTION', 'Cannot import: stdin is a terminal', {
    type: 'in',
    hint: 'Name a file with --in, or pipe the lines in',
  });
}

function twoSources(): RefoldError {
  const hint = 'Give one of them';
  return new RefoldError('INVALID_OPTION', 'Cannot import: --in and --sqlite cannot be combined', { type: 'in', hint });
}
