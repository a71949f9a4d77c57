/** Users as text: the rules that make them. */
import type { CommandRow } from '../calls/command.ts';
import { CATEGORIES } from '../calls/requests/categories.ts';
import { rowsInCategory, Selector } from './selector.ts';
import type { User } from './user.ts';

/** The rules of a user, as ACL LIST and ACL files have them, without its name. */
export function describeUser(user: User, rows: readonly CommandRow[]): string {
  const words = [...flagsOf(user), ...[...user.passwords].map((hash) => `#${hash}`)];
  const [root, ...others] = user.selectors.map((selector) => describeSelector(selector, rows));
  return [...words, root, ...others.map((text) => `(${text})`)].join(' ');
}

/** As ACL GETUSER has them. */
export function flagsOf(user: User): readonly string[] {
  const flags = [user.isOn ? 'on' : 'off'];
  if (user.needsNoPassword) flags.push('nopass');
  if (user.sanitizing !== undefined) flags.push(user.sanitizing);
  return flags;
}

function describeSelector(selector: Selector, rows: readonly CommandRow[]): string {
  const channels = selector.hasAllChannels ? '&*' : ['resetchannels', ...channelsOf(selector)].join(' ');
  return [keysText(selector), channels, commandsText(selector, rows)].filter((text) => text !== '').join(' ');
}

export function keysText({ hasAllKeys, keys }: Selector): string {
  if (hasAllKeys) return '~*';
  return keys
    .map(({ canRead, canWrite, pattern }) => `${canRead && canWrite ? '' : canRead ? '%R' : '%W'}~${pattern}`)
    .join(' ');
}

export function channelsText(selector: Selector): string {
  return selector.hasAllChannels ? '&*' : channelsOf(selector).join(' ');
}

function channelsOf({ channels }: Selector): readonly string[] {
  return channels.map(({ pattern }) => `&${pattern}`);
}

/**
 * Rules that allow exactly these commands: categories that fit best, then single commands.
 *
 * The rules that someone once wrote are not kept. A category fits when it holds more commands that are still to be changed than
 * commands that must stay.
 */
export function commandsText(selector: Selector, rows: readonly CommandRow[]): string {
  const adds = !selector.hasFutureCommands;
  const said = new Selector();
  if (!adds) said.allowAll(rows);
  const words = [adds ? '-@all' : '+@all'];
  const left = selector.clone();
  const unused = new Set(CATEGORIES);
  for (let best = bestCategory(left, unused, rows, adds); best !== undefined; ) {
    words.push(`${adds ? '+' : '-'}@${best}`);
    unused.delete(best);
    for (const row of rowsInCategory(rows, best)) {
      if (adds) said.allow(row);
      else said.deny(row);
      if (adds) left.deny(row);
      else left.allow(row);
    }
    best = bestCategory(left, unused, rows, adds);
  }
  return [...words, ...singleCommands(selector, said, rows)].join(' ');
}

function bestCategory(
  left: Selector,
  unused: ReadonlySet<string>,
  rows: readonly CommandRow[],
  adds: boolean,
): string | undefined {
  let best: { readonly category: string; readonly same: number; readonly different: number } | undefined;
  for (const category of unused) {
    const members = rowsInCategory(rows, category);
    const on = members.filter(({ name }) => left.commands.has(name)).length;
    const [same, different] = adds ? [on, members.length - on] : [members.length - on, on];
    if (same <= different) continue;
    if (best === undefined || different < best.different || (different === best.different && same > best.same)) {
      best = { category, same, different };
    }
  }
  return best?.category;
}

/** Where what was said differs from what holds. A container is said before its subcommands. */
function singleCommands(selector: Selector, said: Selector, rows: readonly CommandRow[]): readonly string[] {
  const words: string[] = [];
  const say = (row: CommandRow): void => {
    const isOn = selector.commands.has(row.name);
    if (said.commands.has(row.name) === isOn) return;
    words.push(`${isOn ? '+' : '-'}${row.name}`);
    for (const each of row.name.includes('|') ? [row] : [row, ...subcommandsOf(row, rows)]) {
      if (isOn) said.allow(each);
      else said.deny(each);
    }
  };
  for (const row of rows.filter(({ name }) => !name.includes('|'))) {
    say(row);
    for (const sub of subcommandsOf(row, rows)) say(sub);
    for (const word of selector.firstArguments.get(row.name) ?? []) words.push(`+${row.name}|${word}`);
  }
  return words;
}

function subcommandsOf({ name }: CommandRow, rows: readonly CommandRow[]): readonly CommandRow[] {
  return rows.filter((row) => row.name.startsWith(`${name}|`));
}
