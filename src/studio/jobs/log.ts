/** What the header of the page says of the log, and the timeline. */
import type { EventLog, LogInfo, Past } from '../../index.ts';
import { commandLine } from '../../terminal/escaping.ts';
import { readEnd, readStart } from '../server/positions.ts';
import { readChoice, readCount } from '../server/query.ts';
import type { LogAnswer, TimelineAnswer } from '../wire.ts';
import type { Troubles } from './troubles.ts';

/** Buckets of a timeline at most: one for two pixels of a wide screen. With twenty types they fit into an answer. */
const MOST_TIMELINE_BUCKETS = 2_048;

/** What the log is described from. */
export interface Described {
  readonly log: EventLog;
  /** Undefined without a model. */
  readonly past: Past | undefined;
  /** Where the model of `past` is, as a command takes it. */
  readonly model: string | undefined;
  readonly views: LogAnswer['views'];
  readonly troubles: Troubles;
  readonly warm: boolean;
}

export async function describeLog({ log, past, model, views, troubles, warm }: Described): Promise<LogAnswer> {
  const info = await log.info();
  const earliest = (await past?.range())?.earliest;
  const sealedThrough = info.sealedBlocks === 0 ? undefined : await lastSealed(log);
  return {
    ...headOf(info),
    ...(sealedThrough !== undefined && { sealedThrough }),
    hasModel: past !== undefined,
    snapshots: past === undefined ? info.snapshots.map(withoutModel) : await past.keyframes(),
    ...(log.id !== undefined && { identity: log.id }),
    generation: generationOf(info.firstSequence, info.redactions.length, past?.fingerprint),
    upkeep: upkeepOf(info),
    ...(past === undefined && { modelLine: modelLineOf(info) }),
    ...(model !== undefined && { bisectLine: bisectLineOf(info, model) }),
    ...(views !== undefined && { views }),
    warm,
    ...(earliest !== undefined && { earliest }),
    problems: troubles.list(),
  };
}

/** Blocks are sealed from the beginning of the log on. */
async function lastSealed(log: EventLog): Promise<number | undefined> {
  let last: number | undefined;
  for await (const { encoding, lastSequence } of log.blocks()) {
    if (encoding === 'open') break;
    last = lastSequence;
  }
  return last;
}

type Head = Omit<LogAnswer, 'hasModel' | 'snapshots' | 'generation' | 'upkeep' | 'warm' | 'problems'>;

function headOf(info: LogInfo): Head {
  const { path, model, events, firstSequence, lastSequence, firstRecordedAt, lastRecordedAt, chain } = info;
  const { openBlocks, openBytes, sealedBlocks, sealedBytes, totalBytes, writer, recovery } = info;
  return {
    ...{ path, events, firstSequence, lastSequence, chain },
    ...(model !== undefined && { model }),
    ...(firstRecordedAt !== undefined && { firstRecordedAt, lastRecordedAt: lastRecordedAt! }),
    ...{ openBlocks, openBytes, sealedBlocks, sealedBytes, totalBytes, recovery },
    ...(writer !== undefined && { writer }),
  };
}

/** Only a model tells whether a snapshot is usable. */
function withoutModel({ sequence, recordedAt, bytes }: LogInfo['snapshots'][number]): LogAnswer['snapshots'][number] {
  return { sequence, recordedAt, bytes };
}

/**
 * Every cache of the page belongs to a generation: when history is dropped or redacted, or a reducer changed while the studio was
 * closed, what was cached is not true any more.
 *
 * @param first sequence that is still in the log
 * @param redactions how many the log has had
 * @param fingerprint of the model in use
 */
export function generationOf(first: number, redactions: number, fingerprint: string | undefined): string {
  return [first, redactions, fingerprint ?? ''].join('.');
}

/** What is done to a log while it is used: a page asks for the log again when this changes. */
export function upkeepOf({ snapshots, sealedBlocks, sealedBytes }: LogInfo): string {
  return [snapshots[0]?.sequence ?? 0, snapshots.length, sealedBlocks, sealedBytes].join('.');
}

/** The command that shows states as well. Only the user knows where the model is. */
function modelLineOf({ path }: LogInfo): string {
  return commandLine('refold', 'studio', path, '--model', './model.ts');
}

function bisectLineOf({ path }: LogInfo, model: string): string {
  return commandLine('refold', 'bisect', path, '--model', model);
}

/** Events per type in buckets of a range. Those of damaged blocks are left out. */
export async function countTimeline(
  { log, troubles }: Pick<Described, 'log' | 'troubles'>,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<TimelineAnswer> {
  const [from = 0, to] = [await readStart(query, 'from', log), await readEnd(query, 'to', log)];
  const buckets = Math.max(1, readCount(query, 'buckets', 512, MOST_TIMELINE_BUCKETS));
  const by = readChoice(query, 'by', ['sequence', 'time']);
  return log.counts({
    by,
    buckets,
    signal,
    onDamage: troubles.note,
    ...(from !== 0 && { from }),
    ...(to !== undefined && { to }),
  });
}
