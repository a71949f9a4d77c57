/** XCLAIM and XAUTOCLAIM: entries that are pending for another consumer. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { batchesOf } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { plainStreamId } from '../../model/stream-ids.ts';
import type { Group, Pending, Stream } from '../../model/values.ts';
import { parseInt64 } from '../../protocol/numbers.ts';
import { type ClaimOptions, claimOptions } from './claim-options.ts';
import { meetConsumer } from './consumers.ts';
import { replyEntry } from './entries.ts';
import { parseId, startArgument } from './ids.ts';
import { acknowledge, noGroup } from './pending.ts';

/** Where a claim takes place, and for whom. */
interface Claim {
  readonly key: string;
  readonly groupName: string;
  readonly consumer: string;
  readonly stream: Stream;
  readonly group: Group;
  readonly minIdleMs: number;
}

/** Ids in the sortable spelling. */
interface Outcome {
  readonly claimed: { readonly id: string; readonly deliveries: number }[];
  /** Entries that were pending, and are not in the stream any more. */
  readonly deleted: string[];
}

export function xclaim(call: Call): void {
  const { args, client } = call;
  const { stream, group } = requireGroup(call);
  const claim = { ...claimOf(call, 'XCLAIM'), stream, group };
  const ids: string[] = [];
  for (let at = 5; at < args.length; at++) {
    const id = parseId(args[at]!);
    if (id === undefined) break;
    ids.push(id);
  }
  const options = claimOptions(call, 5 + ids.length);
  const { key, groupName } = claim;
  if (options.lastId > group.lastId) {
    const lastId = plainStreamId(options.lastId);
    call.apply('GroupPositionSet', { db: client.db, key, group: groupName, lastId, entriesRead: group.entriesRead });
  }
  const outcome = planClaims(call, claim, new Set(ids), options);
  apply(call, claim, outcome, options.deliveredAt);
  replyClaimed(call, claim, outcome, options.isJustId);
}

/** Looks at ten pending entries for each that it may claim, and answers where to go on. */
export function xautoclaim(call: Call): void {
  const { args } = call;
  const partial = claimOf(call, 'XAUTOCLAIM');
  const from = startArgument(args[5]!);
  const { count, isJustId } = automaticOptions(args);
  const claim = { ...partial, ...requireGroup(call) };
  const { outcome, next } = scan(call, claim, from, count, isJustId);
  apply(call, claim, outcome, call.now);
  call.reply.array(3);
  call.reply.bulk(next === undefined ? '0-0' : plainStreamId(next));
  replyClaimed(call, claim, outcome, isJustId);
  call.reply.bulks(outcome.deleted.map(plainStreamId));
}

function planClaims(call: Call, claim: Claim, ids: ReadonlySet<string>, options: ClaimOptions): Outcome {
  const { stream, group, minIdleMs } = claim;
  const outcome: Outcome = { claimed: [], deleted: [] };
  for (const id of ids) {
    const pending = group.pending.get(id);
    if (!stream.entries.has(id)) {
      if (pending !== undefined) outcome.deleted.push(id);
      continue;
    }
    if (pending === undefined && !options.isForced) continue;
    if (pending !== undefined && !isIdle(call, pending, minIdleMs)) continue;
    const before = pending?.deliveries ?? 1;
    outcome.claimed.push({ id, deliveries: options.deliveries ?? before + (options.isJustId ? 0 : 1) });
  }
  return outcome;
}

function scan(
  call: Call,
  { stream, group, minIdleMs }: Claim,
  from: string,
  count: number,
  isJustId: boolean,
): { readonly outcome: Outcome; readonly next: string | undefined } {
  const outcome: Outcome = { claimed: [], deleted: [] };
  let looked = 0;
  for (const [id, pending] of group.pending.range({ from })) {
    const taken = outcome.claimed.length + outcome.deleted.length;
    if (taken >= count || looked >= count * LOOKED_AT) return { outcome, next: id };
    looked++;
    if (!stream.entries.has(id)) outcome.deleted.push(id);
    else if (isIdle(call, pending, minIdleMs)) {
      outcome.claimed.push({ id, deliveries: pending.deliveries + (isJustId ? 0 : 1) });
    }
  }
  return { outcome, next: undefined };
}

const LOOKED_AT = 10;

function isIdle({ now }: Call, pending: Pending, minIdleMs: number): boolean {
  return minIdleMs === 0 || now - pending.deliveredAt >= minIdleMs;
}

function apply(call: Call, claim: Claim, { claimed, deleted }: Outcome, at: number): void {
  const { key, groupName, consumer, group } = claim;
  const on = { db: call.client.db, key, group: groupName };
  if (claimed.length > 0) meetConsumer(call, { key, group: groupName, consumer }, group);
  acknowledge(call, on, deleted.map(plainStreamId));
  const deliveries = new Map(claimed.map(({ id, deliveries }) => [plainStreamId(id), deliveries]));
  for (const ids of batchesOf([...deliveries.keys()])) {
    const counts = ids.map((id) => deliveries.get(id)!);
    call.apply('EntriesClaimed', { ...on, consumer, ids, deliveries: counts, at }, ids.length);
  }
}

function replyClaimed(call: Call, { stream }: Claim, { claimed }: Outcome, isJustId: boolean): void {
  call.reply.array(claimed.length);
  for (const { id } of claimed) {
    if (isJustId) call.reply.bulk(plainStreamId(id));
    else replyEntry(call, id, stream.entries.get(id));
  }
}

/** @throws CommandError NOGROUP */
function requireGroup(call: Call): Pick<Claim, 'stream' | 'group'> {
  const [, key = '', name = ''] = call.args;
  const stream = peekCollection<Stream>(call, key, 'stream');
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined) throw noGroup(key, name);
  return { stream, group };
}

function claimOf({ args }: Call, command: string): Omit<Claim, 'stream' | 'group'> {
  const [, key = '', groupName = '', consumer = '', idle = ''] = args;
  const minIdleMs = Math.max(longArgument(idle, `ERR Invalid min-idle-time argument for ${command}`), 0);
  return { key, groupName, consumer, minIdleMs };
}

const CLAIMED_AT_ONCE = 100;
const LARGEST_COUNT = (2n ** 63n - 1n) / 16n;

function automaticOptions(args: readonly string[]): { readonly count: number; readonly isJustId: boolean } {
  let count = CLAIMED_AT_ONCE;
  let isJustId = false;
  for (let at = 6; at < args.length; at++) {
    if (isOption(args[at], 'COUNT') && at + 1 < args.length) {
      const given = parseInt64(args[++at]!);
      if (given === undefined || given < 1 || given > LARGEST_COUNT) throw new CommandError('ERR COUNT must be > 0');
      count = Number(given);
    } else if (isOption(args[at], 'JUSTID')) {
      isJustId = true;
    } else {
      throw syntaxError();
    }
  }
  return { count, isJustId };
}
