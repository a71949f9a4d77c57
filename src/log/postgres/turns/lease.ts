/**
 * The writer's lease: who writes a log, and until when, by the server's clock. It only avoids duels. What keeps a writer out that was
 * replaced is the epoch, which rises with each takeover and is checked inside of every write.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isRefoldError, RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { later, pause, performance } from '../../../threads/timers.ts';
import { EMPTY_CHAIN } from '../../blocks/chain.ts';
import type { LogWriter } from '../../log-care.ts';
import { epochConflict } from '../../log-errors.ts';
import type { Writers } from '../../log-turn.ts';
import { type Connections, useFor } from '../server/connections.ts';
import type { ServerIdentity } from '../server/server-facts.ts';
import { bytesOf } from '../tables/rows.ts';
import { SYNCED } from '../tables/write-statements.ts';

/** Between two attempts to take a lease. */
const LONGEST_LEASE_REST_MS = 100;
/** A lease is renewed so often within its time. */
const RENEWALS_A_LEASE = 3;

export interface LeasePlace {
  readonly connections: Connections;
  readonly schema: string;
  readonly name: string;
  /** Names the log in messages. */
  readonly path: string;
  /** ms. */
  readonly lease: number;
  /** Names this opening of the log: one whose answer was lost has the lease, and takes it again. */
  readonly ticket: string;
}

/** Another one for each opening. */
export function newTicket(): string {
  return randomBytes(8).toString('hex');
}

/** The holder as the log's row names it. */
function holderNow(ticket: string): string {
  const holder: LogWriter = { pid: process.pid, host: hostname(), startedAt: Date.now() };
  return JSON.stringify({ ...holder, opening: ticket });
}

/** A lease that was taken. */
export interface TakenLease {
  /** The number of the log. */
  readonly log: number;
  readonly id: string;
  readonly epoch: number;
  /** The server of the writer before; undefined for a new log, and where it was not told. */
  readonly before: ServerIdentity | undefined;
}

/**
 * Makes the log if it is new, and becomes its writer.
 *
 * @throws RefoldError `LOG_LOCKED` naming the holder, when the lease does not end within `waitForLock` ms; the signal's reason
 */
export async function takeLease(
  place: LeasePlace,
  identity: ServerIdentity | undefined,
  waitForLock = 0,
  signal?: AbortSignal,
): Promise<TakenLease> {
  await makeRow(place);
  const end = performance.now() + waitForLock;
  for (;;) {
    throwIfAborted(signal);
    const taken = await tryToTake(place, identity, 'one');
    if (taken !== undefined) return taken;
    const { left } = await leaseOf(place);
    const rest = end - performance.now();
    if (rest <= 0) throw await lockedBy(place);
    await pause(Math.max(1, Math.min(rest, left, LONGEST_LEASE_REST_MS)));
  }
}

/** The row of a log, if it is new. */
export async function makeRow({ connections, schema, name }: LeasePlace): Promise<void> {
  await connections.ask(useFor('write', 0), {
    text: `insert into ${schema}.logs (name, log_id, epoch, lease_until, holder, trimmed_through, trimmed_recorded_at,
         trimmed_chain, redactions)
       select $1::bytea, $2, 0, clock_timestamp(), '', 0, 0, $3, 0
       where not exists (select 1 from ${schema}.logs where name = $1::bytea)
       on conflict (name) do nothing`,
    values: [bytesOf(name), randomBytes(16).toString('hex'), EMPTY_CHAIN],
  });
}

/**
 * The lease if it has ended, for one writer or for the keeper of a log that is written in turns. The one writer also waits until the
 * last member counts no more.
 */
export async function tryToTake(
  { connections, schema, name, lease, ticket }: LeasePlace,
  identity: ServerIdentity | undefined,
  writers: Writers,
): Promise<TakenLease | undefined> {
  const found = await connections.ask(useFor('write', 0), {
    text: `select epoch from ${schema}.logs where name = $1`,
    values: [bytesOf(name)],
  });
  const epochBefore = found[0]![0]; // it is named, so that a late copy takes nothing
  const [row] = await connections.ask(useFor('write', 0), {
    text: `with settings as materialized (
         select set_config('lock_timeout', '1000', true), set_config('synchronous_commit', ${SYNCED}, true)
       ), before as materialized (
         select l.log, l.system_id, l.timeline from settings, ${schema}.logs l where l.name = $1
       )
       update ${schema}.logs l
       set epoch = l.epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 ms', holder = $3,
         system_id = $4, timeline = $5, write_round = 0, writers = $7
       from before
       where l.log = before.log and l.epoch = $6 and (l.lease_until <= clock_timestamp() or strpos(l.holder, $8) > 0)
         and case $7 when 'many' then l.writers = 'many'
           else l.members_until <= clock_timestamp() and not exists (
             select 1 from ${schema}.members m where m.log = l.log and m.until > clock_timestamp()
           ) end
       returning l.log, l.log_id, l.epoch, before.system_id, before.timeline`,
    values: [
      bytesOf(name),
      lease,
      holderNow(ticket),
      identity?.systemId ?? null,
      identity?.timeline ?? null,
      epochBefore,
      writers,
      ticket,
    ],
  });
  if (row === undefined) return undefined;
  const [log, id, epoch, systemId, timeline] = row as readonly [number, string, number, string | null, number | null];
  return { log, id, epoch, before: systemId === null || timeline === null ? undefined : { systemId, timeline } };
}

/** Who has the lease, and for how many ms; 0 when it has ended. And for how many ms the log has members. */
export async function leaseOf({
  connections,
  schema,
  name,
}: Pick<LeasePlace, 'connections' | 'schema' | 'name'>): Promise<{
  readonly holder: LogWriter | undefined;
  readonly left: number;
  readonly membersLeft: number;
}> {
  const [row] = await connections.ask(useFor('read', 0), {
    text: `select holder, greatest(0, ceil(extract(epoch from lease_until - clock_timestamp()) * 1000))::integer,
         coalesce(greatest(0, (
           select ceil(extract(epoch from max(until) - clock_timestamp()) * 1000)
           from ${schema}.members m where m.log = l.log
         )), 0)::integer
       from ${schema}.logs l where name = $1`,
    values: [bytesOf(name)],
  });
  const [holder, left, membersLeft] = (row ?? ['', 0, 0]) as readonly [string, number, number];
  if (left === 0 || holder === '') return { holder: undefined, left, membersLeft };
  const { pid, host, startedAt } = JSON.parse(holder) as LogWriter;
  return { holder: { pid, host, startedAt }, left, membersLeft };
}

/** Renews a lease until it is given back, or another writer has taken over. */
export class LeaseKeeper {
  readonly #place: LeasePlace;
  readonly #taken: Pick<TakenLease, 'log' | 'epoch'>;
  readonly #renew: string;
  readonly #afterGap: () => Promise<unknown>;
  #hasGap = false;
  #isKept = true;
  #takeBack: () => void = () => {};
  #listener: ((cause: RefoldError) => void) | undefined;
  #lost: RefoldError | undefined;

  /**
   * @param renew the statement
   * @param afterGap called when the server answers again: it may be another one. It may reject
   */
  constructor(
    place: LeasePlace,
    taken: Pick<TakenLease, 'log' | 'epoch'>,
    renew: string,
    afterGap: () => Promise<unknown>,
  ) {
    this.#afterGap = afterGap;
    this.#place = place;
    this.#taken = taken;
    this.#renew = renew;
    this.#renewLater();
  }

  /** Calls back once when another writer has taken over, or the log has lost its end. */
  onLost(listener: (cause: RefoldError) => void): void {
    if (this.#lost === undefined) this.#listener = listener;
    else listener(this.#lost);
  }

  #renewLater(): void {
    this.#takeBack = later(this.#place.lease / RENEWALS_A_LEASE, () => this.#renewNow());
  }

  async #renewNow(): Promise<void> {
    const { connections, lease, path } = this.#place;
    const { log, epoch } = this.#taken;
    try {
      const question = { name: 'refold renew', text: this.#renew, values: [log, epoch, lease] };
      const [row] = await connections.ask(useFor('read', log), question);
      if (this.#hasGap) await this.#afterGap();
      this.#hasGap = false;
      if (row === undefined) return this.#lose(epochConflict(path, epoch, epoch + 1));
    } catch (error) {
      if (isRefoldError(error, 'LOG_CORRUPT')) return this.#lose(error);
      this.#hasGap = true; // asked again in time; without an answer the lease ends by itself
    }
    if (this.#isKept) this.#renewLater();
  }

  #lose(cause: RefoldError): void {
    if (!this.#isKept) return;
    this.#isKept = false;
    this.#lost = cause;
    this.#listener?.(cause);
  }

  /** Ends the lease, so that another writer need not wait. */
  async giveBack(): Promise<void> {
    this.#takeBack();
    if (!this.#isKept) return;
    this.#isKept = false;
    await endLease(this.#place, this.#taken);
  }
}

/** Ends a lease early, if the server can be reached: otherwise it ends by itself. */
export async function endLease(
  { connections, schema }: Pick<LeasePlace, 'connections' | 'schema'>,
  { log, epoch }: Pick<TakenLease, 'log' | 'epoch'>,
): Promise<void> {
  await connections
    .ask(useFor('write', log), {
      text: `update ${schema}.logs set lease_until = clock_timestamp(), holder = '' where log = $1 and epoch = $2`,
      values: [log, epoch],
    })
    .catch(() => {});
}

/** Why a log cannot be opened now. */
export async function lockedBy(place: LeasePlace): Promise<RefoldError> {
  const { holder, left, membersLeft } = await leaseOf(place);
  return membersLeft > 0 ? takenByMembers(place.path, membersLeft) : locked(place.path, holder, left);
}

function takenByMembers(path: string, left: number): RefoldError {
  return new RefoldError(
    'LOG_LOCKED',
    `Cannot open ${path} for one writer: several write it in turns; the last of them counts for ${left} ms unless it renews that`,
    { path, type: 'writers', hint: "Close the other stores, or open this one with writers: 'many' or readOnly" },
  );
}

function locked(path: string, holder: LogWriter | undefined, left: number): RefoldError {
  const by = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  const since = holder === undefined ? '' : `, since ${new Date(holder.startedAt).toISOString()}`;
  return new RefoldError(
    'LOG_LOCKED',
    `Cannot open ${path} for writing: it is held by ${by}${since}; its lease ends in ${left} ms unless it is renewed`,
    {
      path,
      hint: 'Close the other store, or open this one with readOnly; waitForLock waits until the lease has ended',
    },
  );
}
