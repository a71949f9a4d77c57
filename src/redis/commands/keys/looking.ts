/** EXISTS, TYPE, KEYS, RANDOMKEY, TOUCH, DBSIZE, SCAN: what keys there are. */
import type { Call } from '../../calls/call.ts';
import { globOf } from '../../calls/glob.ts';
import { replyWithStep, scanCursor, scanOptions, scanStep } from '../../calls/scan.ts';
import { denseGet } from '../../model/dense.ts';
import { kindOf } from '../../model/values.ts';

export function exists(call: Call): void {
  call.reply.integer(call.args.slice(1).filter((key) => call.look(key) !== undefined).length);
}

export function touch(call: Call): void {
  call.reply.integer(call.args.slice(1).filter((key) => call.read(key) !== undefined).length);
}

export function type(call: Call): void {
  const value = call.look(call.args[1]!);
  call.reply.simple(value === undefined ? 'none' : kindOf(value));
}

export function dbSize(call: Call): void {
  call.reply.integer(call.database.keys.keys.length);
}

export function keys(call: Call): void {
  const pattern = call.args[1]!;
  const matches = pattern === '*' ? undefined : globOf(pattern);
  const { keys: all, expires } = call.database;
  const isLive = (key: string): boolean => {
    const at = denseGet(expires, key);
    return at === undefined || at > call.now || call.parts.isExpirySuspended();
  };
  const matching = matches === undefined ? all.keys : all.keys.filter(matches);
  call.reply.bulks(expires.keys.length === 0 ? matching : matching.filter(isLive));
}

/** Keys that RANDOMKEY draws before it takes the first that is there. */
const MOST_DRAWS = 100;

export function randomKey(call: Call): void {
  const { keys: all } = call.database;
  for (let draw = 0; draw < MOST_DRAWS && all.keys.length > 0; draw++) {
    const key = all.keys[Math.floor(Math.random() * all.keys.length)]!;
    if (call.live(key) === undefined) continue;
    call.reply.bulk(key);
    return;
  }
  // Nearly all of them have expired.
  call.reply.bulk([...all.keys].find((key) => call.live(key) !== undefined));
}

export function scan(call: Call): void {
  const { args, database, reply } = call;
  const cursor = scanCursor(args[1]!);
  const options = scanOptions(args, 2, true);
  const step = scanStep(database.keys, cursor, options.count, options.matches);
  // The names first: an expired key that is deleted moves others.
  const names = step.found.map((at) => database.keys.keys[at]!);
  const found = names.filter((key) => {
    const value = call.live(key);
    return value !== undefined && (options.type === undefined || kindOf(value) === options.type);
  });
  replyWithStep(reply, step.cursor, found.length);
  for (const key of found) reply.bulk(key);
}
