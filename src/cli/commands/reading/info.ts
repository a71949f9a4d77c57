/** `refold info`: describes a log. It reads only the log's headers and needs no model. */
import type { Command } from 'commander';
import { type LogInfo, openLog } from '../../../index.ts';
import { answering, FILE, type JsonOption, withTimes } from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Answer } from '../../output/output.ts';
import { bytes, count, counted, duration, oneLine, pairs, time } from '../../output/text.ts';

interface Options extends JsonOption {
  readonly snapshots?: true;
}

export function defineInfo(program: Command): void {
  const command = program
    .command('info')
    .argument(...FILE)
    .description('describe a log: model, events, span, blocks, snapshots, sizes, writer')
    .option('--snapshots', 'list every snapshot');
  withTimes(command)
    .addHelpText('after', '\nExample:\n  refold info book.db')
    .action(answering(([file], options: Options) => info(file!, options)));
}

async function info(file: string, { snapshots }: Options): Promise<Answer> {
  await requireFile(file);
  await using log = await openLog({ path: file });
  const found = await log.info();
  return { json: found, text: () => describe(found, snapshots === true) };
}

/** Groups of lines that may be long show so many of their members, so that all of it fits a screen. */
const SHOWN_OF_A_GROUP = 2;

function describe(log: LogInfo, listsSnapshots: boolean): string {
  return pairs([
    ['file', log.path],
    ['format', log.format?.toString()],
    ['model', log.model ?? 'none yet'],
    [
      'events',
      log.events === 0 ? '0' : `${count(log.events)}  (${count(log.firstSequence)} … ${count(log.lastSequence)})`,
    ],
    ['recorded', describeSpan(log)],
    ['untagged', log.untaggedEvents === 0 ? undefined : `${count(log.untaggedEvents)} events: run refold retag`],
    ['open', blocks(log.openBlocks, log.openBytes)],
    ['sealed', blocks(log.sealedBlocks, log.sealedBytes)],
    ...(listsSnapshots ? listSnapshots(log.snapshots) : [['snapshots', countSnapshots(log.snapshots)] as const]),
    ...firstOf('projection', log.projections, (one) => describeHolder(log, one)),
    ...firstOf('reactor', log.reactors, (one) => describeReactor(log, one)),
    ...firstOf('redaction', log.redactions, describeRedaction),
    ['recovery', describeRecovery(log.recovery)],
    ['size', `${bytes(log.fileBytes)}, write-ahead log ${bytes(log.walBytes)}, ${bytes(log.freeBytes)} free inside`],
    ['all files', describeFiles(log)],
    ['writer', describeWriter(log.writer)],
    ['epoch', count(log.epoch)],
    ['chain', log.chain],
  ]);
}

function describeSpan({ firstRecordedAt, lastRecordedAt }: LogInfo): string | undefined {
  if (firstRecordedAt === undefined) return undefined;
  return `${time(firstRecordedAt)} … ${time(lastRecordedAt!)}  (${duration(lastRecordedAt! - firstRecordedAt)})`;
}

/** The first members of a group, a line each, and a line that says how many more there are. */
function firstOf<T>(
  label: string,
  members: readonly T[],
  describeOne: (one: T) => string,
): (readonly [string, string])[] {
  const shown = members.slice(0, SHOWN_OF_A_GROUP).map((one) => [label, describeOne(one)] as const);
  const more = members.length - shown.length;
  return more === 0 ? shown : [...shown, [label, `${count(more)} more: see --json`]];
}

function describeRecovery({ events, milliseconds }: LogInfo['recovery']): string {
  return `about ${duration(milliseconds)}: ${counted(events, 'event')} to fold after the newest snapshot`;
}

function describeFiles({ files, totalBytes }: LogInfo): string | undefined {
  if (files.length === 0) return undefined;
  const beside = files.slice(1).map(({ path, bytes: size }) => `${path.slice(files[0]!.path.length)} ${bytes(size)}`);
  return [bytes(totalBytes), ...(beside.length === 0 ? [] : [`beside it ${beside.join(', ')}`])].join(', ');
}

function describeWriter(writer: LogInfo['writer']): string {
  return writer === undefined
    ? 'none'
    : `process ${writer.pid} on ${oneLine(writer.host)}, since ${time(writer.startedAt)}`;
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

function countSnapshots(snapshots: LogInfo['snapshots']): string {
  const [newest] = snapshots;
  if (newest === undefined) return 'none';
  return `${count(snapshots.length)}, the newest ${describeSnapshot(newest)}`;
}

function listSnapshots(snapshots: LogInfo['snapshots']): (readonly [string, string])[] {
  if (snapshots.length === 0) return [['snapshots', 'none']];
  return snapshots.map((one) => ['snapshot', describeSnapshot(one)]);
}

function describeSnapshot({ sequence, recordedAt, bytes: size, stateHash }: LogInfo['snapshots'][number]): string {
  return `at ${count(sequence)}, ${time(recordedAt)}, ${bytes(size)}, state ${stateHash.slice(0, 16)}…`;
}
