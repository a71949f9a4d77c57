/** An event from elsewhere that a log without a model takes: read once, checked, and made a commit. Its schema is not known. */
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { EventMeta } from '../../core/event.ts';
import { isParts } from '../../core/parts.ts';
import { encodeCommit } from '../../log/blocks/block.ts';
import type { QueuedCommit } from '../../log/log-store.ts';
import { isCommandId } from '../writing/commands.ts';
import { admitMeta } from '../writing/intake/values.ts';
import { ownCopy, shown } from './past-event.ts';

/** An event from elsewhere, for import. Its `sequence` is ignored; its `recordedAt` is kept. */
export interface ImportedEvent {
  readonly type: string;
  readonly version?: number | undefined;
  readonly recordedAt?: number | undefined;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
  /** The id of the call that recorded it, if there was one: 1 to 200 characters. */
  readonly commandId?: string | undefined;
}

/** An event as a commit, and the time that it had. */
interface AdmittedImport {
  readonly commit: QueuedCommit;
  readonly given: number;
}

/**
 * The commit of an event.
 *
 * @param event as it was given: it may be anything, and reading it may throw
 * @param sequence that the event would have
 * @param notBefore the time of the event before it
 * @throws RefoldError `EVENT_REJECTED`
 */
export function admitImported(event: unknown, sequence: number, notBefore: number): AdmittedImport {
  const { type, version = 1, recordedAt = Date.now(), data, meta, commandId } = readImported(event, sequence);
  if (typeof type !== 'string' || type === '') throw badImport('its type is not a string', sequence);
  if (!Number.isSafeInteger(version) || version < 1)
    throw badImport(`its version is ${shown(version)}`, sequence, type);
  if (!Number.isSafeInteger(recordedAt) || recordedAt < 0)
    throw badImport(`its recordedAt is ${shown(recordedAt)}`, sequence, type);
  if (commandId !== undefined && !isCommandId(commandId))
    throw badImport('its commandId is not a string of 1 to 200 characters', sequence, type);
  const copy = { type, version, data: ownCopy(data, type, sequence) };
  const payload = meta === undefined ? copy : { ...copy, meta: admitMeta(undefined, meta, { type, sequence }) };
  const commit = { events: 1, recordedAt: Math.max(recordedAt, notBefore), json: encodeCommit([payload]), commandId };
  return { commit, given: recordedAt };
}

/** A getter or proxy of the application may throw. */
function readImported(event: unknown, sequence: number): Partial<ImportedEvent> {
  try {
    if (isParts(event)) return { ...event };
  } catch (error) {
    throw badImport(`reading it threw: ${messageOf(error)}`, sequence);
  }
  throw badImport('it is not an object', sequence);
}

function badImport(problem: string, sequence: number, type?: string): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot import the event that would be ${grouped(sequence)}: ${problem}`, {
    sequence,
    ...(type === undefined ? {} : { type }),
    hint: 'An event is { type, data, version?, recordedAt?, meta?, commandId? }, as refold events prints them',
  });
}
