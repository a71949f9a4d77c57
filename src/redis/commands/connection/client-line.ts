/** One client as a line of text, for CLIENT LIST and CLIENT INFO. */
import type { Client } from '../../calls/client.ts';
import type { ClientFacts } from '../../calls/contracts/client-parts.ts';

/** @param args of the request that the client runs now; none when it runs nothing. @param now in ms since the epoch */
export function clientLine(client: Client, facts: ClientFacts, args: readonly string[], now: number): string {
  const { fd, unreadBytes, unsentBytes, memoryBytes } = facts;
  const requestBytes = args.length === 0 ? 0 : bytesOf(args);
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', client.id],
    ['addr', client.address],
    ['laddr', client.localAddress],
    ['fd', fd],
    ['name', client.name],
    ['age', seconds(now - client.since)],
    ['idle', seconds(now - client.lastSeen)],
    ['flags', flagsOf(client)],
    ['db', client.db],
    ['sub', client.channels.size],
    ['psub', client.patterns.size],
    ['ssub', client.shardChannels.size],
    ['multi', client.transaction?.queue.length ?? -1],
    ['qbuf', requestBytes + unreadBytes],
    ['qbuf-free', 0],
    ['argv-mem', sum(args)],
    ['multi-mem', sum((client.transaction?.queue ?? []).flatMap(({ args }) => args))],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', unsentBytes],
    ['oll', 0],
    ['omem', unsentBytes],
    ['tot-mem', memoryBytes],
    ['events', client.isBlocked ? '' : 'r'],
    ['cmd', client.lastCommand === '' ? 'NULL' : client.lastCommand],
    ['user', client.user ?? '(superuser)'],
    ['redir', client.tracking?.redirect ?? -1],
    ['resp', client.reply.resp],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

function flagsOf(client: Client): string {
  const { tracking } = client;
  const flags: readonly (readonly [string, boolean])[] = [
    ['O', client.isMonitor],
    ['P', client.isSubscriber],
    ['x', client.transaction !== undefined],
    ['b', client.isBlocked],
    ['t', tracking !== undefined],
    ['R', tracking?.isRedirectBroken === true],
    ['B', tracking?.isBroadcast === true],
    ['d', client.isDirty],
    ['c', client.isClosing],
    ['U', client.isLocalSocket],
    ['e', client.isKept],
  ];
  return flags.map(([letter, isSet]) => (isSet ? letter : '')).join('') || 'N';
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + text.length, 0);
}

/** What the request took as an array of bulk strings. */
function bytesOf(args: readonly string[]): number {
  const head = 3 + String(args.length).length;
  return args.reduce((total, arg) => total + 5 + String(arg.length).length + arg.length, head);
}
