/** From options to parameters: the file first, then what the caller says. */
import { RefoldError } from '../../../index.ts';
import { type Directive, readConfigFile } from './config-file.ts';
import { ParameterError } from './kinds.ts';
import { BY_NAME, parameterNamed, ServerConfig } from './server-config.ts';

/** Values of parameters. An array has the words of several lines, as `save` has. */
export type ConfigRecord = {
  readonly [parameter: string]: string | number | boolean | readonly string[] | undefined;
};

export interface Settings {
  readonly config: ServerConfig;
  /** Lines of ACL users. */
  readonly users: readonly string[];
}

/**
 * @param file redis.conf, if there is one
 * @throws RefoldError `INVALID_OPTION` for a parameter that does not exist, or a value that does not fit
 */
export function settingsOf(file: string | undefined, given: ConfigRecord): Settings {
  const config = new ServerConfig();
  const users: string[] = [];
  for (const source of [file === undefined ? [] : readConfigFile(file), directivesOf(given)]) {
    for (const [name, directives] of Map.groupBy(source, nameOf)) {
      const place = directives[0]!.place;
      if (name === 'user') users.push(...directives.map(({ args }) => `user ${args.join(' ')}`));
      else if (name === 'client-output-buffer-limit')
        for (const { args } of directives) preset(config, name, args, place);
      else if (name === 'save') preset(config, name, savesOf(directives), place);
      else preset(config, name, directives.at(-1)!.args, place);
    }
  }
  return { config, users };
}

/** Names of parameters that are written otherwise than they are called: `maxMemory` stands for `maxmemory`. */
function directivesOf(given: ConfigRecord): Directive[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
    const lines = Array.isArray(text) ? (text as readonly string[]) : [String(text)];
    return lines.map((line) => ({ name: name.toLowerCase(), args: [line], place: 'the options' }));
  });
}

function nameOf({ name }: Directive): string {
  return parameterNamed(name)?.name ?? name;
}

/** `save ""` takes back the rules before it. */
function savesOf(directives: readonly Directive[]): readonly string[] {
  const texts = directives.map(({ args }) => args.join(' ').trim());
  return texts.slice(texts.lastIndexOf('') + 1);
}

function preset(config: ServerConfig, name: string, args: readonly string[], place: string): void {
  if (!BY_NAME.has(name)) {
    throw new RefoldError('INVALID_OPTION', `There is no parameter ${name}, in ${place}`, {
      type: name,
      hint: hintFor(name),
    });
  }
  try {
    config.preset(name, args.join(' '));
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new RefoldError(
      'INVALID_OPTION',
      `Cannot set ${name} to '${args.join(' ')}', in ${place}: ${error.message}`,
      {
        type: name,
        hint: `Correct the value of ${name}`,
        cause: error,
      },
    );
  }
}

function hintFor(name: string): string {
  const [nearest] = [...BY_NAME.keys()]
    .map((known) => [known, distance(name, known)] as const)
    .sort((a, b) => a[1] - b[1]);
  return nearest !== undefined && nearest[1] <= Math.max(2, name.length / 3)
    ? `Did you mean ${nearest[0]}?`
    : 'CONFIG GET * lists the parameters';
}

/** How many letters differ (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= Math.min(one.length, 64); i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const swap = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
