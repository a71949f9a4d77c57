/** Rules of ACL SETUSER, of ACL files and of `user` lines: each changes a user. */
import type { CommandRow } from '../calls/command.ts';
import { CATEGORIES } from '../calls/requests/categories.ts';
import { hashPassword, isPasswordHash } from './passwords.ts';
import { rowsInCategory, Selector } from './selector.ts';
import type { User } from './user.ts';

/** What a rule cannot do. The message is the reason alone. */
export class RuleError extends Error {}

const SYNTAX_ERROR = 'Syntax error';
const UNKNOWN_COMMAND = 'Unknown command or category name in ACL';
const useless = (what: string, reset: string, list: string) =>
  `Adding a pattern after the * pattern (or the '${what}' flag) is not valid and does not have any effect. Try '${reset}' to start with an empty list of ${list}`;

/** What rules need to know. */
export interface RuleWorld {
  readonly rows: readonly CommandRow[];
  /** The row of `get`, or of `config|get`. */
  find(name: string): CommandRow | undefined;
  /** `acl-pubsub-default`: whether new users hear every channel. */
  readonly allowsChannels: boolean;
}

/** Joins the rules of a selector that stand in several arguments. @throws RuleError with the rule that is not closed */
export function joinSelectors(rules: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let open: string | undefined;
  for (const rule of rules) {
    if (open !== undefined) open += ` ${rule}`;
    else if (rule.startsWith('(') && !rule.endsWith(')')) open = rule;
    else joined.push(rule);
    if (open?.endsWith(')')) {
      joined.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) {
    throw new RuleError(`Unmatched parenthesis in acl selector starting at '${open.split(' ', 1)[0]}'.`);
  }
  return joined;
}

/** Changes the user by one rule. @throws RuleError; then the user may be half changed: change a copy */
export function applyRule(user: User, rule: string, world: RuleWorld): void {
  const word = rule.toLowerCase();
  const [sign, rest] = [rule.charAt(0), rule.slice(1)];
  if (word === 'on' || word === 'off') user.isOn = word === 'on';
  else if (word === 'nopass') {
    user.needsNoPassword = true;
    user.passwords.clear();
  } else if (word === 'resetpass') {
    user.needsNoPassword = false;
    user.passwords.clear();
  } else if (word === 'sanitize-payload' || word === 'skip-sanitize-payload') {
    user.skipsSanitizing = word === 'skip-sanitize-payload';
  } else if (sign === '>' || sign === '#') addPassword(user, sign, rest);
  else if (sign === '<' || sign === '!') removePassword(user, sign, rest);
  else if (word === 'reset') reset(user, world);
  else if (word === 'clearselectors') user.selectors.splice(1);
  else if (sign === '(' && rule.endsWith(')')) user.selectors.push(selectorOf(rule.slice(1, -1), world));
  else applySelectorRule(user.root, rule, world);
}

/** What a new user begins with. */
export function reset(user: User, world: RuleWorld): void {
  user.isOn = false;
  user.needsNoPassword = false;
  user.skipsSanitizing = false;
  user.passwords.clear();
  user.selectors.splice(0, user.selectors.length, newSelector(world));
}

function newSelector({ allowsChannels }: RuleWorld): Selector {
  const selector = new Selector();
  selector.hasAllChannels = allowsChannels;
  return selector;
}

function selectorOf(rules: string, world: RuleWorld): Selector {
  const selector = newSelector(world);
  for (const rule of rules.split(' ').filter((each) => each !== '')) applySelectorRule(selector, rule, world);
  return selector;
}

function addPassword(user: User, sign: string, text: string): void {
  if (sign === '#' && !isPasswordHash(text)) throw badHash();
  user.passwords.add(sign === '#' ? text : hashPassword(text));
  user.needsNoPassword = false;
}

function removePassword(user: User, sign: string, text: string): void {
  if (sign === '!' && !isPasswordHash(text)) throw badHash();
  if (!user.passwords.delete(sign === '!' ? text : hashPassword(text))) {
    throw new RuleError('The password you are trying to remove from the user does not exist');
  }
}

function badHash(): RuleError {
  return new RuleError(
    'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  );
}

function applySelectorRule(selector: Selector, rule: string, world: RuleWorld): void {
  const word = rule.toLowerCase();
  const [sign, rest] = [rule.charAt(0), rule.slice(1)];
  if (word === 'allkeys' || word === '~*') {
    selector.hasAllKeys = true;
    selector.keys.length = 0;
  } else if (word === 'resetkeys') {
    selector.hasAllKeys = false;
    selector.keys.length = 0;
  } else if (word === 'allchannels' || word === '&*') {
    selector.hasAllChannels = true;
    selector.channels.length = 0;
  } else if (word === 'resetchannels') {
    selector.hasAllChannels = false;
    selector.channels.length = 0;
  } else if (word === 'allcommands' || word === '+@all') selector.allowAll(world.rows);
  else if (word === 'nocommands' || word === '-@all') selector.allowNone();
  else if (sign === '~' || sign === '%') addKeyPattern(selector, rule);
  else if (sign === '&') addChannelPattern(selector, rest);
  else if ((sign === '+' || sign === '-') && rest.startsWith('@')) {
    changeCategory(selector, sign, rest.slice(1), world);
  } else if (sign === '+' || sign === '-') changeCommand(selector, sign, rest, world);
  else throw new RuleError(SYNTAX_ERROR);
}

function addKeyPattern(selector: Selector, rule: string): void {
  if (selector.hasAllKeys) throw new RuleError(useless('allkeys', 'resetkeys', 'patterns'));
  const [, permissions, pattern] = /^(?:%([RW]{1,2}))?~?(.*)$/is.exec(rule) ?? [];
  if (pattern === undefined || (rule.startsWith('%') && permissions === undefined)) throw new RuleError(SYNTAX_ERROR);
  if (/(.)\1/i.test(permissions ?? '') || /\s|\0/.test(pattern)) throw new RuleError(SYNTAX_ERROR);
  const all = permissions === undefined;
  if (!all && pattern === '*' && permissions.length === 2) {
    selector.hasAllKeys = true;
    selector.keys.length = 0;
    return;
  }
  selector.addKey(pattern, all || /R/i.test(permissions), all || /W/i.test(permissions));
}

function addChannelPattern(selector: Selector, pattern: string): void {
  if (selector.hasAllChannels) throw new RuleError(useless('allchannels', 'resetchannels', 'channels'));
  if (/\s|\0/.test(pattern)) throw new RuleError(SYNTAX_ERROR);
  selector.addChannel(pattern);
}

function changeCategory(selector: Selector, sign: string, name: string, { rows }: RuleWorld): void {
  const category = name.toLowerCase();
  if (!CATEGORIES.includes(category)) throw new RuleError(UNKNOWN_COMMAND);
  for (const row of rowsInCategory(rows, category)) changeRow(selector, sign, row);
}

/** `+get`, `+config|get`, `+select|0`: the last allows a command with one first argument. */
function changeCommand(selector: Selector, sign: string, name: string, { find, rows }: RuleWorld): void {
  const row = find(name);
  if (row !== undefined) {
    changeRow(selector, sign, row);
    for (const sub of rows) if (sub.name.startsWith(`${row.name}|`)) changeRow(selector, sign, sub);
    return;
  }
  const bar = name.lastIndexOf('|');
  const command = bar === -1 || sign === '-' ? undefined : find(name.slice(0, bar));
  if (command === undefined) throw new RuleError(UNKNOWN_COMMAND);
  if (command.name.includes('|')) throw new RuleError('Allowing first-arg of a subcommand is not supported');
  const word = name.slice(bar + 1);
  if (word === '') throw new RuleError(SYNTAX_ERROR);
  if (rows.some((each) => each.name.startsWith(`${command.name}|`))) throw new RuleError(UNKNOWN_COMMAND);
  selector.allowFirstArgument(command, word);
}

function changeRow(selector: Selector, sign: string, row: CommandRow): void {
  if (sign === '+') selector.allow(row);
  else selector.deny(row);
}
