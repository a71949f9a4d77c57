/** What `refold doctor` asks the server of a log: how safe it is, what holds it back, and which server it is. */
import { performance } from '../../../threads/timers.ts';
import type { LogWriter } from '../../log-care.ts';
import { postgresLog } from '../postgres-source.ts';
import { bytesOf } from '../tables/rows.ts';
import { askServer, type OverviewOptions } from './asking.ts';

/** The server of a log. */
export interface ExaminedLog {
  /** Such as `17.2`. */
  readonly version: string;
  /** Settings, as the server says them. */
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly synchronousCommit: string;
  /** The oldest transaction that keeps the server from cleaning up, and how old it is, in ms; absent without one. */
  readonly oldSnapshot?: { readonly holder: string; readonly milliseconds: number };
  /** Who writes, and for how many ms unless the lease is renewed; absent when no process has the lease. */
  readonly lease?: { readonly holder: LogWriter; readonly milliseconds: number };
  /** How far the server's clock is ahead of this machine's, in ms: known to within `within`. */
  readonly clock: { readonly ahead: number; readonly within: number };
  /** Absent where the server does not tell it. */
  readonly identity?: { readonly systemId: string; readonly timeline: number };
  /** The server of the last writer. */
  readonly lastWriter?: { readonly systemId: string; readonly timeline: number };
}

/** @throws RefoldError `INVALID_OPTION`, `STORE_FAILED` */
export async function examineLog(
  url: string | undefined,
  options: OverviewOptions & { readonly name?: string } = {},
): Promise<ExaminedLog> {
  const { schema = 'refold', name = 'default', connection } = options;
  const place = postgresLog(url, { schema, name }).name;
  return askServer(url, connection, place, async (ask) => {
    const [settings] = await ask(`select current_setting('server_version'), current_setting('fsync'),
      current_setting('full_page_writes'), current_setting('synchronous_commit')`);
    const [version, fsync, fullPageWrites, synchronousCommit] = settings as readonly string[] as [
      string,
      string,
      string,
      string,
    ];
    const asked = performance.now();
    const [told] = await ask('select (extract(epoch from clock_timestamp()) * 1000)::bigint');
    const within = (performance.now() - asked) / 2;
    const ahead = (told![0] as number) - (Date.now() - within);
    const [old] = await ask(`select what, (extract(epoch from clock_timestamp() - since) * 1000)::bigint from (
      select 'process ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '') as what, xact_start as since
      from pg_stat_activity
      where backend_xmin is not null and pid <> pg_backend_pid() and xact_start is not null
      union all
      select 'the prepared transaction ' || gid, prepared from pg_prepared_xacts
    ) holders order by since limit 1`);
    const [row] = await ask(
      `select holder, greatest(0, (extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint), system_id, timeline
       from ${schema}.logs where name = $1`,
      bytesOf(name),
    );
    const [holder, left, systemId, timeline] = (row ?? ['', 0, null, null]) as readonly [
      string,
      number,
      string | null,
      number | null,
    ];
    const identity = await ask(`select (select system_identifier::text from pg_control_system()),
        ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 8, '0'))::bit(32)::integer`).catch(
      () => undefined,
    );
    const { pid, host, startedAt } = (holder === '' ? {} : JSON.parse(holder)) as Partial<LogWriter>;
    return {
      ...{ version, fsync, fullPageWrites, synchronousCommit, clock: { ahead: Math.round(ahead), within } },
      ...(old !== undefined && { oldSnapshot: { holder: String(old[0]), milliseconds: old[1] as number } }),
      ...(left > 0 &&
        pid !== undefined && { lease: { holder: { pid, host: host!, startedAt: startedAt! }, milliseconds: left } }),
      ...(identity?.[0] !== undefined && {
        identity: { systemId: String(identity[0][0]), timeline: identity[0][1] as number },
      }),
      ...(systemId !== null && timeline !== null && { lastWriter: { systemId, timeline } }),
    };
  });
}
