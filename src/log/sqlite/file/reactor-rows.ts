/** The progress of reactors, as rows of the file. The table is made with the first reactor. */
import type { ReactorRow } from '../../log-store.ts';
import type { Connection, Statement } from './driver.ts';
import { addReactors, hasReactors } from './schema.ts';

export function readReactors(connection: Connection): readonly ReactorRow[] {
  if (!hasReactors(connection)) return [];
  const rows = connection.prepare('select name as reactor, sequence, progress from reactors order by name');
  return (rows as Statement<ReactorRow>).all();
}

/** In the caller's transaction. */
export function putReactorRow(connection: Connection, { reactor, sequence, progress }: ReactorRow): void {
  addReactors(connection);
  connection
    .prepare(
      `insert into reactors (name, sequence, progress) values (?, ?, ?)
       on conflict (name) do update set sequence = excluded.sequence, progress = excluded.progress`,
    )
    .run(reactor, sequence, progress);
}

/** In the caller's transaction. */
export function dropReactorRow(connection: Connection, reactor: string): void {
  if (hasReactors(connection)) connection.prepare('delete from reactors where name = ?').run(reactor);
}
