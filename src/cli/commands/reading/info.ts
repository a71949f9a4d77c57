/** `refold info`: describes a log. It reads only the log's headers and needs no model. */
import type { Command } from 'commander';
import { type LogInfo, openLog } from '../../../index.ts';
import { answering, FILE, JSON_OPTION } from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Answer } from '../../output/output.ts';
import { bytes, count, counted, oneLine, pairs, time } from '../../output/text.ts';

export function defineInfo(program: Command): void {
  program
    .command('info')
    .argument(...FILE)
    .description('describe a log: model, events, blocks, snapshots, sizes')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold info book.db')
    .action(answering(([file]) => info(file!)));
}

async function info(file: string): Promise<Answer> {
  await requireFile(file);
  await using log = await openLog({ path: file });
  const found = await log.info();
  return { json: found, text: () => describe(found) };
}

function describe(log: LogInfo): string {
  return pairs([
    ['file', log.path],
    ['format', log.format?.toString()],
    ['model', log.model ?? 'none yet'],
    [
      'events',
      log.events === 0 ? '0' : `${count(log.events)}  (${count(log.firstSequence)} … ${count(log.lastSequence)})`,
    ],
    [
      'recorded',
      log.firstRecordedAt === undefined ? undefined : `${time(log.firstRecordedAt)} … ${time(log.lastRecordedAt!)}`,
    ],
    ['untagged', log.untaggedEvents === 0 ? undefined : `${count(log.untaggedEvents)} events: run refold retag`],
    ['open', blocks(log.openBlocks, log.openBytes)],
    ['sealed', blocks(log.sealedBlocks, log.sealedBytes)],
    ...describeSnapshots(log.snapshots),
    ...log.projections.map((one) => ['projection', describeHolder(log, one)] as const),
    ...log.reactors.map((one) => ['reactor', describeReactor(log, one)] as const),
    ...log.redactions.map((one) => ['redaction', describeRedaction(one)] as const),
    ['size', `${bytes(log.fileBytes)}, write-ahead log ${bytes(log.walBytes)}, ${bytes(log.freeBytes)} free inside`],
    ['epoch', count(log.epoch)],
    ['chain', log.chain],
  ]);
}

function blocks(number: number, size: number): string {
  return `${counted(number, 'block')}, ${bytes(size)}`;
}

function describeReactor(log: LogInfo, reactor: LogInfo['reactors'][number]): string {
  const parked = reactor.parked === 0 ? '' : `, ${count(reactor.parked)} parked`;
  return `${describeHolder(log, reactor)}${parked}`;
}

function describeHolder({ historyHeldBy }: LogInfo, { name, sequence, lag }: LogInfo['projections'][number]): string {
  const holds = historyHeldBy.includes(name) ? ', holds back the history after it' : '';
  const behind = lag === 0 ? '' : `, ${counted(lag, 'event')} behind`;
  return `${name}, at ${count(sequence)}${holds}${behind}`;
}

function describeRedaction({
  recordedAt,
  by,
  events,
  firstSequence,
  lastSequence,
  scrubbed,
}: LogInfo['redactions'][number]): string {
  const who = by === undefined ? '' : `, by ${oneLine(by)}`;
  const left = scrubbed ? '' : ', and a file may still hold the words: redact again';
  return `${time(recordedAt)}${who}, ${counted(events, 'event')} (${count(firstSequence)} … ${count(lastSequence)})${left}`;
}

function describeSnapshots(snapshots: LogInfo['snapshots']): (readonly [string, string])[] {
  if (snapshots.length === 0) return [['snapshots', 'none']];
  return snapshots.map(({ sequence, recordedAt, bytes: size, stateHash }) => [
    'snapshot',
    `at ${count(sequence)}, ${time(recordedAt)}, ${bytes(size)}, state ${stateHash.slice(0, 16)}…`,
  ]);
}
