/** Where a log lies: its server, database, schema and name. Never the password. */

export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** `host:port/database/schema/log`: how messages name the log. */
export function placeText({ host, port, database, schema, name }: PostgresPlace): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}/${schema}/${name}`;
}
