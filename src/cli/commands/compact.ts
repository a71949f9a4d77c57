/**
 * `refold compact`: seals open blocks, drops events outside the history bounds, returns free space to the file system.
 *
 * Sealing needs no model. Dropping needs one, because only the model shows which snapshots recovery can start from.
 */

import type { Command } from 'commander';
import { Option } from 'commander';
import { type CompactionReport, type History, openLog, openStore, RefoldError } from '../../index.ts';
import {
  answering,
  FILE,
  JSON_OPTION,
  type JsonOption,
  MODEL,
  parseBytes,
  parseCount,
  parseDuration,
  WAIT_OPTION,
  type WaitOption,
} from '../args.ts';
import { requireFile } from '../files.ts';
import { whereIs } from '../logs.ts';
import { hasModel, modelFor } from '../model.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { bytes, count, counted, pairs } from '../output/text.ts';

interface Options extends JsonOption, WaitOption {
  readonly model?: string;
  readonly plan?: true;
  readonly history?: 'keep' | 'discard';
  readonly maxAge?: number;
  readonly maxEvents?: number;
  readonly maxBytes?: number;
}

export function defineCompact(program: Command): void {
  program
    .command('compact')
    .argument(...FILE)
    .description('seal open blocks and free space; with --model, also drop old history')
    .option('--plan', 'only print what compact would do')
    .addOption(
      new Option('--history <what>', 'keep all events, or discard those that recovery does not need').choices([
        'keep',
        'discard',
      ]),
    )
    .option('--max-age <time>', 'drop events older than this, such as 90d or 12h', parseDuration)
    .option('--max-events <count>', 'keep about this many events', parseCount)
    .option('--max-bytes <size>', 'keep about this many bytes, such as 500MB', parseBytes)
    .option(...MODEL)
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold compact book.db --plan --max-age 90d --model ./model.ts')
    .action(answering(([file], options: Options) => compact(file!, options)));
}

async function compact(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const history = historyOf(options);
  const isSealing = options.model === undefined && history === 'keep';
  const report = isSealing ? await seal(file, options) : await compactAs(file, history, options);
  return { json: { path: file, ...report }, text: () => describe(report) };
}

/** @throws RefoldError `INVALID_OPTION` when options contradict each other, or the model is missing */
function historyOf({ history, maxAge, maxEvents, maxBytes, model }: Options): History {
  const isBounded = maxAge !== undefined || maxEvents !== undefined || maxBytes !== undefined;
  if (history !== undefined && isBounded) {
    throw refused('--history and --max-… cannot be combined', 'history', 'Use either --history or --max-…');
  }
  const wanted = isBounded ? { maxAge, maxEvents, maxBytes } : (history ?? 'keep');
  if (wanted === 'keep' || hasModel(model)) return wanted;
  throw refused('dropping history needs the model', 'model', 'Add --model: it shows which snapshots recovery can use');
}

function refused(problem: string, type: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot compact: ${problem}`, { type, hint });
}

function seal(file: string, { plan, waitForLock }: Options): Promise<CompactionReport> {
  return withProgress(async ({ onProgress }) => {
    await using log = await openLog({ ...whereIs(file), readOnly: plan === true, waitForLock });
    return await log.compact({ dryRun: plan, onProgress });
  });
}

async function compactAs(
  file: string,
  history: History,
  { plan, waitForLock, model: specifier }: Options,
): Promise<CompactionReport> {
  const model = await modelFor(file, specifier);
  return withProgress(async ({ onProgress }) => {
    await using store = await openStore(model, {
      ...whereIs(file),
      readOnly: plan === true,
      waitForLock,
      history,
      onProgress,
    });
    return await store.compact({ dryRun: plan });
  });
}

function describe({ dryRun, sealed, dropped, fileBytesBefore, fileBytesAfter, heldBack }: CompactionReport): string {
  const shrunk = `${bytes(sealed.bytes)} → ${bytes(sealed.bytesAfter)}`;
  const nothing = dropped.events === 0;
  return pairs([
    [
      dryRun ? 'would seal' : 'sealed',
      sealed.blocks === 0
        ? 'nothing: there is nothing to seal'
        : `${counted(sealed.events, 'event')} in ${counted(sealed.blocks, 'block')}, ${shrunk}`,
    ],
    [
      dryRun ? 'would drop' : 'dropped',
      nothing
        ? 'nothing'
        : `${counted(dropped.events, 'event')}, ${bytes(dropped.bytes)}, through ${count(dropped.throughSequence)}`,
    ],
    ['held back', heldBack],
    ['file', dryRun ? bytes(fileBytesBefore) : `${bytes(fileBytesBefore)} → ${bytes(fileBytesAfter)}`],
  ]);
}
