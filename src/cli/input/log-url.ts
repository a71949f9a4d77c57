/** The URL of a log in PostgreSQL, as people write it: `postgres://user@host/database?log=NAME&schema=SCHEMA`. Pure. */
import { RefoldError } from '../../index.ts';

/** A log in PostgreSQL, as a URL names it. */
export interface LogUrl {
  /** What the driver gets. It may hold a password. */
  readonly url: string;
  /** Which log; undefined for the default one. */
  readonly name: string | undefined;
  readonly schema: string | undefined;
  /** The same place without a password: what is printed. */
  readonly shown: string;
}

/** Whether a word of the command line means a log in PostgreSQL. */
export function isLogUrl(text: string): boolean {
  return /^\s*postgres(ql)?:/i.test(text);
}

/** Parameters that hold secrets. */
const SECRET = /pass|secret|key$/i;

/** @throws RefoldError `INVALID_OPTION` that does not repeat the text */
export function parseLogUrl(text: string): LogUrl {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) throw badUrl('it is not a URL', HINT_FORM);
  const url = new URL(trimmed);
  if (url.hash !== '') throw badUrl('it has a part after #', 'Write # in a password or a name as %23');
  const [name, schema] = [takeOne(url, 'log'), takeOne(url, 'schema')];
  return { url: url.href, name, schema, shown: shownOf(url, { log: name, schema }) };
}

const HINT_FORM =
  'Write postgres://user@host/database?log=NAME&schema=SCHEMA, with %40 for @ and %2F for / in a password; or set PGPASSWORD';

function takeOne(url: URL, parameter: string): string | undefined {
  const values = url.searchParams.getAll(parameter);
  if (values.length > 1) throw badUrl(`it has the parameter ${parameter} twice`, `Give ${parameter} once`);
  url.searchParams.delete(parameter);
  return values[0];
}

function shownOf(url: URL, own: Readonly<Record<string, string | undefined>>): string {
  const shown = new URL(url.href);
  shown.password = '';
  for (const key of [...shown.searchParams.keys()]) if (SECRET.test(key)) shown.searchParams.delete(key);
  for (const [key, value] of Object.entries(own)) if (value !== undefined) shown.searchParams.set(key, value);
  return shown.href;
}

function badUrl(why: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot use the URL of the log: ${why}`, { type: 'log', hint });
}
