/** EXPIRE and its like, TTL and its like, PERSIST: how long keys stay. */
import { int64Argument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { denseGet } from '../../model/dense.ts';
import { INT64_MAX, INT64_MIN } from '../../protocol/numbers.ts';

/** How a command says when a key expires. */
interface Clock {
  readonly unitMs: 1 | 1000;
  /** Whether the number counts from now. */
  readonly isRelative: boolean;
}

export const expire: (call: Call) => void = (call) => expireBy(call, { unitMs: 1000, isRelative: true });
export const expireAt: (call: Call) => void = (call) => expireBy(call, { unitMs: 1000, isRelative: false });
export const pExpire: (call: Call) => void = (call) => expireBy(call, { unitMs: 1, isRelative: true });
export const pExpireAt: (call: Call) => void = (call) => expireBy(call, { unitMs: 1, isRelative: false });

function expireBy(call: Call, clock: Clock): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const condition = conditionOf(args);
  const at = timeOf(call, args[2]!, clock);
  const isThere = call.peek(key) !== undefined;
  if (!isThere || !condition(at, denseGet(call.database.expires, key))) {
    reply.integer(0);
    return;
  }
  if (at <= call.now) {
    call.apply('KeyDeleted', { db: client.db, key });
    call.notify('g', 'del', key);
  } else {
    call.apply('ExpirySet', { db: client.db, key, at });
    call.notify('g', 'expire', key);
  }
  reply.integer(1);
}

/** Whether the new time is wanted. `now` is undefined for a key that stays. */
type Condition = (at: number, current: number | undefined) => boolean;

const OPTIONS: { readonly [name: string]: Condition } = {
  NX: (_, current) => current === undefined,
  XX: (_, current) => current !== undefined,
  GT: (at, current) => current !== undefined && at > current,
  LT: (at, current) => current === undefined || at < current,
};

/** @throws CommandError */
function conditionOf(args: readonly string[]): Condition {
  const names = new Set<string>();
  for (const arg of args.slice(3)) {
    const name = Object.keys(OPTIONS).find((option) => isOption(arg, option));
    if (name === undefined) throw new CommandError(`ERR Unsupported option ${arg}`);
    names.add(name);
  }
  if (names.has('NX') && names.size > 1) {
    throw new CommandError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (names.has('GT') && names.has('LT')) {
    throw new CommandError('ERR GT and LT options at the same time are not compatible');
  }
  return (at, current) => [...names].every((name) => OPTIONS[name]!(at, current));
}

/** The time in ms since the epoch. One beyond the year 287396 is that year. @throws CommandError */
function timeOf({ args, now }: Call, text: string, { unitMs, isRelative }: Clock): number {
  const ms = int64Argument(text) * BigInt(unitMs);
  const at = ms + (isRelative ? BigInt(now) : 0n);
  if (ms > INT64_MAX || ms < INT64_MIN || at > INT64_MAX) {
    throw new CommandError(`ERR invalid expire time in '${args[0]!.toLowerCase()}' command`);
  }
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(at)));
}

export const ttl: (call: Call) => void = (call) => replyTime(call, (at, now) => seconds(Math.max(0, at - now)));
export const pTtl: (call: Call) => void = (call) => replyTime(call, (at, now) => Math.max(0, at - now));
export const expireTime: (call: Call) => void = (call) => replyTime(call, seconds);
export const pExpireTime: (call: Call) => void = (call) => replyTime(call, (at) => at);

/** -2 for a missing key, -1 for one that stays. */
function replyTime(call: Call, say: (at: number, now: number) => number): void {
  const key = call.args[1]!;
  if (call.look(key) === undefined) {
    call.reply.integer(-2);
    return;
  }
  const at = denseGet(call.database.expires, key);
  call.reply.integer(at === undefined ? -1 : say(at, call.now));
}

function seconds(ms: number): number {
  return Math.floor((ms + 500) / 1000);
}

export function persist(call: Call): void {
  const key = call.args[1]!;
  const expires = call.peek(key) !== undefined && denseGet(call.database.expires, key) !== undefined;
  if (expires) {
    call.apply('ExpiryRemoved', { db: call.client.db, key });
    call.notify('g', 'persist', key);
  }
  call.reply.integer(expires ? 1 : 0);
}
