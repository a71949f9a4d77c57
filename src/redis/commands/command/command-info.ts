/** COMMAND and COMMAND INFO: the facts that clients read to find keys, and to know what a command does. */
import type { Call } from '../../calls/call.ts';
import type { CommandRow, KeySpec } from '../../calls/command.ts';
import type { Commands } from '../../calls/parts.ts';
import { categoriesOf } from '../../calls/requests/categories.ts';
import type { Reply } from '../../protocol/reply.ts';
import { keyFlags } from './command.ts';
import { tipsOf } from './tips.ts';

export function command({ parts, reply }: Call): void {
  const rows = topLevel(parts.commands);
  reply.array(rows.length);
  for (const row of rows) writeCommand(reply, row, parts.commands);
}

export function commandInfo(call: Call): void {
  const { args, parts, reply } = call;
  if (args.length === 2) {
    command(call);
    return;
  }
  reply.array(args.length - 2);
  for (const name of args.slice(2)) {
    const row = rowNamed(parts.commands, name);
    if (row === undefined) reply.null();
    else writeCommand(reply, row, parts.commands);
  }
}

/** The row of `get`, or of `config|get`. */
export function rowNamed(commands: Commands, name: string): CommandRow | undefined {
  const words = name.split('|');
  const row = words.length > 2 ? undefined : commands.find(words);
  return row?.name === name.toLowerCase() ? row : undefined;
}

export function topLevel(commands: Commands): readonly CommandRow[] {
  return commands.all().filter(({ name }) => !name.includes('|'));
}

/** Subcommands, with the name of their container before them. */
export function subcommandsOf({ name }: CommandRow, commands: Commands): readonly CommandRow[] {
  return commands.all().filter((each) => each.name.startsWith(`${name}|`));
}

/** Flags that only the server needs, and one that follows from the keys. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['sentinel', 'may_replicate', 'protected', 'movablekeys']);

function writeCommand(reply: Reply, row: CommandRow, commands: Commands): void {
  const flags = row.flags.filter((flag) => !NOT_SHOWN.has(flag));
  const shown = hasMovableKeys(row) ? [...flags, 'movablekeys'] : flags;
  const { first, last, step } = legacyRange(row);
  reply.array(10);
  reply.bulk(row.name);
  reply.integer(row.arity);
  reply.set(shown.length);
  for (const flag of shown) reply.simple(flag);
  for (const number of [first, last, step]) reply.integer(number);
  const categories = [...categoriesOf(row)];
  reply.set(categories.length);
  for (const category of categories) reply.simple(`@${category}`);
  const tips = tipsOf(row.name);
  reply.set(tips.length);
  for (const tip of tips) reply.bulk(tip);
  reply.set(row.keys.length);
  for (const spec of row.keys) writeKeySpec(reply, spec);
  const subcommands = subcommandsOf(row, commands);
  reply.set(subcommands.length);
  for (const each of subcommands) writeCommand(reply, each, commands);
}

/** Whether a client needs more than three numbers to find the keys. */
function hasMovableKeys({ keys, keysOf }: CommandRow): boolean {
  return keysOf !== undefined || keys.some((spec) => rangeOf(spec) === undefined);
}

interface Range {
  readonly first: number;
  /** Relative to the first, or from the end when negative. */
  readonly last: number;
  readonly step: number;
}

function rangeOf({ begin, find }: KeySpec): Range | undefined {
  if (typeof begin !== 'number' || find === 'unknown' || 'keynum' in find) return undefined;
  return { first: begin, last: find.last, step: find.step };
}

/** The keys as first, last and step, as far as that can tell them. */
function legacyRange({ keys }: CommandRow): Range {
  const none = { first: 0, last: 0, step: 0 };
  const ranges = keys.map(rangeOf).filter((range) => range !== undefined);
  const [only] = ranges;
  if (only === undefined) return none;
  if (keys.length === 1) return { ...only, last: endOf(only) };
  let end = 0;
  for (const range of ranges) {
    if (range.step !== 1) return none;
    if (end < 0 || (end > 0 && range.first !== end + 1)) break;
    end = endOf(range);
  }
  return { first: only.first, last: end, step: 1 };
}

function endOf({ first, last }: Range): number {
  return last >= 0 ? first + last : last;
}

function writeKeySpec(reply: Reply, { begin, find, flags }: KeySpec): void {
  const words = keyFlags(flags);
  reply.map(3);
  reply.bulk('flags');
  reply.set(words.length);
  for (const word of words) reply.simple(word);
  reply.bulk('begin_search');
  if (begin === 'unknown') writeSpec(reply, 'unknown', {});
  else if (typeof begin === 'number') writeSpec(reply, 'index', { index: begin });
  else writeSpec(reply, 'keyword', { keyword: begin.keyword, startfrom: begin.from });
  reply.bulk('find_keys');
  if (find === 'unknown') writeSpec(reply, 'unknown', {});
  else if ('keynum' in find) {
    writeSpec(reply, 'keynum', { keynumidx: find.keynum, firstkey: find.first, keystep: find.step });
  } else writeSpec(reply, 'range', { lastkey: find.last, keystep: find.step, limit: find.limit });
}

function writeSpec(reply: Reply, type: string, spec: { readonly [name: string]: string | number }): void {
  reply.map(2);
  reply.bulk('type');
  reply.bulk(type);
  reply.bulk('spec');
  const entries = Object.entries(spec);
  reply.map(entries.length);
  for (const [name, value] of entries) {
    reply.bulk(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulk(value);
  }
}
