/**
 * The rules that a reader checks in an open block. The writer checks them before the block is written.
 *
 * When readers refuse a block, everything after it is lost too, even acknowledged events. So a block that breaks a rule
 * is never written. Only the engine makes blocks, so such a block is a defect in the engine.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { LogHead, QueuedCommit } from '../log-store.ts';
import { tagCharacters } from './tag-list.ts';

/** A commit that may say at which sequence it was folded. */
type PlacedCommit = QueuedCommit & { readonly firstSequence?: number };

/** Where a log ends: what the next block must follow. */
type End = Pick<LogHead, 'sequence' | 'recordedAt'>;

/** The longest string of V8, in characters: a reader needs the text of a block as one string. */
const LONGEST_STRING = 2 ** 29 - 24;
/** A control character takes six characters in JSON. */
const LONGEST_ESCAPE = 6;
/** What a block adds to a commit's text: two numbers and brackets. */
const FRAME_CHARACTERS = 64;

/**
 * Checks the commits of a block that is to follow `end`, and gives the end after it.
 *
 * @param path names the log in the message
 * @throws RefoldError `STORE_FAILED`: a defect in refold; nothing was written
 */
export function requireReadable(commits: readonly PlacedCommit[], end: End, path: string): End {
  let { sequence, recordedAt } = end;
  const start = commits[0]?.recordedAt ?? 0;
  let characters = 0;
  for (const commit of commits) {
    const problem = problemOf(commit, sequence, recordedAt, start);
    if (problem !== undefined) throw defect(problem, sequence + 1, path);
    sequence += commit.events;
    recordedAt = commit.recordedAt;
    characters += commit.json.length + tagCharacters(commit.tags) * LONGEST_ESCAPE + FRAME_CHARACTERS;
  }
  if (characters > LONGEST_STRING) throw defect(`its block has ${characters} characters`, sequence, path);
  if (!Number.isSafeInteger(sequence)) throw defect('it ends beyond the last sequence', end.sequence + 1, path);
  return { sequence, recordedAt };
}

function problemOf(commit: PlacedCommit, after: number, notBefore: number, start: number): string | undefined {
  const { firstSequence = after + 1, events, recordedAt, json, tags } = commit;
  if (firstSequence !== after + 1) return `it was folded as ${grouped(firstSequence)}`;
  if (!Number.isSafeInteger(events) || events < 1) return `it has ${events} events`;
  if (!Number.isSafeInteger(recordedAt) || recordedAt < 0) return `its time is ${recordedAt}`;
  if (recordedAt < notBefore) return `its time ${recordedAt} is before ${notBefore}, the one before it`;
  if (!Number.isSafeInteger(recordedAt - start)) return `its time ${recordedAt} is too far from ${start}`;
  if (tags !== undefined && (tags.types.length !== events || tags.events.length !== events))
    return 'it has tags of another number of events';
  if (!isListOfLists(json)) return 'its text is not a list of events';
  return undefined;
}

const OPENING = '['.charCodeAt(0);
const CLOSING = ']'.charCodeAt(0);

/** Looks only at both ends, which is fast: the text was made from the events and nothing else. */
function isListOfLists(json: string): boolean {
  const { length } = json;
  if (json.charCodeAt(0) !== OPENING || json.charCodeAt(1) !== OPENING) return false;
  return json.charCodeAt(length - 1) === CLOSING && json.charCodeAt(length - 2) === CLOSING;
}

function defect(problem: string, sequence: number, path: string): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot write the commit at ${grouped(sequence)}: ${problem}`, {
    path,
    sequence,
    hint: 'This is a defect in refold: please report it. Nothing was written; close the store and open it again',
  });
}
