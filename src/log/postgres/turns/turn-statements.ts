/** The statements of members and turns. */
import { READ_PAGE_BLOCKS } from '../../paging/verified-pages.ts';
import { CHAIN_BEFORE, OUTCOMES_BY_ID } from '../tables/read-statements.ts';
import { HOLDING, SYNCED } from '../tables/write-statements.ts';

export interface TurnStatements {
  readonly join: string;
  readonly renew: string;
  readonly leave: string;
  readonly lock: string;
  readonly state: string;
  readonly tail: string;
  readonly outcomes: string;
}

export function turnsIn(schema: string): TurnStatements {
  const before = CHAIN_BEFORE(schema, '(select min(first_sequence) from listed)');
  return {
    /** Becomes a member of the log `$1`, unless one process writes it. Then the epoch rises, and that writer is replaced. */
    join: `with settings as materialized (
    select set_config('lock_timeout', '1000', true), set_config('synchronous_commit', ${SYNCED}, true)
  ), joined as (
    update ${schema}.logs l
    set epoch = case l.writers when 'many' then l.epoch else l.epoch + 1 end,
      holder = case l.writers when 'many' then l.holder else '' end,
      members_until = greatest(l.members_until, clock_timestamp() + $3 * interval '1 ms'), writers = 'many'
    from settings
    where l.name = $1 and (l.writers = 'many' or l.lease_until <= clock_timestamp())
    returning l.log, l.log_id, l.members_until
  ), own as (
    insert into ${schema}.members (log, member, until)
    select log, $2, clock_timestamp() + $3 * interval '1 ms' from joined
    on conflict (log, member) do update set until = excluded.until
  )
  select log, log_id, members_until::text from joined`,
    /** A row that has run out cannot be renewed: another process may have opened the log in the other way since. */
    renew: `with settings as materialized (
    select set_config('synchronous_commit', 'off', true)
  ), renewed as (
    update ${schema}.members m set until = clock_timestamp() + $3 * interval '1 ms'
    from settings, ${schema}.logs l
    where l.log = $1 and l.writers = 'many' and m.log = $1 and m.member = $2 and m.until > clock_timestamp()
    returning 1
  )
  select exists (select 1 from renewed), writers, lease_until <= clock_timestamp() from ${schema}.logs where log = $1`,
    /** What the last one to join has promised ends with it. The others have rows. */
    leave: `with own as (
    delete from ${schema}.members where log = $1 and member = $2
  )
  update ${schema}.logs set members_until = clock_timestamp() where log = $1 and members_until = $3::timestamptz`,
    lock: `with settings as materialized (
    select ${HOLDING}
  )
  select l.writers, l.epoch from settings, ${schema}.logs l where l.log = $1 for update of l`,
    /** Where the log ends, and the ordinal of the newest outcome. */
    state: `select l.epoch, l.trimmed_through, l.trimmed_recorded_at, l.trimmed_chain,
    l.redactions, b.last_sequence, b.last_recorded_at, b.chain,
    coalesce((select ordinal from ${schema}.commands where log + 0 = $1 order by ordinal desc limit 1), 0)
  from ${schema}.logs l
    left join lateral (
      select last_sequence, last_recorded_at, chain from ${schema}.blocks
      where log = l.log order by first_sequence desc limit 1
    ) b on true
  where l.log = $1`,
    /** The blocks from the one that holds `$2` on, up to `$3` bytes, with the chain before the first. */
    tail: `with listed as materialized (
    select first_sequence, sum(bytes) over (order by first_sequence) as through
    from (
      select first_sequence, bytes from ${schema}.blocks
      where log = $1 and last_sequence >= $2 and first_sequence >= coalesce((
          select first_sequence from ${schema}.blocks
          where log = $1 and first_sequence <= $2 order by first_sequence desc limit 1
        ), $2)
      order by first_sequence limit ${READ_PAGE_BLOCKS}
    ) next
  )
  select first_sequence, last_sequence, recorded_at, encoding, checksum, chain,
    coalesce(packed, convert_to(json, 'UTF8')), ${before}
  from ${schema}.blocks
  where log = $1 and first_sequence between (select min(first_sequence) from listed)
    and (select max(first_sequence) from listed where through <= $3)
  order by first_sequence`,
    outcomes: OUTCOMES_BY_ID(schema),
  };
}
