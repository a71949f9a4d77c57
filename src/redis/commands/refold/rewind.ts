/** REFOLD.REWIND: brings keys back to what they were, by new events. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { Former, FormerKey } from '../../calls/contracts/past.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { formerKeys } from '../../plain/former-keys.ts';
import { parseMoment } from './at.ts';

/** The largest rewind, in characters of commands: it has to fit into one commit. */
const LARGEST_REWIND = 32 * 1024 * 1024;

/**
 * `REFOLD.REWIND sequence|time KEYS pattern`: the keys of this database that match become what they were at that moment;
 * those that were not there are deleted. The reply is how many keys changed. It is one commit.
 */
export function rewind(call: Call): void {
  const { args, client, parts } = call;
  const [, momentText = '', word, pattern = ''] = args;
  const moment = parseMoment(momentText);
  if (!isOption(word, 'KEYS')) throw syntaxError();
  const { db } = client;
  parts.tasks.wait(client, parts.past.former(moment, db, pattern), (former) => restore(call, db, pattern, former));
}

function restore(call: Call, db: number, pattern: string, { keys }: Former): void {
  const { reply } = call;
  const now = call.atThisTurn();
  const present = new Map(formerKeys(now.database, pattern, now.now).map((each) => [each.key, textOf(each)]));
  const changed = keys.filter((each) => present.get(each.key) !== textOf(each));
  const former = new Set(keys.map(({ key }) => key));
  const gone = [...present.keys()].filter((key) => !former.has(key));
  if (changed.reduce((sum, each) => sum + textOf(each).length, 0) > LARGEST_REWIND) {
    throw new CommandError('ERR that is too much for one commit: rewind fewer keys at a time');
  }
  now.requireCommitRoom('', [...gone, ...changed.flatMap(({ commands }) => commands.flat())]);
  for (const key of gone) deleteKey(now, db, key);
  for (const each of changed) makeAgain(now, db, each);
  reply.integer(gone.length + changed.length);
}

function makeAgain(call: Call, db: number, { key, commands }: FormerKey): void {
  if (call.peek(key, db) !== undefined) deleteKey(call, db, key);
  const { client, parts, reply } = call;
  const selected = client.db;
  client.db = db;
  const mark = reply.mark();
  for (const args of commands) parts.dispatch.runQueued(client, { row: parts.commands.find(args)!, args });
  reply.rewind(mark); // their replies are not for the client
  client.db = selected;
  call.notify('g', 'restore', key, db);
}

function deleteKey(call: Call, db: number, key: string): void {
  call.apply('KeyDeleted', { db, key });
  call.notify('g', 'del', key, db);
}

/** One text for each value, to compare two of them. */
function textOf({ commands }: FormerKey): string {
  return JSON.stringify(commands);
}
