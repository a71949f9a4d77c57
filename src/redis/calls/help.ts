/** HELP of commands that have subcommands: lines of simple strings. */
import type { Call } from './call.ts';

/** Makes the HELP subcommand. @param subcommands each with its arguments, and one line about it */
export function helpCommand(
  container: string,
  subcommands: readonly (readonly [usage: string, about: string])[],
): (call: Call) => void {
  const lines = [
    `${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...subcommands.flatMap(([usage, about]) => [usage, `    ${about}`]),
    'HELP',
    '    Print this help.',
  ];
  return ({ reply }) => {
    reply.array(lines.length);
    for (const line of lines) reply.simple(line);
  };
}
