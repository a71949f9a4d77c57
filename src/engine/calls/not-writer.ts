/** The refusals of a store that is not the writer of its log: `NOT_WRITER`. */
import { RefoldError } from '../../core/errors.ts';
import type { LogWriter } from '../../log/log-care.ts';
import type { LogStore } from '../../log/log-store.ts';

/** Another writer has taken over the log. @param cause what the log said */
export function deposed(path: string, cause: RefoldError): RefoldError {
  return new RefoldError('NOT_WRITER', `Cannot write to ${path} any more: another writer has taken over`, {
    path,
    cause,
    hint: 'Nothing was written: make the call in the process that writes now',
  });
}

/** A replica was asked to write. @param holder who has the log open for writing; undefined when that is not known */
export function notTheWriter(action: string, path: string, holder: LogWriter | undefined): RefoldError {
  const named = holder === undefined ? 'No writer is known at the moment' : `The writer is ${nameOf(holder)}`;
  return new RefoldError('NOT_WRITER', `Cannot ${action}: the store on ${path} is a replica now. ${named}`, {
    path,
    hint: 'Nothing was written: make the call in the process that writes, or again once store.role is writer',
  });
}

function nameOf({ pid, host, startedAt }: LogWriter): string {
  return `process ${pid} on ${host} since ${new Date(startedAt).toISOString()}`;
}

/** Who has the log open for writing, if the log can tell. Never rejects. */
export async function holderOf(log: LogStore): Promise<LogWriter | undefined> {
  try {
    return await log.care?.writer?.();
  } catch {
    return undefined;
  }
}

/** A call was begun by a writer that was deposed before it ended. @param error what the call threw */
export function endedByTakeover(path: string, error: unknown): RefoldError {
  return new RefoldError('NOT_WRITER', `Cannot finish the call on ${path}: another writer has taken over`, {
    path,
    cause: error,
    hint: 'Part of it may be done: look, and make the call again in the process that writes now',
  });
}
