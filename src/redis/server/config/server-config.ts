/**
 * The parameters of redis.conf, with their present values.
 *
 * `set` is all or nothing: every value is checked before the first one holds. Values are kept in their canonical spelling.
 */
import { realpathSync, statSync } from 'node:fs';
import { CommandError } from '../../calls/errors.ts';
import type { Config } from '../../calls/parts.ts';
import { mergeBufferLimits } from './buffer-limits.ts';
import { ParameterError } from './kinds.ts';
import { DATA_PARAMETERS, type Parameter } from './parameters.ts';
import { SERVER_PARAMETERS } from './server-parameters.ts';

export const PARAMETERS: readonly Parameter[] = [...DATA_PARAMETERS, ...SERVER_PARAMETERS];

/** Parameters by name and alias. */
export const BY_NAME: ReadonlyMap<string, Parameter> = new Map(
  PARAMETERS.flatMap((each) => [[each.name, each] as const, ...(each.alias ? [[each.alias, each] as const] : [])]),
);

/** The parameter with this name or alias, in any case. */
export function parameterNamed(name: string): Parameter | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());
}

/** Makes a new value hold. It may refuse it. @throws ParameterError */
export type ConfigListener = (value: string, name: string) => void;

export class ServerConfig implements Config {
  readonly #values = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  #all: { readonly [name: string]: string } | undefined;
  readonly #listeners = new Map<string, ConfigListener[]>();

  constructor() {
    for (const { name, standard } of PARAMETERS) this.#store(name, standard);
    this.#store('dir', process.cwd());
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`There is no parameter ${name}`);
    return value;
  }

  number(name: string): number {
    const value = this.#numbers.get(name);
    if (value === undefined) throw new Error(`There is no parameter ${name}`);
    return value;
  }

  flag(name: string): boolean {
    return this.text(name) === 'yes';
  }

  /** Every value by name: the same object until one of them changes. */
  values(): { readonly [name: string]: string } {
    this.#all ??= Object.fromEntries(this.#values);
    return this.#all;
  }

  matching(isWanted: (name: string) => boolean, exact: ReadonlySet<string>): (readonly [string, string])[] {
    const found: (readonly [string, string])[] = [];
    for (const { name, alias, isHidden } of PARAMETERS) {
      for (const each of alias === undefined ? [name] : [name, alias]) {
        if (exact.has(each) || (isHidden === undefined && isWanted(each))) found.push([each, this.text(name)]);
      }
    }
    return found;
  }

  /** Makes `port` and `bind` hold. Rejects when they cannot. */
  onNetwork: (() => Promise<void>) | undefined;

  set(pairs: readonly (readonly [string, string])[], mayChangeProtected: boolean): Promise<void> | undefined {
    const changes = this.#check(pairs, mayChangeProtected);
    const done: (readonly [string, string])[] = [];
    for (const { given, name, value } of changes) {
      done.push([name, this.text(name)]);
      this.#store(name, value);
      try {
        this.#tell(name);
      } catch (error) {
        if (!(error instanceof ParameterError)) throw error;
        for (const [changed, before] of done.reverse()) {
          this.#store(changed, before);
          if (changed !== name) this.#tell(changed);
        }
        throw failed(given, error.message);
      }
    }
    const network = changes.find(({ name }) => name === 'port' || name === 'bind');
    return network === undefined ? undefined : this.#changeNetwork(network, done);
  }

  async #changeNetwork({ given, name }: Change, before: readonly (readonly [string, string])[]): Promise<void> {
    try {
      await this.onNetwork?.();
    } catch {
      for (const [changed, value] of before) {
        this.#store(changed, value);
        if (changed !== name) this.#tell(changed);
      }
      throw failed(given, name === 'port' ? CANNOT_LISTEN : CANNOT_BIND);
    }
  }

  /** Sets a value at the start, immutable ones included. @throws ParameterError */
  preset(name: string, text: string): void {
    const parameter = parameterNamed(name);
    if (parameter === undefined) throw new ParameterError('there is no such parameter');
    this.#store(parameter.name, this.#valueOf(parameter, text));
  }

  /** Calls the listener whenever one of the parameters is set at run time. */
  watch(names: readonly string[], listener: ConfigListener): void {
    for (const name of names) this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  #check(pairs: readonly (readonly [string, string])[], mayChangeProtected: boolean): readonly Change[] {
    const seen = new Set<string>();
    const known = pairs.map(([given, text]) => {
      const parameter = parameterNamed(given);
      if (parameter === undefined) {
        throw new CommandError(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`);
      }
      if (parameter.isImmutable) throw failed(given, "can't set immutable config");
      if (parameter.isProtected && !mayChangeProtected) throw failed(given, "can't set protected config");
      const name = given.toLowerCase();
      if (seen.has(name)) throw failed(given, 'duplicate parameter');
      seen.add(name);
      return { given, parameter, text };
    });
    return known.map(({ given, parameter, text }) => {
      try {
        return { given, name: parameter.name, value: this.#valueOf(parameter, text) };
      } catch (error) {
        throw error instanceof ParameterError ? failed(given, error.message) : error;
      }
    });
  }

  #valueOf({ name, kind }: Parameter, text: string): string {
    const value = kind(text);
    if (name === 'client-output-buffer-limit') return mergeBufferLimits(this.text(name), value);
    if (name === 'hz') return String(Math.min(Math.max(Number(value), 1), 500));
    return name === 'dir' ? folderAt(value) : value;
  }

  #store(name: string, value: string): void {
    this.#all = undefined;
    this.#values.set(name, value);
    this.#numbers.set(name, Number(value));
  }

  #tell(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(this.text(name), name);
  }
}

const CANNOT_LISTEN = 'Unable to listen on this port. Check server logs.';
const CANNOT_BIND = 'Failed to bind to specified addresses.';

interface Change {
  /** As the user wrote it. */
  readonly given: string;
  readonly name: string;
  readonly value: string;
}

function failed(given: string, why: string): CommandError {
  return new CommandError(`ERR CONFIG SET failed (possibly related to argument '${given}') - ${why}`);
}

/** The absolute path of a folder that exists. */
function folderAt(path: string): string {
  try {
    if (!statSync(path).isDirectory()) throw new ParameterError('Not a directory');
    return realpathSync(path);
  } catch (error) {
    if (error instanceof ParameterError) throw error;
    throw new ParameterError('No such file or directory');
  }
}
