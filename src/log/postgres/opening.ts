/** What opening a log has found out about its server, as warnings. Pure. */
import type { LogOpening, LogWarning } from '../log-store.ts';
import type { ServerFacts, ServerIdentity } from './server/server-facts.ts';
import type { TakenLease } from './turns/lease.ts';

/** What was found out before. */
export interface OpeningFacts extends Pick<ServerFacts, 'identity' | 'unsafe'> {
  /** Whether it was found just now that bells are not heard. */
  readonly isDeaf: boolean;
  /** Whether another thread can open the log. */
  readonly hasThread: boolean;
}

/** @param taken undefined for a reader: it does not compare servers */
export function openingOf(
  { identity, unsafe, hasThread, isDeaf }: OpeningFacts,
  taken: Pick<TakenLease, 'before'> | undefined,
  path: string,
): LogOpening {
  const warnings: LogWarning[] = [];
  if (unsafe.length > 0) warnings.push(unsafeServer(unsafe, path));
  if (isDeaf) warnings.push(withoutBells(path));
  if (taken === undefined) return { warnings };
  if (!hasThread) warnings.push(withoutThread(path));
  if (identity === undefined) return { warnings: [...warnings, unknownServer(path)] };
  if (taken.before === undefined || isSame(taken.before, identity)) return { failover: undefined, warnings };
  const failover = { from: nameOf(taken.before), to: nameOf(identity) };
  return { failover, warnings: [...warnings, otherServer(failover, path)] };
}

function isSame(one: ServerIdentity, other: ServerIdentity): boolean {
  return one.systemId === other.systemId && one.timeline === other.timeline;
}

function nameOf({ systemId, timeline }: ServerIdentity): string {
  return `system ${systemId}, timeline ${timeline}`;
}

function unsafeServer(settings: readonly string[], path: string): LogWarning {
  const are = settings.length === 1 ? 'is' : 'are';
  return {
    name: 'RefoldDurabilityWarning',
    message: `A crash of the server may damage or lose ${path}: ${settings.join(' and ')} ${are} off`,
    detail: `Set ${settings.map((name) => `${name} = on`).join(' and ')} in postgresql.conf`,
  };
}

function withoutThread(path: string): LogWarning {
  return {
    name: 'RefoldSnapshotWarning',
    message: `Snapshots of ${path} are made between writes: a value in \`connection\` cannot be copied to another thread`,
    detail: 'Leave functions out of `connection`, or accept that large snapshots take processor time from writes',
  };
}

function withoutBells(path: string): LogWarning {
  return {
    name: 'RefoldReplicaWarning',
    message: `Readers of ${path} poll every 50 ms: notifications of its server do not arrive, as behind a pool of connections`,
    detail: 'Connect to the server directly, or give notify: false and pollEvery',
  };
}

function unknownServer(path: string): LogWarning {
  return {
    name: 'RefoldFailoverWarning',
    message: `A failover to another server would not be noticed when ${path} is opened: the server does not tell its identity`,
    detail: 'Allow the user to call pg_control_system and pg_walfile_name, or keep a witness',
  };
}

function otherServer({ from, to }: { readonly from: string; readonly to: string }, path: string): LogWarning {
  return {
    name: 'RefoldFailoverWarning',
    message: `${path} is on another server than at its last writer: it was ${from}, and is ${to}`,
    detail:
      'If the new server was behind, acknowledged events are lost: compare the end of the log with what others have seen',
  };
}
