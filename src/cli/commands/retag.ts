/**
 * `refold retag`: stores the tags of events that were recorded without them, or by other `tags` of the model. Ctrl-C
 * stops it after the block in progress; the next call goes on from there.
 */

import type { Command } from 'commander';
import { openStore, type RetagReport } from '../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL, WAIT_OPTION, type WaitOption } from '../args.ts';
import { requireFile } from '../files.ts';
import { interruptible } from '../interrupts.ts';
import { whereIs } from '../logs.ts';
import { modelFor } from '../model.ts';
import { EXIT } from '../output/exit-codes.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { count, counted, pairs } from '../output/text.ts';

interface Options extends JsonOption, WaitOption {
  readonly model?: string;
}

export function defineRetag(program: Command): void {
  program
    .command('retag')
    .argument(...FILE)
    .description('store the tags of older events, so that queries by tag need not compute them')
    .option(...MODEL)
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold retag book.db --model ./model.ts')
    .action(answering(([file], options: Options) => retag(file!, options)));
}

async function retag(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const model = await modelFor(file, options.model);
  return interruptible(async (signal) => {
    const report = await withProgress(async ({ onProgress }) => {
      await using store = await openStore(model, { ...whereIs(file), waitForLock: options.waitForLock, onProgress });
      return await store.retag({ signal });
    });
    const isStopped = signal.aborted;
    return {
      json: { path: file, model: model.name, ...report, stopped: isStopped },
      text: () => describe(report),
      exitCode: isStopped ? EXIT.interrupted : EXIT.ok,
    };
  });
}

function describe({ blocks, events, untaggedEvents }: RetagReport): string {
  return pairs([
    ['tagged', `${counted(events, 'event')} in ${counted(blocks, 'block')}`],
    ['left', untaggedEvents === 0 ? 'nothing' : `${count(untaggedEvents)} events that a query by tag must read`],
  ]);
}
