/**
 * What the server knows of a command: a row of the table. COMMAND, ACL and the dispatcher read it.
 *
 * To add a command, write a function in a file of its group, and a row in the group's table.
 */
import type { Call } from './call.ts';

/** Redis's flags, as COMMAND INFO names them. */
export type Flag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'asking'
  | 'fast'
  | 'no_auth'
  | 'may_replicate'
  | 'sentinel'
  | 'protected'
  | 'no_async_loading'
  | 'no_multi'
  | 'movablekeys'
  | 'allow_busy';

/** Where the keys of a command stand among its arguments, as COMMAND INFO tells it. */
export interface KeySpec {
  /** Upper-case flags: `RW ACCESS UPDATE`, separated by spaces. */
  readonly flags: string;
  /** The position of the first key, or the word that comes before it. */
  readonly begin: number | { readonly keyword: string; readonly from: number } | 'unknown';
  /** The last key, relative to the first (negative: from the end), and the distance between keys; or a count before the keys. */
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit: number }
    | { readonly keynum: number; readonly first: number; readonly step: number }
    | 'unknown';
}

/** One command of the table. */
export interface CommandRow {
  /** In lower case; `config|get` for a subcommand. */
  readonly name: string;
  /** How many arguments, with the name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** ACL categories without `@`, beyond those that the flags imply. */
  readonly categories: readonly string[];
  readonly keys: readonly KeySpec[];
  readonly group: string;
  readonly since: string;
  readonly complexity?: string;
  /** One line for COMMAND DOCS. */
  readonly summary?: string;
  /** Runs the command: reads, gives effects, writes one reply. Absent for a container, which has subcommands. */
  readonly run?: (call: Call) => void;
  /** The keys of a request, where the specs cannot tell them. */
  readonly keysOf?: (args: readonly string[]) => readonly string[];
}
