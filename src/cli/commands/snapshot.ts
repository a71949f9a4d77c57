/** `refold snapshot`: recovers the state and writes it as a snapshot, so that the next open starts from it. */

import type { Command } from 'commander';
import { openStore } from '../../index.ts';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL, WAIT_OPTION, type WaitOption } from '../args.ts';
import { requireFile } from '../files.ts';
import { whereIs } from '../logs.ts';
import { modelFor } from '../model.ts';
import type { Answer } from '../output/output.ts';
import { withProgress } from '../output/progress.ts';
import { bytes, count, duration, pairs } from '../output/text.ts';

interface Options extends JsonOption, WaitOption {
  readonly model?: string;
}

export function defineSnapshot(program: Command): void {
  program
    .command('snapshot')
    .argument(...FILE)
    .description('take a snapshot of the current state')
    .option(...MODEL)
    .option(...WAIT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold snapshot book.db --model ./model.ts')
    .action(answering(([file], options: Options) => snapshot(file!, options)));
}

async function snapshot(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  const model = await modelFor(file, options.model);
  const { recovery, report } = await withProgress(async ({ onProgress }) => {
    await using store = await openStore(model, { ...whereIs(file), waitForLock: options.waitForLock, onProgress });
    return { recovery: store.recovery, report: await store.snapshot() };
  });
  return {
    json: { model: model.name, ...report, recovery },
    text: () =>
      pairs([
        ['recovery', recovery.reason],
        ['snapshot', `at ${count(report.sequence)}, ${bytes(report.bytes)}, in ${duration(report.milliseconds)}`],
        ['state hash', report.stateHash],
      ]),
  };
}
