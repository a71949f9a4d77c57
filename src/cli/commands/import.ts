/**
 * `refold import`: JSON lines into a new log; every line or none.
 *
 * The log is made under a temporary name and gets its own when the last line was good. Without a model events come in as
 * they are, each payload guarded. With one, each goes the way of a live event: upcast, validated, folded.
 */
import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { type ImportedEvent, isRefoldError, type Model, openLog, RefoldError } from '../../index.ts';
import { answering, JSON_OPTION, type JsonOption } from '../args.ts';
import { makeFile, requireFile, requireNew } from '../files.ts';
import { type JsonLine, readJsonLines } from '../json-lines.ts';
import { loadModel } from '../load-model.ts';
import { appendAll, type ImportedLine } from '../model-import.ts';
import type { Answer } from '../output.ts';
import { type ProgressBar, withProgress } from '../progress.ts';
import { count, pairs, seconds } from '../text.ts';

interface Options extends JsonOption {
  readonly in?: string;
  readonly model?: string;
  readonly renumber?: true;
}

export function defineImport(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'the log to make; it must not exist')
    .description('make a new log of JSON lines as events and export print them')
    .option('--in <file>', 'where the lines are (default: stdin)')
    .option('--renumber', 'give new sequences from 1, when the lines have gaps or begin later')
    .option('--model <module>', 'upcast, validate and fold each event with this model')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  gunzip -c book.jsonl.gz | refold import copy.db')
    .action(answering(([file], options: Options) => importFile(file!, options)));
}

async function importFile(file: string, options: Options): Promise<Answer> {
  requireNew(file);
  const model = options.model === undefined ? undefined : await loadModel(options.model);
  const start = performance.now();
  const events = await withProgress((bar) => makeFile(file, (temporary) => fill(temporary, options, model, bar)));
  const took = (performance.now() - start) / 1_000;
  return {
    json: { path: file, ...(model && { model: model.name }), events, lastSequence: events, seconds: took },
    text: () =>
      pairs([
        ['imported', `${count(events)} events`],
        ['into', file],
        ['took', seconds(took)],
      ]),
  };
}

/** Reads, checks and appends; what goes wrong on the way is told with its line. */
async function fill(log: string, options: Options, model: Model | undefined, bar: ProgressBar): Promise<number> {
  const source = new LineSource(options, await openInput(options.in), bar);
  try {
    if (model !== undefined) return await appendAll(model, log, source.events());
    await using opened = await openLog({ path: log, readOnly: false });
    return (await opened.import(source.events())).events;
  } catch (error) {
    throw source.located(error);
  } finally {
    source.close();
  }
}

async function openInput(path: string | undefined): Promise<Readable> {
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

/** The members of an exported event; one under another name would be lost without a word. */
const MEMBERS: ReadonlySet<string> = new Set(['sequence', 'recordedAt', 'type', 'version', 'data', 'meta']);

/** The lines of the input as events, with the number of the one being looked at. */
class LineSource {
  readonly #input: Readable;
  readonly #name: string;
  readonly #renumber: boolean;
  readonly #bar: ProgressBar;
  readonly #totalBytes: number;
  #line = 0;
  #events = 0;

  constructor(options: Options, input: Readable, bar: ProgressBar) {
    this.#input = input;
    this.#name = options.in ?? 'stdin';
    this.#renumber = options.renumber === true;
    this.#bar = bar;
    this.#totalBytes = options.in === undefined ? 0 : statSync(options.in).size;
  }

  async *events(): AsyncGenerator<ImportedLine, void> {
    let done = 0;
    for await (const line of readJsonLines(this.#input, this.#name)) {
      this.#line = line.line;
      this.#events += 1;
      yield { ...this.#eventOf(line), line: line.line, bytes: line.bytes };
      done += line.bytes;
      if (this.#totalBytes > 0 && this.#events % 1_000 === 0) {
        this.#bar.update({ label: 'import', done, total: this.#totalBytes, unit: 'bytes' });
      }
    }
  }

  /** The error, with the line it is about and the input's name, if it is about a line. */
  located(error: unknown): unknown {
    const isAboutLine = ['EVENT_REJECTED', 'UNKNOWN_EVENT_TYPE', 'REDUCER_FAILED'];
    if (!isRefoldError(error) || !isAboutLine.includes(error.code) || error.path === this.#name) return error;
    const { code, message, line = this.#line, ...details } = error.toJSON();
    return new RefoldError(code, `${this.#name}, line ${line}: ${message}`, {
      ...details,
      path: this.#name,
      line,
      cause: error,
    });
  }

  close(): void {
    this.#input.destroy();
  }

  #eventOf({ value, line }: JsonLine): ImportedEvent {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#refused(line, 'it is no object');
    const foreign = Object.keys(value).find((member) => !MEMBERS.has(member));
    if (foreign !== undefined) throw this.#refused(line, `an event has no member ${foreign}`);
    const event = value as ImportedEvent & { readonly sequence?: unknown };
    if (typeof event.type !== 'string' || event.type === '') throw this.#refused(line, 'its type is no text');
    if (event.meta !== undefined && !isObject(event.meta)) throw this.#refused(line, 'its meta is no object');
    if (event.sequence !== undefined && event.sequence !== this.#events && !this.#renumber) {
      const problem = `its sequence is ${String(event.sequence)}, and it would become ${this.#events}`;
      throw this.#refused(line, problem, 'Import a whole log, or let it be numbered anew with --renumber');
    }
    return event;
  }

  #refused(
    line: number,
    problem: string,
    hint = 'An event is { type, data, version?, recordedAt?, meta?, sequence? }',
  ): RefoldError {
    return new RefoldError('EVENT_REJECTED', `${this.#name}, line ${line}: ${problem}`, {
      path: this.#name,
      line,
      hint,
    });
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
