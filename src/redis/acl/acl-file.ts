/** The ACL file: a line for each user, `user NAME RULE ...`. */
import { applyRule, joinSelectors, RuleError, type RuleWorld, reset } from './rules.ts';
import { defaultUser, User } from './user.ts';

/** What is wrong with a file. The message has a sentence for each line that is. */
export class AclFileError extends Error {}

/**
 * The users of the lines. A default user that no line makes is as the server has it at first.
 *
 * @param source the name of the file, for messages
 * @throws AclFileError when a line is wrong
 */
export function readUsers(lines: readonly string[], source: string, world: RuleWorld): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  const faults: string[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '') continue;
    try {
      const user = readUser(text, world);
      if (users.has(user.name)) throw new RuleError(`Duplicate user '${user.name}' found.`);
      users.set(user.name, user);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      faults.push(`${source}:${index + 1}: ${error.message}`);
    }
  }
  if (faults.length > 0) throw new AclFileError(`${faults.join(' ')} No user was changed.`);
  if (!users.has('default')) users.set('default', defaultUser(world.rows));
  return users;
}

/** @throws RuleError */
function readUser(line: string, world: RuleWorld): User {
  const [word, name, ...rules] = line.split(/\s+/);
  if (word !== 'user' || name === undefined) {
    throw new RuleError('the line should start with user keyword followed by the username.');
  }
  const user = new User(name);
  reset(user, world);
  for (const rule of joinSelectors(rules)) {
    try {
      applyRule(user, rule, world);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      throw new RuleError(`${error.message}: '${rule}'.`);
    }
  }
  return user;
}
