/** What PostgreSQL and its driver say, as errors of refold. Nothing here repeats a password: only the server's words are told. */
import { RefoldError } from '../../../core/errors.ts';

/** The server was not reached, or did not answer: whether it did what was asked is unknown. */
export class ConnectionLost extends Error {}

/**
 * The server did not do what was asked, and would do it another time: it waited too long for a lock, met a deadlock, or does not know a
 * prepared statement.
 */
export class ServerBusy extends Error {}

interface Answered {
  readonly code?: unknown;
  readonly message?: unknown;
  /** Only the server's own messages have it. */
  readonly severity?: unknown;
}

/**
 * @returns `ConnectionLost` where it is unknown what the server did; `ServerBusy` where it may be asked again; a RefoldError for
 * what it refused
 */
export function refusalOf(error: unknown, place: string): Error {
  if (error instanceof ConnectionLost || error instanceof ServerBusy || error instanceof RefoldError) return error;
  const { code, message, severity } = (error ?? {}) as Answered;
  if (typeof code !== 'string' || typeof severity !== 'string') return new ConnectionLost(String(message ?? error));
  if (isLostConnection(code)) return new ConnectionLost(String(message));
  if (ASKED_AGAIN.has(code) || isStatementLost(error)) return new ServerBusy(String(message));
  const told = `Cannot use ${place}: PostgreSQL says: ${String(message)} (${code})`;
  if (code === '53100')
    return new RefoldError('LOG_FULL', told, { path: place, hint: 'Make room on the disk of the server' });
  return new RefoldError('STORE_FAILED', told, { path: place, hint: hintOf(code) });
}

/** The server was asked for as long as it may take, and did not answer. */
export function unreachable(path: string, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot reach ${path}: ${(cause as Error).message}`, {
    path,
    hint: 'Check that the server runs and can be reached from here, then try again',
  });
}

/** Whether a pool has given the question to a connection that has other prepared statements than this client thinks. */
export function isStatementLost(error: unknown): boolean {
  const { code } = (error ?? {}) as Answered;
  return code === '42P05' || code === '26000';
}

/** Waits for a lock (55P03), deadlocks (40P01), conflicts between transactions (40001). */
const ASKED_AGAIN: ReadonlySet<string> = new Set(['55P03', '40P01', '40001']);

/**
 * Classes of SQLSTATE: connections (08), a cancelled statement and an ending server (57014, 57P01 to 57P05), too many connections
 * (53300), a transaction that was ended because it was idle (25P03), a standby that is not promoted yet (25006).
 */
function isLostConnection(code: string): boolean {
  return (
    code.startsWith('08') || /^57(014|P0[1-5])$/.test(code) || code === '53300' || code === '25P03' || code === '25006'
  );
}

function hintOf(code: string): string {
  if (code.startsWith('28')) return 'Check user and password';
  if (code === '3D000') return 'Create the database first';
  if (code === '42501') return 'Give the user rights on the schema, or open the log once as its owner';
  return 'Look into the log of the server';
}
