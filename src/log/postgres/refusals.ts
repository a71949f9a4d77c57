/** What PostgreSQL and its driver say, as errors of refold. Nothing here repeats a password: only the server's words are told. */
import { RefoldError } from '../../core/errors.ts';

/** The server was not reached, or did not answer: whether it did what was asked is unknown. */
export class ConnectionLost extends Error {}

interface Answered {
  readonly code?: unknown;
  readonly message?: unknown;
}

/**
 * @returns `ConnectionLost` where it is unknown what the server did; a RefoldError for what it refused
 */
export function refusalOf(error: unknown, place: string): Error {
  if (error instanceof ConnectionLost || error instanceof RefoldError) return error;
  const { code, message } = (error ?? {}) as Answered;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return new ConnectionLost(String(message ?? error));
  if (isLostConnection(code)) return new ConnectionLost(String(message));
  const told = `Cannot use ${place}: PostgreSQL says: ${String(message)} (${code})`;
  if (code === '53100')
    return new RefoldError('LOG_FULL', told, { path: place, hint: 'Make room on the disk of the server' });
  return new RefoldError('STORE_FAILED', told, { path: place, hint: hintOf(code) });
}

/** Classes of SQLSTATE: connections (08), an ending server (57P01 to 57P05), too many connections (53300). */
function isLostConnection(code: string): boolean {
  return code.startsWith('08') || /^57P0[1-5]$/.test(code) || code === '53300' || code === '25P03';
}

function hintOf(code: string): string {
  if (code.startsWith('28')) return 'Check user and password';
  if (code === '3D000') return 'Create the database first';
  if (code === '42501') return 'Give the user rights on the schema, or open the log once as its owner';
  return 'Look into the log of the server';
}
