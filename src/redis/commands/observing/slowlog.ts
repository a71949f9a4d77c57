/** SLOWLOG: commands that took long. */
import type { Call } from '../../calls/call.ts';
import { CommandError, subcommandSyntax } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';

const ENTRIES = 10;

export function slowlogGet({ args, parts, reply }: Call): void {
  if (args.length > 3) throw subcommandSyntax('SLOWLOG', args[1]!);
  const count = args[2] === undefined ? ENTRIES : parseSafeInteger(args[2]);
  if (count === undefined || count < -1) {
    throw new CommandError('ERR count should be greater than or equal to -1');
  }
  const all = parts.observations.slowlog.entries();
  const entries = count === -1 ? all : all.slice(0, count);
  reply.array(entries.length);
  for (const entry of entries) {
    reply.array(6);
    reply.integer(entry.id);
    reply.integer(entry.time);
    reply.integer(entry.micros);
    reply.bulks(entry.args);
    reply.bulk(entry.address);
    reply.bulk(entry.name);
  }
}

export function slowlogLen({ parts, reply }: Call): void {
  reply.integer(parts.observations.slowlog.entries().length);
}

export function slowlogReset({ parts, reply }: Call): void {
  parts.observations.slowlog.clear();
  reply.ok();
}

export const slowlogHelp: (call: Call) => void = helpCommand('SLOWLOG', [
  ['GET [<count>]', 'The newest entries, 10 by default, -1 for all: id, time, microseconds, arguments, address, name.'],
  ['LEN', 'How many entries there are.'],
  ['RESET', 'Forget all entries.'],
]);
