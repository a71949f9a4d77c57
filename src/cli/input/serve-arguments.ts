/** The arguments of `refold serve`: a file, options of refold, and every parameter of redis.conf. */
import { RefoldError } from '../../index.ts';

/** `--name` with the words after it. */
export interface NamedWords {
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
}

export interface ServeArguments {
  readonly file: string | undefined;
  /** In order. A name may come several times. */
  readonly options: readonly NamedWords[];
}

/**
 * Splits arguments as redis-server does: the words after `--name` belong to it, up to the next one. `--name=value` is
 * understood as well.
 *
 * @throws RefoldError `INVALID_OPTION` for a word that belongs to nothing
 */
export function splitServeArguments(args: readonly string[]): ServeArguments {
  const first = args.findIndex(isName);
  const operands = first === -1 ? args : args.slice(0, first);
  if (operands.length > 1) {
    throw new RefoldError('INVALID_OPTION', `Cannot serve: '${operands[1]}' belongs to no option`, {
      type: operands[1]!,
      hint: 'Give one file before the options, and write --name before each value',
    });
  }
  const options: { readonly name: string; readonly words: string[] }[] = [];
  for (const arg of args.slice(operands.length)) {
    if (!isName(arg)) options.at(-1)!.words.push(arg);
    else {
      const end = arg.indexOf('=');
      const name = arg.slice(2, end === -1 ? undefined : end).toLowerCase();
      options.push({ name, words: end === -1 ? [] : [arg.slice(end + 1)] });
    }
  }
  return { file: operands[0], options };
}

function isName(arg: string): boolean {
  return arg.startsWith('--') && arg.length > 2;
}
