/** What commands do, for COMMAND DOCS. */
import { DATA_DOCS } from './data.ts';
import { KEYS_DOCS } from './keys.ts';
import { type Argument, readArguments } from './notation.ts';
import { SERVER_DOCS } from './server.ts';
import { SORTED_DOCS } from './sorted.ts';

export interface CommandDocs {
  readonly complexity: string;
  readonly summary: string;
  readonly args: readonly Argument[];
}

let docs: ReadonlyMap<string, CommandDocs> | undefined;

/** Undefined for a command without a line. @param name in lower case; `config|get` for a subcommand */
export function docsOf(name: string): CommandDocs | undefined {
  docs ??= new Map([DATA_DOCS, SORTED_DOCS, KEYS_DOCS, SERVER_DOCS].flatMap(readLines));
  return docs.get(name);
}

function readLines(text: string): readonly (readonly [string, CommandDocs])[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name, complexity, args, summary] = line.split(';').map((part) => part.trim());
      return [name!, { complexity: complexity!, summary: summary!, args: readArguments(args!) }] as const;
    });
}
