/** The logs of a schema, without opening one. */

import { RefoldError } from '../../../core/errors.ts';
import type { LogWriter } from '../../log-care.ts';
import { postgresLog } from '../postgres-source.ts';
import { SCHEMA_NAME } from '../tables/schema.ts';
import { askServer, type OverviewOptions } from './asking.ts';

/** A log as the schema lists it. */
export interface ListedLog {
  readonly name: string;
  /** The model that it belongs to; absent before a model has opened it. */
  readonly model?: string;
  readonly lastSequence: number;
  readonly epoch: number;
  /** Who has it open for writing; absent when no process has. */
  readonly holder?: LogWriter;
  /** Bytes of all its blocks. */
  readonly bytes: number;
  /** True while a copy to it is not complete. */
  readonly isUnfinished: boolean;
}

/**
 * All logs of a schema, by name. Empty where the schema has no tables of refold.
 *
 * @throws RefoldError `INVALID_OPTION`, `STORE_FAILED`
 */
export async function listLogs(url: string | undefined, options: OverviewOptions = {}): Promise<readonly ListedLog[]> {
  const { schema = 'refold', connection } = options;
  const place = placeOf(url, schema);
  return askServer(url, connection, place, async (ask) => {
    const [found] = await ask('select to_regclass($1) is not null', `${schema}.logs`);
    if (found![0] !== true) return [];
    const rows = await ask(`select l.name, (select value from ${schema}.meta m where m.log = l.log and m.key = 'model'),
    coalesce(b.last_sequence, l.trimmed_through), l.epoch,
    case when l.lease_until > clock_timestamp() then l.holder else '' end,
    (select coalesce(sum(bytes), 0) from ${schema}.blocks c where c.log = l.log)::bigint,
    exists (select 1 from ${schema}.meta m where m.log = l.log and m.key = 'unfinishedCopy')
  from ${schema}.logs l
    left join lateral (
      select last_sequence from ${schema}.blocks c where c.log = l.log order by first_sequence desc limit 1
    ) b on true
  order by l.name`);
    return rows.map((row) => {
      const [name, model, lastSequence, epoch, holder, bytes, isUnfinished] = row as readonly [
        Buffer,
        Buffer | null,
        number,
        number,
        string,
        number,
        boolean,
      ];
      const { pid, host, startedAt } = (holder === '' ? {} : JSON.parse(holder)) as Partial<LogWriter>;
      return {
        name: name.toString(),
        ...(model !== null && { model: model.toString() }),
        ...{ lastSequence, epoch, bytes, isUnfinished },
        ...(pid !== undefined && { holder: { pid, host: host!, startedAt: startedAt! } }),
      };
    });
  });
}

/** `host:port/database/schema`. @throws RefoldError `INVALID_OPTION` */
function placeOf(url: string | undefined, schema: string): string {
  if (!SCHEMA_NAME.test(schema)) {
    const message = 'Cannot list the logs: the schema is not a name of small letters, digits and underscores';
    throw new RefoldError('INVALID_OPTION', message, { type: 'schema', hint: 'Give a name such as refold' });
  }
  const { name } = postgresLog(url, { schema, name: '-' });
  return name.slice(0, -2);
}
