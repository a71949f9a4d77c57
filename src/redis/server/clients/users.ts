/** The users of the server: who may come in, and what each may do. They are configuration, and stand in no log. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { AclFileError, readUsers } from '../../acl/acl-file.ts';
import { AclLog } from '../../acl/acl-log.ts';
import { type Denial, denialOf, mayHearAll, mayReadEverything } from '../../acl/check.ts';
import { channelsText, commandsText, describeUser, flagsOf, keysText } from '../../acl/description.ts';
import { hashPassword, isOneOf } from '../../acl/passwords.ts';
import { applyRule, joinSelectors, RuleError, type RuleWorld, reset } from '../../acl/rules.ts';
import type { Selector } from '../../acl/selector.ts';
import { defaultUser, User } from '../../acl/user.ts';
import type { Client } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { AclLogEntry, SelectorFacts, UserFacts, Users } from '../../calls/contracts/users.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Commands, Config } from '../../calls/parts.ts';
import { pathOf } from '../config/paths.ts';
import type { Gate } from '../dispatch.ts';

export interface UsersHost {
  readonly config: Config;
  readonly commands: Commands;
  clients(): Iterable<Client>;
  /** Ends a connection; that of the client whose command runs once it has its reply. */
  close(client: Client): void;
  /** A line as CLIENT LIST has it. */
  lineOf(client: Client, args: readonly string[]): string;
}

export class ServerUsers implements Users {
  readonly #host: UsersHost;
  #users: Map<string, User>;
  readonly #log = new AclLog();
  /** The value of `requirepass` that the default user has taken over. */
  #requirepass = '';

  constructor(host: UsersHost) {
    this.#host = host;
    this.#users = new Map([['default', defaultUser(host.commands.all())]]);
  }

  get isOpen(): boolean {
    const user = this.#all().get('default')!;
    return user.isOn && user.needsNoPassword;
  }

  has(name: string): boolean {
    return this.#users.has(name);
  }

  authenticate(client: Client, name: string, password: string): boolean {
    const user = this.#all().get(name);
    // An unknown name takes as long as a known one.
    const isRight = isOneOf(user?.passwords ?? NO_PASSWORDS, password) || user?.needsNoPassword === true;
    if (user === undefined || !user.isOn || !isRight) {
      this.#note(client, { reason: 'auth', object: 'AUTH', username: name, args: [] });
      return false;
    }
    client.user = name;
    return true;
  }

  reset(client: Client): void {
    client.user = this.isOpen ? 'default' : undefined;
  }

  names(): readonly string[] {
    return [...this.#all().keys()].sort();
  }

  facts(name: string): UserFacts | undefined {
    const user = this.#all().get(name);
    if (user === undefined) return undefined;
    const [root, ...others] = user.selectors.map((selector) => this.#factsOf(selector));
    return { ...root!, flags: flagsOf(user), passwords: [...user.passwords], selectors: others };
  }

  #factsOf(selector: Selector): SelectorFacts {
    const commands = commandsText(selector, this.#host.commands.all());
    return { commands, keys: keysText(selector), channels: channelsText(selector) };
  }

  lines(): readonly string[] {
    const rows = this.#host.commands.all();
    return this.names().map((name) => `user ${name} ${describeUser(this.#users.get(name)!, rows)}`);
  }

  change(name: string, rules: readonly string[]): void {
    if (/[\s\0]/.test(name)) throw new CommandError("ERR Usernames can't contain spaces or null characters");
    const user = this.#all().get(name)?.clone() ?? this.#newUser(name);
    for (const rule of joined(rules)) {
      try {
        applyRule(user, rule, this.#world());
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        throw new CommandError(`ERR Error in ACL SETUSER modifier '${rule}': ${error.message}`);
      }
    }
    this.#users.set(name, user);
    this.#closeDeaf(user);
  }

  remove(name: string): boolean {
    if (!this.#all().delete(name)) return false;
    for (const client of [...this.#host.clients()]) if (client.user === name) this.#expel(client);
    return true;
  }

  tryOut(name: string, row: CommandRow, args: readonly string[]): string | undefined {
    const user = this.#all().get(name);
    if (user === undefined) throw new CommandError(`ERR User '${name}' not found`);
    const denial = denialOf(user, row, args);
    if (denial === undefined) return undefined;
    if (denial.reason === 'command') return `This user has no permissions to run the '${denial.object}' command`;
    return `This user has no permissions to access the '${denial.object}' ${denial.reason}`;
  }

  log(): readonly AclLogEntry[] {
    return this.#log.entries();
  }

  clearLog(): void {
    this.#log.clear();
  }

  load(): void {
    const path = this.#filePath();
    let text: string;
    try {
      text = readFileSync(path, 'latin1');
    } catch (error) {
      throw new CommandError(`ERR Cannot read the ACL file ${path}: ${(error as Error).message}`);
    }
    this.readLines(text.split('\n'), path);
  }

  /** Takes over the users of a file, or of the `user` lines of redis.conf. @throws CommandError when a line is wrong */
  readLines(lines: readonly string[], source: string): void {
    let users: ReadonlyMap<string, User>;
    try {
      users = readUsers(lines, source, this.#world());
    } catch (error) {
      if (!(error instanceof AclFileError)) throw error;
      throw new CommandError(`ERR ${error.message}`);
    }
    this.#users = new Map(users);
    for (const client of [...this.#host.clients()]) {
      if (client.user !== undefined && client.user !== 'default') this.#expel(client);
    }
    this.#closeDeaf(this.#users.get('default')!);
  }

  save(): void {
    const path = this.#filePath();
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const file = openSync(temporary, 'w', 0o600);
      try {
        writeSync(file, `${this.lines().join('\n')}\n`, null, 'latin1');
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new CommandError(`ERR There was an error trying to save the ACLs: ${(error as Error).message}`);
    }
  }

  /** Refuses what the user of the client may not do, and notes it. */
  readonly gate: Gate = (client, row, args) => {
    const denial = this.#denialOf(client, row, args);
    if (denial === undefined) return SORTS.has(row.name) ? this.#sortRefusal(client, row, args) : undefined;
    this.#note(client, { ...denial, username: client.user!, args });
    return `NOPERM this user has no permissions to ${SENTENCES[denial.reason](denial.object)}`;
  };

  /** As `gate`, for a command of a transaction, when rules have changed since it was queued. */
  readonly queuedGate: Gate = (client, row, args) => {
    const denial = this.#denialOf(client, row, args);
    if (denial === undefined) return undefined;
    this.#note(client, { ...denial, username: client.user!, args, isQueued: true });
    return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${QUEUED_REASONS[denial.reason]}`;
  };

  /** The users, after the default user has taken over a changed `requirepass`. */
  #all(): Map<string, User> {
    const requirepass = this.#host.config.text('requirepass');
    if (requirepass !== this.#requirepass) {
      this.#requirepass = requirepass;
      const user = this.#users.get('default')!;
      user.passwords.clear();
      user.needsNoPassword = requirepass === '';
      if (requirepass !== '') user.passwords.add(hashPassword(requirepass));
    }
    return this.#users;
  }

  #world(): RuleWorld {
    const { commands, config } = this.#host;
    return {
      rows: commands.all(),
      find: (name) => {
        const row = commands.find(name.split('|'));
        return row?.name === name.toLowerCase() ? row : undefined;
      },
      allowsChannels: config.text('acl-pubsub-default') === 'allchannels',
    };
  }

  #newUser(name: string): User {
    const user = new User(name);
    reset(user, this.#world());
    return user;
  }

  #denialOf(client: Client, row: CommandRow, args: readonly string[]): Denial | undefined {
    const user = this.#users.get(client.user ?? '');
    return user === undefined ? undefined : denialOf(user, row, args);
  }

  /** BY and GET read keys by patterns, which no key spec knows. */
  #sortRefusal(client: Client, row: CommandRow, args: readonly string[]): string | undefined {
    const user = this.#users.get(client.user ?? '');
    if (user === undefined || user.isUnrestricted || mayReadEverything(user, row, args)) return undefined;
    for (let at = 2; at + 1 < args.length; at++) {
      const option = args[at]!.toUpperCase();
      if (option === 'LIMIT') at += 2;
      else if (option === 'STORE') at++;
      else if (option === 'BY' && !args[++at]!.includes('*')) continue;
      else if (option === 'BY' || option === 'GET') {
        return `ERR ${option} option of SORT denied due to insufficient ACL permissions.`;
      }
    }
    return undefined;
  }

  /** Closes subscribers that hear what their user may not hear any more. */
  #closeDeaf(user: User): void {
    for (const client of [...this.#host.clients()]) {
      if (client.user !== user.name || !client.isSubscriber) continue;
      const channels = [...client.channels, ...client.shardChannels];
      if (!mayHearAll(user, channels, client.patterns)) this.#host.close(client);
    }
  }

  #expel(client: Client): void {
    client.user = undefined;
    this.#host.close(client);
  }

  #note(client: Client, { args, isQueued, object, reason, username }: Noted): void {
    const context = isQueued || client.transaction !== undefined ? 'multi' : 'toplevel';
    const clientInfo = this.#host.lineOf(client, args);
    const most = this.#host.config.number('acllog-max-len');
    this.#log.add({ reason, context, object, username, at: Date.now(), clientInfo }, most);
  }

  #filePath(): string {
    const path = pathOf(this.#host.config, 'aclfile');
    if (path !== '') return path;
    throw new CommandError(
      'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
    );
  }
}

interface Noted {
  readonly reason: AclLogEntry['reason'];
  readonly object: string;
  readonly username: string;
  readonly args: readonly string[];
  readonly isQueued?: boolean;
}

const SORTS = new Set(['sort', 'sort_ro']);

const NO_PASSWORDS: readonly string[] = ['0'.repeat(64)];

const SENTENCES: { readonly [reason in Denial['reason']]: (object: string) => string } = {
  command: (object) => `run the '${object}' command`,
  key: () => 'access one of the keys used as arguments',
  channel: () => 'access one of the channels used as arguments',
};

const QUEUED_REASONS: { readonly [reason in Denial['reason']]: string } = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments to the command',
};

/** @throws CommandError for a selector without its end */
function joined(rules: readonly string[]): readonly string[] {
  try {
    return joinSelectors(rules);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new CommandError(`ERR ${error.message}`);
  }
}
