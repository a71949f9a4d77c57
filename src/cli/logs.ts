/**
 * Which log a word of the command line means: a file, or a log in PostgreSQL.
 *
 * From the URL of a log only the part without its password goes on through a command. What is printed cannot hold the password then.
 */
import { type LogSource, RefoldError } from '../index.ts';
import { type PostgresLogOptions, postgresLog } from '../postgres.ts';
import { isLogUrl, type LogUrl, parseLogUrl } from './input/log-url.ts';

const named = new Map<string, LogUrl>();

/** The word as a command may print it: a URL without its password. @throws RefoldError `INVALID_OPTION` */
export function nameLog(word: string): string {
  if (!isLogUrl(word)) return word;
  const parsed = parseLogUrl(word);
  named.set(parsed.shown, parsed);
  return parsed.shown;
}

/** The log for the calls that take `path` or `log`. @param name as `nameLog` gave it */
export function whereIs(name: string): { readonly path: string } | { readonly log: LogSource } {
  const log = sourceOf(name);
  return log === undefined ? { path: name } : { log };
}

/** The source of a log in PostgreSQL; undefined for a file. */
export function sourceOf(name: string): LogSource | undefined {
  const found = urlOf(name);
  if (found === undefined) return undefined;
  const options: PostgresLogOptions = {
    ...(found.name !== undefined && { name: found.name }),
    ...(found.schema !== undefined && { schema: found.schema }),
  };
  return postgresLog(found.url, options);
}

/** The URL behind a name; undefined for a file. */
export function urlOf(name: string): LogUrl | undefined {
  return named.get(name) ?? (isLogUrl(name) ? parseLogUrl(name) : undefined);
}

/** @param action completes "Cannot …" @throws RefoldError `INVALID_OPTION` for a log in PostgreSQL */
export function requireNoUrl(action: string, name: string, hint: string): void {
  if (!isLogUrl(name)) return;
  const message = `Cannot ${action} ${parseLogUrl(name).shown}: it is a log in PostgreSQL`;
  throw new RefoldError('INVALID_OPTION', message, { type: 'file', hint });
}

/** @throws RefoldError what opening a log in PostgreSQL throws; `INVALID_OPTION` when there is no such log */
export async function requireLog(source: LogSource): Promise<void> {
  const log = await source.open({ readOnly: true });
  await log.close();
}
