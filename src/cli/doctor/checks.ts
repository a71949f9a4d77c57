/**
 * The judgements of `refold doctor`: pure functions from facts to checks. A `problem` names the command that repairs it. A
 * `remark` is worth knowing and does no harm yet. What could not be asked is `left out`.
 */
import type { LogInfo } from '../../index.ts';
import { bytes, commandLine, count, counted, duration, oneLine, time } from '../output/text.ts';
import type { Facts } from './facts.ts';
import { serverChecks } from './server-checks.ts';

export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'remark' | 'problem' | 'left out';
  readonly text: string;
  /** What to run in a shell. In capitals: what the user must fill in. */
  readonly command?: string;
}

/** From here on an open is slow enough to be worth a word, in ms. An engine promises 1 s by default. */
const SLOW_RECOVERY = 5_000;
/** Time travel to the worst place. */
const SLOW_PAST = 30_000;
/** Below this much free disk a writer is about to stop. */
const SCARCE_BYTES = 64 * 2 ** 20;
/** Open blocks of less than this are not worth sealing. */
const WORTH_SEALING = 2 ** 20;
/** How far the log may be ahead of the clock: two machines never agree to the second. */
const CLOCK_TOLERANCE = 60_000;

/** All checks, in the order in which they are printed. */
export function judge(facts: Facts): Check[] {
  const { info } = facts;
  const place = facts.server === undefined ? [fileCheck(facts)] : serverChecks(facts.server, facts.refusal);
  const around = (totalBytes?: number): Check[] =>
    facts.server === undefined ? [diskCheck(facts, totalBytes), leftoversCheck(facts)] : [];
  if (info === undefined) return [...place, ...around()];
  return [
    ...place,
    blocksCheck(facts, info),
    ...(facts.server === undefined ? [witnessCheck(facts, info)] : []),
    snapshotsCheck(facts, info),
    recoveryCheck(facts, info),
    pastCheck(facts, info),
    unsealedCheck(facts, info),
    ...(info.untaggedEvents === 0 ? [] : [tagsCheck(facts, info)]),
    ...(info.historyHeldBy.length === 0 ? [] : [heldCheck(info)]),
    ...info.reactors.filter(({ parked }) => parked > 0).map(parkedCheck),
    ...(facts.server !== undefined || info.redactions.every(({ scrubbed }) => scrubbed) ? [] : [redactionCheck(facts)]),
    ...around(info.totalBytes),
    ...(facts.server === undefined ? [writerCheck(info)] : []),
    clockCheck(facts, info),
  ];
}

/** Whether there is no problem. Remarks do not count. */
export function isWell(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'problem');
}

function fileCheck(facts: Facts): Check {
  const { refusal, info } = facts;
  if (refusal !== undefined) return damage('file', refusal.message, facts);
  const format = info?.format === undefined ? '' : ` of format ${info.format}`;
  return { name: 'file', status: 'ok', text: `a log${format}, ${bytes(info?.fileBytes ?? 0)}` };
}

function blocksCheck(facts: Facts, info: LogInfo): Check {
  const [first, ...others] = facts.problems.filter((one) => !isAboutLostEnd(one, info) && !isAboutSnapshot(one));
  const number = counted(info.openBlocks + info.sealedBlocks, 'block');
  if (first === undefined) return { name: 'blocks', status: 'ok', text: `${number}, checksums and structure agree` };
  return damage('blocks', `${first.message}${more(others)}`, facts);
}

function more(others: readonly unknown[]): string {
  return others.length === 0 ? '' : ` (and ${count(others.length)} more)`;
}

function witnessCheck(facts: Facts, info: LogInfo): Check {
  const lost = facts.problems.find((one) => isAboutLostEnd(one, info));
  if (lost !== undefined) return damage('witness', lost.message, facts);
  if (info.files.some((one) => one.path.endsWith('-witness'))) {
    return { name: 'witness', status: 'ok', text: 'it agrees with the end of the log' };
  }
  return {
    name: 'witness',
    status: 'remark',
    text: 'the file is missing, so a lost end would not be noticed; the next writer makes it again',
  };
}

/** Damage, and what a repair would lose by it. A repair that cannot read the file leaves only a backup. */
function damage(name: string, what: string, { path, repair, server }: Facts): Check {
  const problem = { name, status: 'problem' } as const;
  if (server !== undefined) {
    return { ...problem, text: `${what}; restore the database with the tools of PostgreSQL` };
  }
  if (repair === undefined || repair.sound) {
    return { ...problem, text: what, command: commandLine('refold', 'restore', 'BACKUP', path, '--force') };
  }
  if (!repair.needsAcceptLoss) {
    return { ...problem, text: `${what}; a repair loses no events`, command: commandLine('refold', 'repair', path) };
  }
  const lost = repair.lostEvents === 0 ? 'something that was acknowledged' : counted(repair.lostEvents, 'event');
  const text = `${what}; a repair loses ${lost}, so look for a backup first`;
  return { ...problem, text, command: commandLine('refold', 'repair', path, '--accept-loss') };
}

/** A damaged block is within the log. What only the witness knows of is after its end. */
function isAboutLostEnd({ sequence = 0 }: Facts['problems'][number], { lastSequence }: LogInfo): boolean {
  return sequence > lastSequence;
}

/** The error about a damaged snapshot says so. */
function isAboutSnapshot({ type }: Facts['problems'][number]): boolean {
  return type === 'snapshot';
}

function snapshotsCheck(facts: Facts, { snapshots, events }: LogInfo): Check {
  const name = 'snapshots';
  const { path, model, problems } = facts;
  const [broken, ...others] = problems.filter(isAboutSnapshot);
  if (broken !== undefined) return damage(name, `${broken.message}${more(others)}`, facts);
  if (model === undefined) {
    const text = `${count(snapshots.length)}; whether the model can use them was not asked: add --model`;
    return { name, status: 'left out', text };
  }
  const { specifier, refusal, keyframes } = model;
  if (refusal?.code === 'LOG_CORRUPT') return damage(name, refusal.message, facts);
  if (refusal !== undefined) {
    return {
      name,
      status: 'problem',
      text: refusal.message,
      command: commandLine('refold', 'check', path, '--model', specifier),
    };
  }
  const usable = keyframes.filter(({ isUsable }) => isUsable);
  const why = keyframes.find(({ isUsable }) => !isUsable)?.reason;
  const text = `${count(usable.length)} of ${count(keyframes.length)} usable${why === undefined ? '' : `: ${why}`}`;
  const command = commandLine('refold', 'snapshot', path, '--model', specifier);
  if (usable.length === 0 && keyframes.length > 0) return { name, status: 'problem', text, command };
  if (usable.length === 0 && events > 0)
    return { name, status: 'remark', text: 'the log has no snapshot yet', command };
  return { name, status: usable.length === keyframes.length ? 'ok' : 'remark', text };
}

function recoveryCheck({ path, model }: Facts, { recovery, firstSequence, lastSequence }: LogInfo): Check {
  const name = 'recovery';
  const { events: afterNewest, milliseconds, eventsPerSecond } = recovery;
  const start = model?.keyframes.find(({ isUsable }) => isUsable)?.sequence ?? firstSequence - 1;
  // The estimate believes in the newest snapshot. The model may not.
  const events = model === undefined ? afterNewest : lastSequence - start;
  const estimate = milliseconds + ((events - afterNewest) / eventsPerSecond) * 1_000;
  const text = `the next open takes about ${duration(Math.ceil(estimate))}, with ${counted(events, 'event')} to fold`;
  if (estimate < SLOW_RECOVERY) return { name, status: 'ok', text };
  const command = commandLine('refold', 'snapshot', path, '--model', model?.specifier ?? 'MODULE');
  return { name, status: 'remark', text, command };
}

/** Time travel to the place that is farthest behind a snapshot. */
function pastCheck({ model }: Facts, { firstSequence, lastSequence, snapshots, recovery }: LogInfo): Check {
  const usable: readonly { readonly sequence: number }[] =
    model === undefined ? snapshots : model.keyframes.filter(({ isUsable }) => isUsable);
  const places = [firstSequence - 1, ...usable.map(({ sequence }) => sequence).toReversed(), lastSequence];
  const widest = Math.max(0, ...places.slice(1).map((place, index) => place - places[index]!));
  const estimate = (widest / recovery.eventsPerSecond) * 1_000;
  const behind = `${counted(widest, 'event')} behind a snapshot, about ${duration(Math.ceil(estimate))}`;
  return {
    name: 'past',
    status: estimate > SLOW_PAST ? 'remark' : 'ok',
    text: `at worst ${behind}`,
  };
}

function unsealedCheck({ path }: Facts, { openBytes, sealedBytes, openBlocks }: LogInfo): Check {
  const share = openBytes === 0 ? 0 : openBytes / (openBytes + sealedBytes);
  const text = `${counted(openBlocks, 'open block')}, ${bytes(openBytes)}, ${Math.round(share * 100)} % of the events' bytes`;
  const isWorthIt = openBytes >= WORTH_SEALING && share > 0.5;
  return isWorthIt
    ? { name: 'unsealed', status: 'remark', text, command: commandLine('refold', 'compact', path) }
    : { name: 'unsealed', status: 'ok', text };
}

function tagsCheck({ path, model }: Facts, { untaggedEvents }: LogInfo): Check {
  return {
    name: 'tags',
    status: 'remark',
    text: `${counted(untaggedEvents, 'event')} without stored tags`,
    command: commandLine('refold', 'retag', path, '--model', model?.specifier ?? 'MODULE'),
  };
}

function heldCheck({ historyHeldBy }: LogInfo): Check {
  const names = historyHeldBy.map(oneLine).join(', ');
  return { name: 'history', status: 'remark', text: `held back by ${names}, which must catch up or be forgotten` };
}

function parkedCheck({ name, parked }: LogInfo['reactors'][number]): Check {
  return {
    name: 'reactors',
    status: 'remark',
    text: `${oneLine(name)} has ${counted(parked, 'parked event')}: retry or skip them`,
  };
}

function redactionCheck({ path, model }: Facts): Check {
  return {
    name: 'redaction',
    status: 'problem',
    text: 'a redaction is not finished: a file may still hold the words; redact again what was selected then',
    command: commandLine('refold', 'redact', path, '--model', model?.specifier ?? 'MODULE', 'SELECTION', '--yes'),
  };
}

/** The size is not known of a log that cannot be opened. */
function diskCheck({ path, freeBytes }: Facts, totalBytes: number | undefined): Check {
  const free = `${bytes(freeBytes)} free`;
  const text = totalBytes === undefined ? free : `${bytes(totalBytes)} in all files of the log, ${free}`;
  if (freeBytes < SCARCE_BYTES) {
    const command = commandLine('refold', 'compact', path);
    return { name: 'disk', status: 'problem', text: `${text}: free some space, or compact the log`, command };
  }
  if (freeBytes >= (totalBytes ?? 0)) return { name: 'disk', status: 'ok', text };
  return { name: 'disk', status: 'remark', text: `${text}: a backup, a repair or a redaction would not fit` };
}

function leftoversCheck({ path, leftovers }: Facts): Check {
  const name = 'leftovers';
  if (leftovers.length === 0) return { name, status: 'ok', text: 'nothing of older commands' };
  const names = leftovers.map((one) => oneLine(one.path)).join(', ');
  if (leftovers.some((one) => one.path.endsWith('-repair'))) {
    const text = `a repair or a restore did not end: ${names}`;
    return { name, status: 'problem', text, command: commandLine('refold', 'repair', path) };
  }
  const idle = leftovers.filter(({ isFresh }) => !isFresh).map((one) => one.path);
  const isUsed =
    idle.length < leftovers.length ? '; a command may still be writing what changed in the last minutes' : '';
  return {
    name,
    status: 'remark',
    text: `left by older commands: ${names}${isUsed}`,
    ...(idle.length > 0 && { command: commandLine('rm', '-r', ...idle) }),
  };
}

function writerCheck({ writer }: LogInfo): Check {
  if (writer === undefined) return { name: 'lock', status: 'ok', text: 'no process has the log open for writing' };
  const text = `process ${writer.pid} on ${oneLine(writer.host)} writes since ${time(writer.startedAt)}`;
  return { name: 'lock', status: 'ok', text };
}

function clockCheck({ now }: Facts, { lastRecordedAt }: LogInfo): Check {
  const ahead = lastRecordedAt === undefined ? 0 : lastRecordedAt - now;
  if (ahead <= CLOCK_TOLERANCE) return { name: 'clock', status: 'ok', text: 'not behind the last event' };
  return {
    name: 'clock',
    status: 'remark',
    text: `the last event is ${duration(ahead)} ahead of this machine's clock: new events get its time until then`,
  };
}
