/** The table of commands: every group's rows, by name. */
import type { CommandRow } from '../calls/command.ts';
import type { Commands } from '../calls/parts.ts';
import { ACL_COMMANDS } from './acl/table.ts';
import { ADMIN_COMMANDS } from './admin/table.ts';
import { BITMAP_COMMANDS } from './bitmaps/table.ts';
import { CLUSTER_COMMANDS } from './cluster/table.ts';
import { COMMAND_COMMANDS } from './command/table.ts';
import { CONNECTION_COMMANDS } from './connection/table.ts';
import { GEO_COMMANDS } from './geo/table.ts';
import { HASH_COMMANDS } from './hashes/table.ts';
import { HYPERLOGLOG_COMMANDS } from './hyperloglog/table.ts';
import { KEY_COMMANDS } from './keys/table.ts';
import { LIST_COMMANDS } from './lists/table.ts';
import { OBSERVING_COMMANDS } from './observing/table.ts';
import { PUBSUB_COMMANDS } from './pubsub/table.ts';
import { REFOLD_COMMANDS } from './refold/table.ts';
import { SCRIPTING_COMMANDS } from './scripting/table.ts';
import { SET_COMMANDS } from './sets/table.ts';
import { SORTED_SET_COMMANDS } from './sorted-sets/table.ts';
import { STREAM_COMMANDS } from './streams/table.ts';
import { STRING_COMMANDS } from './strings/table.ts';
import { TRANSACTION_COMMANDS } from './transactions/table.ts';

const ROWS: readonly CommandRow[] = [
  ...BITMAP_COMMANDS,
  ...ACL_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...COMMAND_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...HASH_COMMANDS,
  ...GEO_COMMANDS,
  ...HYPERLOGLOG_COMMANDS,
  ...KEY_COMMANDS,
  ...LIST_COMMANDS,
  ...OBSERVING_COMMANDS,
  ...SORTED_SET_COMMANDS,
  ...REFOLD_COMMANDS,
  ...PUBSUB_COMMANDS,
  ...LIST_COMMANDS,
  ...STREAM_COMMANDS,
  ...SET_COMMANDS,
  ...STRING_COMMANDS,
  ...TRANSACTION_COMMANDS,
  ...ADMIN_COMMANDS,
  ...SCRIPTING_COMMANDS,
];

class CommandTable implements Commands {
  readonly #byName = new Map(ROWS.map((row) => [row.name, row]));
  /** Commands that have subcommands. */
  readonly #containers = new Set(
    ROWS.filter(({ name }) => name.includes('|')).map(({ name }) => this.#byName.get(name.slice(0, name.indexOf('|')))),
  );
  /** Names as clients wrote them, for a lookup without making a string. */
  readonly #bySpelling = new Map<string, CommandRow>();

  all(): readonly CommandRow[] {
    return ROWS;
  }

  find(args: readonly string[]): CommandRow | undefined {
    const spelling = args[0]!;
    const row = this.#bySpelling.get(spelling) ?? this.#learn(spelling);
    if (args.length < 2 || row === undefined || !this.#containers.has(row)) return row;
    return this.#byName.get(`${row.name}|${args[1]!.toLowerCase()}`);
  }

  #learn(spelling: string): CommandRow | undefined {
    // The name of a subcommand, `config|get`, is not something that a client may say.
    const isName = spelling.length <= LONGEST_NAME && !spelling.includes('|');
    const row = isName ? this.#byName.get(spelling.toLowerCase()) : undefined;
    // At most 2^n spellings of each name exist, so the memory has a bound.
    if (row !== undefined && this.#bySpelling.size < MOST_SPELLINGS) this.#bySpelling.set(spelling, row);
    return row;
  }
}

const LONGEST_NAME = 40;
const MOST_SPELLINGS = 2_000;

export const commandTable: Commands = new CommandTable();
