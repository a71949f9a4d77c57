/** A selector: commands, keys and channels that belong together. A user has one, and may have more. */
import type { CommandRow } from '../calls/command.ts';
import { type Glob, globOf } from '../calls/glob.ts';
import { categoriesOf } from '../calls/requests/categories.ts';

/** Keys that may be read, written, or both. */
export interface KeyPattern {
  readonly pattern: string;
  readonly matches: Glob;
  canRead: boolean;
  canWrite: boolean;
}

export interface ChannelPattern {
  readonly pattern: string;
  readonly matches: Glob;
}

export class Selector {
  readonly keys: KeyPattern[] = [];
  readonly channels: ChannelPattern[] = [];
  hasAllKeys = false;
  hasAllChannels = false;
  /** Whether every command is allowed, and none was taken back. */
  hasAllCommands = false;
  /** Whether commands that come with later versions are allowed. */
  hasFutureCommands = false;
  /** Names of allowed commands; `config|get` for a subcommand. */
  readonly commands: Set<string> = new Set();
  /** For commands that are not allowed: first arguments with which they are, in lower case. */
  readonly firstArguments: Map<string, Set<string>> = new Map();

  clone(): Selector {
    const copy = new Selector();
    for (const key of this.keys) copy.keys.push({ ...key });
    copy.channels.push(...this.channels);
    copy.hasAllKeys = this.hasAllKeys;
    copy.hasAllChannels = this.hasAllChannels;
    copy.hasAllCommands = this.hasAllCommands;
    copy.hasFutureCommands = this.hasFutureCommands;
    for (const name of this.commands) copy.commands.add(name);
    for (const [name, words] of this.firstArguments) copy.firstArguments.set(name, new Set(words));
    return copy;
  }

  addKey(pattern: string, canRead: boolean, canWrite: boolean): void {
    const known = this.keys.find((each) => each.pattern === pattern);
    if (known !== undefined) {
      known.canRead ||= canRead;
      known.canWrite ||= canWrite;
    } else {
      this.keys.push({ pattern, matches: globOf(pattern), canRead, canWrite });
    }
  }

  addChannel(pattern: string): void {
    if (this.channels.some((each) => each.pattern === pattern)) return;
    this.channels.push({ pattern, matches: globOf(pattern) });
  }

  allowAll(rows: readonly CommandRow[]): void {
    for (const { name } of rows) this.commands.add(name);
    this.hasAllCommands = true;
    this.hasFutureCommands = true;
    this.firstArguments.clear();
  }

  allowNone(): void {
    this.commands.clear();
    this.hasAllCommands = false;
    this.hasFutureCommands = false;
    this.firstArguments.clear();
  }

  allow(row: CommandRow): void {
    this.commands.add(row.name);
    this.firstArguments.delete(row.name);
  }

  deny(row: CommandRow): void {
    this.commands.delete(row.name);
    this.hasAllCommands = false;
    this.firstArguments.delete(row.name);
  }

  allowFirstArgument(row: CommandRow, word: string): void {
    const words = this.firstArguments.get(row.name) ?? new Set();
    this.firstArguments.set(row.name, words.add(word.toLowerCase()));
  }
}

/** The commands of a category, subcommands among them. */
export function rowsInCategory(rows: readonly CommandRow[], category: string): readonly CommandRow[] {
  return rows.filter((row) => categoriesOf(row).has(category));
}
