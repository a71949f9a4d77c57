/** The judgements of `refold doctor` about the server of a log in PostgreSQL. Pure. */
import type { SerializedError } from '../../index.ts';
import type { ExaminedLog } from '../../postgres.ts';
import { count, duration, oneLine, time } from '../output/text.ts';
import type { Check } from './checks.ts';

/** The oldest version that refold uses, as the first number of its name. */
const OLDEST_VERSION = 14;
/** A transaction that is older keeps the server from cleaning up what was deleted, in ms. */
const OLD_SNAPSHOT_MS = 10 * 60_000;
/** Two machines never agree to the millisecond. */
const CLOCKS_AGREE_MS = 1_000;

/** @param refusal why the log itself cannot be opened */
export function serverChecks(server: ExaminedLog, refusal: SerializedError | undefined): Check[] {
  return [
    ...(refusal === undefined ? [] : [{ name: 'log', status: 'problem', text: refusal.message } as const]),
    versionCheck(server),
    settingCheck('fsync', server.fsync),
    settingCheck('full_page_writes', server.fullPageWrites),
    commitCheck(server),
    oldSnapshotCheck(server),
    leaseCheck(server),
    serverClockCheck(server),
    timelineCheck(server),
  ];
}

function versionCheck({ version }: ExaminedLog): Check {
  const isOld = Number.parseInt(version, 10) < OLDEST_VERSION;
  const text = `PostgreSQL ${oneLine(version)}`;
  return isOld
    ? { name: 'version', status: 'problem', text: `${text}: refold needs ${OLDEST_VERSION} or newer` }
    : { name: 'version', status: 'ok', text };
}

function settingCheck(name: 'fsync' | 'full_page_writes', value: string): Check {
  if (value !== 'off') return { name, status: 'ok', text: value };
  const text = 'off: a crash of the server may damage or lose the log; set it to on in postgresql.conf';
  return { name, status: 'problem', text };
}

/** Writers with `always` set it themselves. */
function commitCheck({ synchronousCommit }: ExaminedLog): Check {
  const name = 'synchronous_commit';
  const isSynced = synchronousCommit === 'on' || synchronousCommit === 'remote_apply';
  if (isSynced) return { name, status: 'ok', text: synchronousCommit };
  const text = `${synchronousCommit} by default; writers with the durability always use on`;
  return { name, status: 'ok', text };
}

function oldSnapshotCheck({ oldSnapshot }: ExaminedLog): Check {
  const name = 'old snapshots';
  if (oldSnapshot === undefined) return { name, status: 'ok', text: 'none' };
  const { holder, milliseconds } = oldSnapshot;
  const text = `${oneLine(holder)} has had a transaction open for ${duration(milliseconds)}`;
  if (milliseconds < OLD_SNAPSHOT_MS) return { name, status: 'ok', text };
  return { name, status: 'remark', text: `${text}: until it ends, the server cannot clean up what was deleted` };
}

function leaseCheck({ lease }: ExaminedLog): Check {
  const name = 'lease';
  if (lease === undefined) return { name, status: 'ok', text: 'no process has the log open for writing' };
  const { pid, host, startedAt } = lease.holder;
  const by = `process ${pid} on ${oneLine(host)} writes since ${time(startedAt)}`;
  return { name, status: 'ok', text: `${by}; its lease ends in ${count(lease.milliseconds)} ms unless it is renewed` };
}

/** A lease uses the server's clock alone. Recorded times use the writer's. */
function serverClockCheck({ clock: { ahead, within } }: ExaminedLog): Check {
  const name = 'clock difference';
  const isAlike = Math.abs(ahead) <= CLOCKS_AGREE_MS + within;
  if (isAlike) return { name, status: 'ok', text: `less than ${duration(Math.ceil(CLOCKS_AGREE_MS + within))}` };
  const which = ahead > 0 ? 'ahead of' : 'behind';
  const text = `the server's clock is ${duration(Math.abs(ahead))} ${which} that of this machine`;
  return { name, status: 'remark', text };
}

function timelineCheck({ identity, lastWriter }: ExaminedLog): Check {
  const name = 'timeline';
  if (identity === undefined) {
    const text =
      'the server does not tell it: a failover to another server would not be noticed when the log is opened';
    return { name, status: 'left out', text };
  }
  const { systemId, timeline } = identity;
  const isSame = lastWriter?.systemId === systemId && lastWriter.timeline === timeline;
  if (lastWriter === undefined) return { name, status: 'ok', text: String(timeline) };
  if (isSame) return { name, status: 'ok', text: `${timeline}, as at the last writer` };
  const before = `timeline ${lastWriter.timeline} of system ${oneLine(lastWriter.systemId)}`;
  const text = `${timeline} of system ${oneLine(systemId)}; the last writer was on ${before}: compare the end of the log with what others have seen`;
  return { name, status: 'remark', text };
}
