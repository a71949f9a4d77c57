/** What a connection that reads the past must not do. */
import type { Client } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import type { Past } from '../calls/contracts/past.ts';

/** The gate for the dispatcher: refuses writes, blocking commands and WATCH in the past. */
export function pastGate(past: Past): (client: Client, row: CommandRow, args: readonly string[]) => string | undefined {
  return (client, row, args) => {
    const place = past.placeOf(client);
    if (place === undefined || !isRefused(row, args)) return undefined;
    return `ERR this connection reads the past at sequence ${place.sequence}: ${row.name.toUpperCase()} is refused there, and REFOLD.NOW leads back`;
  };
}

function isRefused({ name, flags }: CommandRow, args: readonly string[]): boolean {
  if (flags.includes('write') || flags.includes('may_replicate') || name === 'watch') return true;
  return flags.includes('blocking') && args.some((arg) => arg.length === 5 && arg.toUpperCase() === 'BLOCK');
}
