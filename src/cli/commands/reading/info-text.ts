/**
 * What `refold info` prints for people: at most 25 lines, and none of more than 80 columns unless a name is long.
 *
 * Lists share the lines that are left. A list that does not fit says how much more there is.
 */
import { cut, padRight, widthOf } from '../../output/lines.ts';
import { bytes, count, counted, duration, oneLine, pairs, time } from '../../output/text.ts';
import type { ShownInfo } from './info.ts';

/** So that all of it fits a screen. */
const MOST_LINES = 25;
const MOST_COLUMNS = 80;
/** Columns of the longest label and the gap after it. */
const LABEL_WIDTH = 12;
const VALUE_WIDTH = MOST_COLUMNS - LABEL_WIDTH;
/** Columns that the name of a type, a projection, a reactor, a host or a person takes at most. */
const NAME_WIDTH = 32;

type Row = readonly [label: string, value: string | undefined];

/** A list: as many of its members as there is room for. */
interface List {
  readonly label: string;
  readonly members: readonly string[];
  /** What to say in place of the members after the first ones. */
  readonly more: (shown: number) => string;
}

export function describeInfo(log: ShownInfo, { listsSnapshots }: { readonly listsSnapshots: boolean }): string {
  const parts: readonly (Row | List)[] = [
    ['file', log.path],
    ['format', log.format?.toString()],
    ['model', log.model === undefined ? 'none yet' : nameOf(log.model)],
    [
      'events',
      log.events === 0 ? '0' : `${count(log.events)}  (${count(log.firstSequence)} … ${count(log.lastSequence)})`,
    ],
    ...describeSpan(log),
    listOfTypes(log),
    ['untagged', log.untaggedEvents === 0 ? undefined : `${count(log.untaggedEvents)} events: run refold retag`],
    ['open', blocks(log.openBlocks, log.openBytes)],
    ['sealed', blocks(log.sealedBlocks, log.sealedBytes)],
    ['snapshots', countSnapshots(log.snapshots, listsSnapshots)],
    listOf('projection', log.projections, (one) => describeHolder(log, one)),
    listOf('reactor', log.reactors, (one) => describeReactor(log, one)),
    listOf('redaction', log.redactions, describeRedaction),
    ['', describeScrubbing(log.redactions)],
    ['recovery', describeRecovery(log.recovery)],
    ['size', `${bytes(log.fileBytes)}, write-ahead log ${bytes(log.walBytes)}, ${bytes(log.freeBytes)} free inside`],
    ['all files', describeFiles(log)],
    ['writer', describeWriter(log.writer)],
    ['epoch', count(log.epoch)],
    ['chain', log.chain],
  ];
  const rows = fitted(parts, MOST_LINES);
  const last = rows.findIndex(([label]) => label === 'snapshots') + 1;
  const listed = listsSnapshots ? log.snapshots.map((one): Row => ['snapshot', describeSnapshot(one)]) : [];
  return pairs([...rows.slice(0, last), ...listed, ...rows.slice(last)]);
}

/** Rows for all parts, within so many lines. */
function fitted(parts: readonly (Row | List)[], lines: number): readonly Row[] {
  const lists = parts.filter((part): part is List => !isRow(part));
  const rows = parts.filter((part) => isRow(part) && part[1] !== undefined);
  const shares = shareLines(
    lists.map(({ members }) => members.length),
    lines - rows.length,
  );
  return parts.flatMap((part) => (isRow(part) ? [part] : rowsOf(part, shares[lists.indexOf(part)]!)));
}

function isRow(part: Row | List): part is Row {
  return Array.isArray(part);
}

/** Lines for each list, fairly: at least one, at most what it needs. Exported for its test. */
export function shareLines(needs: readonly number[], lines: number): readonly number[] {
  const shares = needs.map((need) => Math.min(1, need));
  let left = lines - shares.reduce((sum, share) => sum + share, 0);
  while (left > 0 && shares.some((share, at) => share < needs[at]!)) {
    for (const [at, need] of needs.entries()) {
      if (left === 0 || shares[at]! >= need) continue;
      shares[at]! += 1;
      left -= 1;
    }
  }
  return shares;
}

function rowsOf({ label, members, more }: List, lines: number): readonly Row[] {
  if (members.length <= lines) return members.map((member): Row => [label, member]);
  const shown = members.slice(0, lines - 1);
  return [...shown, more(shown.length)].map((text): Row => [label, text]);
}

function listOf<T>(label: string, members: readonly T[], describeOne: (one: T) => string): List {
  const more = (shown: number): string =>
    shown === 0 ? `${count(members.length)}: see --json` : `${count(members.length - shown)} more: see --json`;
  return { label, members: members.map((member) => cut(describeOne(member), VALUE_WIDTH)), more };
}

/** Names and numbers in columns. */
function listOfTypes({ types = {} }: ShownInfo): List {
  const entries = Object.entries(types).map(([type, number]) => [nameOf(type), number] as const);
  const nameWidth = Math.max(0, ...entries.map(([type]) => widthOf(type)));
  const numberWidth = count(entries[0]?.[1] ?? 0).length;
  const rest = (shown: number): number => entries.slice(shown).reduce((sum, [, number]) => sum + number, 0);
  return {
    label: 'type',
    members: entries.map(([type, number]) => `${padRight(type, nameWidth)}  ${count(number).padStart(numberWidth)}`),
    more: (shown) => `${count(entries.length - shown)} more with ${counted(rest(shown), 'event')}: see --json`,
  };
}

function describeSpan({ firstRecordedAt, lastRecordedAt }: ShownInfo): readonly Row[] {
  if (firstRecordedAt === undefined) return [];
  const recorded = `${time(firstRecordedAt)} … ${time(lastRecordedAt!)}`;
  const span = duration(lastRecordedAt! - firstRecordedAt);
  const both = `${recorded}  (${span})`;
  if (both.length <= VALUE_WIDTH) return [['recorded', both]];
  return [
    ['recorded', recorded],
    ['span', span],
  ];
}

function describeRecovery({ events, milliseconds }: ShownInfo['recovery']): string {
  return `about ${duration(milliseconds)}: ${counted(events, 'event')} to fold after the newest snapshot`;
}

/** The write-ahead log has its place elsewhere. What is largest comes first. */
function describeFiles({ files, totalBytes }: ShownInfo): string | undefined {
  const [log, ...others] = files;
  if (log === undefined) return undefined;
  const beside = others
    .map(({ path, bytes: size }) => ({ name: path.slice(log.path.length + 1), size }))
    .filter(({ name, size }) => name !== 'wal' && size > 0)
    .sort((a, b) => b.size - a.size)
    .map(({ name, size }) => `${name} ${bytes(size)}`);
  return beside.length === 0 ? bytes(totalBytes) : `${bytes(totalBytes)}; ${beside.join(', ')}`;
}

function describeWriter(writer: ShownInfo['writer']): string {
  return writer === undefined
    ? 'none'
    : cut(`process ${writer.pid}, since ${time(writer.startedAt)}, on ${nameOf(writer.host)}`, VALUE_WIDTH);
}

function blocks(number: number, size: number): string {
  return `${counted(number, 'block')}, ${bytes(size)}`;
}

function describeReactor(log: ShownInfo, reactor: ShownInfo['reactors'][number]): string {
  const parked = reactor.parked === 0 ? '' : `, ${count(reactor.parked)} parked`;
  return `${describeHolder(log, reactor)}${parked}`;
}

function describeHolder(
  { historyHeldBy }: ShownInfo,
  { name, sequence, lag }: ShownInfo['projections'][number],
): string {
  const holds = historyHeldBy.includes(name) ? ', holds history' : '';
  const behind = lag === 0 ? '' : `, ${count(lag)} behind`;
  return `${nameOf(name)}, at ${count(sequence)}${behind}${holds}`;
}

function describeRedaction({
  recordedAt,
  by,
  events,
  firstSequence,
  lastSequence,
}: ShownInfo['redactions'][number]): string {
  const who = by === undefined ? '' : `, by ${nameOf(by)}`;
  return `${time(recordedAt)}${who}, ${counted(events, 'event')} (${count(firstSequence)} … ${count(lastSequence)})`;
}

function describeScrubbing(redactions: ShownInfo['redactions']): string | undefined {
  const left = redactions.filter(({ scrubbed }) => !scrubbed).length;
  if (left === 0) return undefined;
  return `a file may still hold the words of ${left === 1 ? 'one' : count(left)} of these: redact again`;
}

function countSnapshots(snapshots: ShownInfo['snapshots'], areListed: boolean): string {
  const [newest] = snapshots;
  if (newest === undefined) return 'none';
  const judged = snapshots.filter(({ isUsable }) => isUsable !== undefined);
  const usable = judged.length === 0 ? '' : `, ${count(judged.filter(({ isUsable }) => isUsable).length)} usable`;
  if (!areListed) return `${count(snapshots.length)}${usable}, the newest ${placeOf(newest)}`;
  return `${count(snapshots.length)}${usable === '' ? '; whether they are usable depends on the model: give --model' : usable}`;
}

function placeOf({ sequence, recordedAt, bytes: size }: ShownInfo['snapshots'][number]): string {
  return `at ${count(sequence)}, ${time(recordedAt)}, ${bytes(size)}`;
}

function describeSnapshot(snapshot: ShownInfo['snapshots'][number]): string {
  const { stateHash, isUsable, reason } = snapshot;
  const place = `${placeOf(snapshot)}, state ${stateHash.slice(0, 8)}…`;
  if (isUsable === undefined) return place;
  return isUsable ? `${place}, usable` : `${place}, not usable: ${reason}`;
}

function nameOf(text: string): string {
  return cut(oneLine(text), NAME_WIDTH);
}
