/** `refold info`: describes a log. It reads only the log's headers, and needs no model. */

import type { Command } from 'commander';
import { loadModel } from '../../../guests/load-model.ts';
import { type EventLog, type Keyframe, type LogInfo, openLog, openPast } from '../../../index.ts';
import { answering, FILE, type JsonOption, withTimes } from '../../args.ts';
import { requireFile } from '../../files.ts';
import { whereIs } from '../../logs.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { despiteDrops } from './event-types.ts';
import { describeInfo } from './info-text.ts';

interface Options extends JsonOption {
  readonly snapshots?: true;
  readonly types?: true;
  readonly model?: string;
}

/** What the answer has: with `--types` and `--model` more than the log says of itself. */
export interface ShownInfo extends Omit<LogInfo, 'snapshots'> {
  /** With a model: whether each is usable, and why not. */
  readonly snapshots: readonly (LogInfo['snapshots'][number] & Partial<Pick<Keyframe, 'isUsable' | 'reason'>>)[];
  /** Numbers of events by type, the most frequent first. */
  readonly types?: Readonly<Record<string, number>>;
}

export function defineInfo(program: Command): void {
  const command = program
    .command('info')
    .argument(...FILE)
    .description('describe a log: model, events, span, blocks, snapshots, sizes, writer')
    .option('--snapshots', 'list every snapshot')
    .option('--types', 'count the events of each type')
    .option('--model <module>', 'say for each snapshot whether this model can use it, or why not');
  withTimes(command)
    .addHelpText('after', '\nExample:\n  refold info book.db --types')
    .action(answering(([file], options: Options) => info(file!, options)));
}

async function info(file: string, options: Options): Promise<Answer> {
  await requireFile(file);
  await using log = await openLog(whereIs(file));
  const keyframes = options.model === undefined ? undefined : await keyframesOf(file, options.model);
  // The counts are of exactly the events that the description is of, also while another process writes.
  const found = await despiteDrops(async () => {
    const described = await log.info();
    return shownInfo(described, keyframes, options.types ? await countTypes(log, described) : undefined);
  });
  return { json: found, text: () => describeInfo(found, { listsSnapshots: options.snapshots === true }) };
}

/** Only `--model` itself loads a model. */
async function keyframesOf(file: string, specifier: string): Promise<readonly Keyframe[]> {
  await using past = await openPast(await loadModel(specifier), whereIs(file));
  return await past.keyframes();
}

async function countTypes(
  log: EventLog,
  { events, firstSequence, lastSequence }: LogInfo,
): Promise<ShownInfo['types']> {
  if (events === 0) return {};
  const range = { from: firstSequence, to: lastSequence };
  const { types } = await withProgress((bar) =>
    log.counts({ ...range, onProgress: ({ done, total }) => bar.update({ label: 'count', done, total }) }),
  );
  return types;
}

/** A snapshot that was taken between the two looks is without a verdict. */
function shownInfo(
  log: LogInfo,
  keyframes: readonly Keyframe[] | undefined,
  types: ShownInfo['types'] | undefined,
): ShownInfo {
  const verdicts = new Map(keyframes?.map(({ sequence, isUsable, reason }) => [sequence, { isUsable, reason }]));
  const snapshots = log.snapshots.map((snapshot) => ({ ...snapshot, ...verdicts.get(snapshot.sequence) }));
  return { ...log, snapshots, ...(types && { types }) };
}
