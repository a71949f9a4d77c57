/**
 * `refold redact`: takes out of events what must be forgotten. It prints the plan first, and changes nothing without `--yes`.
 *
 * It prints where the state will differ, and never the words: the output may end in a log. Ctrl-C stops it before it has taken
 * effect.
 */

import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { openStore, type RedactionReport, type RedactionSelector, RefoldError } from '../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL, WAIT_OPTION, type WaitOption } from '../args.ts';
import { requireFile } from '../files.ts';
import { interruptible } from '../interrupts.ts';
import { whereIs } from '../logs.ts';
import { modelFor } from '../model.ts';
import { EXIT } from '../output/exit-codes.ts';
import { type Answer, writeOut } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { counted, duration, pairs } from '../output/text.ts';

interface Options extends JsonOption, WaitOption {
  readonly model?: string;
  readonly tag?: string;
  readonly sequences?: readonly number[];
  readonly types?: readonly string[];
  readonly by?: string;
  readonly plan?: true;
  readonly yes?: true;
}

export function defineRedact(program: Command): void {
  program
    .command('redact')
    .argument(...FILE)
    .description('take out of events what must be forgotten, as redact of their types says; prints the plan first')
    .option('--tag <tag>', 'the events with this tag')
    .option('--sequences <list>', 'the events of these sequences, such as 17,40-42', parseSequences)
    .option('--types <list>', 'all events of these types, such as CustomerRegistered,NoteAdded', parseTypes)
    .option('--by <name>', 'who redacts, for the record in the log (default: the user of the system)')
    .option('--plan', 'only print what would be changed')
    .option('--yes', 'do it, after the plan was printed')
    .option(...MODEL)
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold redact shop.db --model ./model.ts --tag customer:42 --by anna --yes')
    .action(answering(([file], options: Options) => redact(file!, options)));
}

async function redact(file: string, options: Options): Promise<Answer> {
  const selector = selectorOf(options);
  if (options.plan === true && options.yes === true) {
    throw refused('--plan and --yes cannot be combined', 'plan', 'Use either --plan or --yes');
  }
  await requireFile(file);
  return interruptible(async (signal) => {
    try {
      return await redactFile(file, selector, options, signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      const text = 'Stopped: nothing was changed\n';
      return { json: { path: file, redacted: false, stopped: true }, text: () => text, exitCode: EXIT.interrupted };
    }
  });
}

async function redactFile(
  file: string,
  selector: RedactionSelector<any>,
  options: Options,
  signal: AbortSignal,
): Promise<Answer> {
  const model = await modelFor(file, options.model);
  const { by = userName(), yes = false, plan: onlyPlan = false } = options;
  return withProgress(async (bar) => {
    const { onProgress } = bar;
    await using store = await openStore(model, {
      ...whereIs(file),
      readOnly: !yes,
      onProgress,
      ...(yes && { waitForLock: options.waitForLock }),
    });
    const plan = await store.redact(selector, { by, dryRun: true, signal });
    const about = { path: file, model: model.name };
    if (!yes) {
      const json = { ...about, redacted: false, ...plan, differences: placesOf(plan) };
      const text = (): string => `${describePlan(plan)}${onlyPlan ? '' : ASK}`;
      return { json, text, exitCode: onlyPlan ? EXIT.ok : EXIT.badInput };
    }
    bar.clear();
    if (options.json !== true) await writeOut(describePlan(plan));
    const report = await store.redact(selector, { by, signal });
    const json = { ...about, redacted: true, ...report, differences: placesOf(plan) };
    return { json, text: () => describeReport(report) };
  });
}

const ASK = 'Nothing was changed. Add --yes to do it: the words cannot be brought back\n';

/** @throws RefoldError `INVALID_OPTION` unless exactly one kind is given */
function selectorOf({ tag, sequences, types }: Options): RedactionSelector<any> {
  const given = [tag, sequences, types].filter((one) => one !== undefined).length;
  if (given !== 1) {
    const problem = given === 0 ? 'no events are selected' : 'events are selected in two ways';
    throw refused(problem, 'tag', 'Give one of --tag, --sequences and --types');
  }
  if (tag !== undefined) return { tag };
  return sequences !== undefined ? { sequences } : { types: types! };
}

/** Undefined where the system does not say. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}

/** The places alone: values may be the words. */
function placesOf({ differences = [] }: RedactionReport): readonly string[] {
  return differences.map(({ path }) => path);
}

function describePlan(plan: RedactionReport): string {
  const { events, blocks, snapshots, outcomes } = plan;
  const places = placesOf(plan);
  const differs = places.length === 0 ? [['state', 'stays as it is'] as const] : places.map(differingPlace);
  return pairs([
    ['would change', `${counted(events, 'event')} in ${counted(blocks, 'block')}`],
    ['would renew', counted(snapshots, 'snapshot')],
    ['would cut', `the results of ${counted(outcomes, 'command')}`],
    ...differs,
  ]);
}

function differingPlace(path: string, index: number): readonly [string, string] {
  return [index === 0 ? 'state differs' : '', path];
}

function describeReport({ events, milliseconds, blockedMilliseconds, pending }: RedactionReport): string {
  return pairs([
    ['changed', `${counted(events, 'event')} in ${duration(milliseconds)}`],
    ['appends waited', duration(blockedMilliseconds)],
    ['pending', pending],
  ]);
}

function parseTypes(text: string): readonly string[] {
  return text.split(',').map((type) => type.trim());
}

/** More sequences than this in one range are a mistake, most likely. */
const LONGEST_LIST = 10_000_000;

/** Parses `17,40-42`. */
function parseSequences(text: string): readonly number[] {
  const sequences: number[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = /^ *([1-9]\d*)(?:-([1-9]\d*))? *$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last < first) {
      throw new InvalidArgumentError('Give sequences and ranges of them, such as 17,40-42.');
    }
    if (sequences.length + last - first >= LONGEST_LIST) throw new InvalidArgumentError('Give fewer sequences.');
    for (let sequence = first; sequence <= last; sequence++) sequences.push(sequence);
  }
  return sequences;
}

function refused(problem: string, type: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact: ${problem}`, { type, hint });
}
