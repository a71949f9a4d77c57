/** A client: what the server remembers of one connection, whatever carries its bytes. */
import { Reply } from '../protocol/reply.ts';
import type { CommandRow, Flag } from './command.ts';

/** A command that waits for EXEC. */
export interface QueuedCommand {
  readonly row: CommandRow;
  readonly args: readonly string[];
}

/** Between MULTI and EXEC. */
export interface OpenTransaction {
  readonly queue: QueuedCommand[];
  /** Flags of the queued commands. EXEC is refused when one of them would be. */
  readonly flags: Set<Flag>;
  /** What the arguments of the queue take, roughly. */
  bytes: number;
  /** The characters that the log takes for them at most. */
  recordedCharacters: number;
  /** Whether a command could not be queued: EXEC then refuses everything. */
  isBroken: boolean;
}

/** What CLIENT TRACKING asked for: messages when a key that the client may have cached changes. */
export interface TrackingState {
  /** Whether it hears of every key with one of the prefixes, read or not. */
  readonly isBroadcast: boolean;
  readonly prefixes: Set<string>;
  /** Which reads count: all, those after CLIENT CACHING YES, or those not after CLIENT CACHING NO. */
  readonly option: 'all' | 'optin' | 'optout';
  /** Whether it hears of the changes of others only. */
  readonly isNoLoop: boolean;
  /** The id of the client that gets the messages; 0 for itself. */
  readonly redirect: number;
  isRedirectBroken: boolean;
  /** Whether CLIENT CACHING was called for the next command. */
  isCachingSet: boolean;
}

export class Client {
  readonly id: number;
  readonly reply: Reply = new Reply();
  /** When it came, in ms since the epoch. */
  readonly since: number;
  /** `host:port` of the other end, and of ours. */
  readonly address: string;
  readonly localAddress: string;
  db = 0;
  name = '';
  /** The name of the ACL user; undefined before the client has proved who it is. */
  user: string | undefined = 'default';
  /** Whether nothing more is read from it, and it is closed once its replies are sent. */
  isClosing = false;
  transaction: OpenTransaction | undefined;
  /** Set when a watched key has changed. */
  isDirty = false;
  /** Channels, patterns and shard channels that it hears. The server's publisher keeps them. */
  readonly channels: Set<string> = new Set();
  readonly patterns: Set<string> = new Set();
  readonly shardChannels: Set<string> = new Set();
  /** What CLIENT REPLY asked for. `skip` holds for the command that runs, `skip-next` for the one after it. */
  replies: 'on' | 'off' | 'skip' | 'skip-next' = 'on';
  tracking: TrackingState | undefined;
  /** Whether it reads every command that the server runs. */
  isMonitor = false;
  /** Whether it came by a socket of the file system. */
  isLocalSocket = false;
  /** Whether it is never closed to save memory. */
  isKept = false;
  /** Bytes of output that wait until what they show is durable. */
  heldBytes = 0;
  /** The last command, in lower case, and when it ended, in ms since the epoch. */
  lastCommand = '';
  lastSeen: number;
  /** Set while a command of it waits for a key or a time: what the client said is then left unread. */
  isBlocked = false;
  /** Set when the command that ran last has to wait. The dispatcher clears it. */
  hasBlocked = false;

  constructor(id: number, since: number, address: string, localAddress: string) {
    this.id = id;
    this.since = since;
    this.lastSeen = since;
    this.address = address;
    this.localAddress = localAddress;
  }

  /** Whether it hears a channel of any kind. Over RESP2 it can then do little else. */
  get isSubscriber(): boolean {
    return this.channels.size + this.patterns.size + this.shardChannels.size > 0;
  }
}
