/** Whether a user may run a request: the command, its keys and its channels. */
import type { CommandRow } from '../calls/command.ts';
import { hasKeys, keysOfRequest } from '../calls/requests/keys-of.ts';
import type { Selector } from './selector.ts';
import type { User } from './user.ts';

/** What was forbidden, and the command, key or channel that it was about. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  readonly object: string;
  /** How far the check of arguments came. */
  readonly position: number;
}

/** One of the selectors has to allow everything. When none does, the denial that came farthest is given. */
export function denialOf(user: User, row: CommandRow, args: readonly string[]): Denial | undefined {
  if (user.isUnrestricted) return undefined;
  let worst: Denial | undefined;
  for (const selector of user.selectors) {
    const denial = denialBy(selector, row, args);
    if (denial === undefined) return undefined;
    if (worst === undefined || isFarther(denial, worst)) worst = denial;
  }
  return worst;
}

const RANKS = { command: 1, key: 2, channel: 3 } as const;

function isFarther(one: Denial, other: Denial): boolean {
  const [rank, otherRank] = [RANKS[one.reason], RANKS[other.reason]];
  return rank > otherRank || (rank === otherRank && one.position > other.position);
}

function denialBy(selector: Selector, row: CommandRow, args: readonly string[]): Denial | undefined {
  if (!mayRun(selector, row, args)) return { reason: 'command', object: row.name, position: 0 };
  return deniedKey(selector, row, args) ?? deniedChannel(selector, row, args);
}

function mayRun(selector: Selector, row: CommandRow, args: readonly string[]): boolean {
  if (selector.hasAllCommands || selector.commands.has(row.name) || row.flags.includes('no_auth')) return true;
  const words = selector.firstArguments.get(row.name);
  return words !== undefined && args.length > 1 && words.has(args[1]!.toLowerCase());
}

function deniedKey(selector: Selector, row: CommandRow, args: readonly string[]): Denial | undefined {
  if (selector.hasAllKeys || !hasKeys(row)) return undefined;
  for (const [position, { flags, key }] of (keysOfRequest(row, args) ?? []).entries()) {
    if (flags.includes('NOT_KEY')) continue;
    const reads = flags.includes('ACCESS');
    const writes = /INSERT|DELETE|UPDATE/.test(flags);
    const isAllowed = selector.keys.some(
      ({ canRead, canWrite, matches }) => (!reads || canRead) && (!writes || canWrite) && matches(key),
    );
    if (!isAllowed) return { reason: 'key', object: key, position };
  }
  return undefined;
}

/** Where the channels of a command stand, and whether they are patterns, which have to be allowed literally. */
const CHANNELS: {
  readonly [name: string]: { readonly from: number; readonly to?: number; readonly isPattern?: boolean };
} = {
  publish: { from: 1, to: 2 },
  spublish: { from: 1, to: 2 },
  subscribe: { from: 1 },
  ssubscribe: { from: 1 },
  psubscribe: { from: 1, isPattern: true },
};

function deniedChannel(selector: Selector, row: CommandRow, args: readonly string[]): Denial | undefined {
  const place = CHANNELS[row.name];
  if (selector.hasAllChannels || place === undefined) return undefined;
  for (const [position, channel] of args.slice(place.from, place.to).entries()) {
    if (!mayHear(selector, channel, place.isPattern === true)) return { reason: 'channel', object: channel, position };
  }
  return undefined;
}

function mayHear({ channels, hasAllChannels }: Selector, channel: string, isPattern: boolean): boolean {
  if (hasAllChannels) return true;
  return channels.some(({ matches, pattern }) => (isPattern ? pattern === channel : matches(channel)));
}

/** Whether the user may still hear everything that a client has subscribed to. */
export function mayHearAll(user: User, channels: Iterable<string>, patterns: Iterable<string>): boolean {
  const isAllowed = (name: string, isPattern: boolean) =>
    user.selectors.some((selector) => mayHear(selector, name, isPattern));
  return (
    [...channels].every((channel) => isAllowed(channel, false)) &&
    [...patterns].every((pattern) => isAllowed(pattern, true))
  );
}

/** Whether the user may run the command, and read any key: SORT reads keys that no argument names. */
export function mayReadEverything(user: User, row: CommandRow, args: readonly string[]): boolean {
  return user.selectors.some(
    (selector) =>
      denialBy(selector, row, args) === undefined &&
      (selector.hasAllKeys || selector.keys.some(({ canRead, pattern }) => canRead && pattern === '*')),
  );
}
