/** DEBUG subcommands that look inside values and dictionaries. */

import { integerArgument } from '../../../calls/arguments.ts';
import type { Call } from '../../../calls/call.ts';
import { encodingOf } from '../../../calls/encoding.ts';
import { CommandError, NO_SUCH_KEY } from '../../../calls/errors.ts';
import { textOf } from '../../../calls/lookup.ts';
import type { ReadonlyDense } from '../../../model/dense.ts';
import { DATABASES, databaseOf, sizeOfText, sizeOfValue } from '../../../model/key-space.ts';
import type { Value } from '../../../model/values.ts';

/** DEBUG OBJECT key [fast]. Addresses have no meaning here. It does not count as a use of the key. */
export function debugObject(call: Call): void {
  const key = call.args[2]!;
  const value = call.live(key);
  if (value === undefined) throw new CommandError(NO_SUCH_KEY);
  const { access, config } = call.parts;
  const idle = access.isLfu ? 0 : access.idleSeconds(call.client.db, key, call.now);
  const lastUse = access.isLfu
    ? access.frequency(call.client.db, key, call.now)
    : (Math.floor(call.now / 1000) - idle) & LRU_CLOCK_MASK;
  call.reply.simple(
    `Value at:0x0 refcount:1 encoding:${encodingOf(value, config)} serializedlength:${sizeOfValue(value)} ` +
      `lru:${lastUse} lru_seconds_idle:${idle}`,
  );
}

/** Redis notes seconds in 24 bits. */
const LRU_CLOCK_MASK = 0xff_ff_ff;

/** DEBUG SDSLEN key. */
export function stringLength(call: Call): void {
  const value = targetOf(call);
  if (typeof value !== 'string' && value.kind !== 'bytes') throw new CommandError('ERR Not an sds encoded string.');
  const key = call.args[2]!.length;
  const length = textOf(value).length;
  call.reply.simple(
    `key_sds_len:${key}, key_sds_avail:0, key_zmalloc: ${sizeOfText(call.args[2]!)}, ` +
      `val_sds_len:${length}, val_sds_avail:0, val_zmalloc: ${sizeOfValue(value)}`,
  );
}

function targetOf(call: Call): Value {
  const value = call.peek(call.args[2]!);
  if (value === undefined) throw new CommandError(NO_SUCH_KEY);
  return value;
}

/** DEBUG HTSTATS db [full]. */
export function hashTableOfDatabase(call: Call): void {
  const number = integerArgument(call.args[2]!);
  if (number < 0 || number >= DATABASES) throw new CommandError('ERR Out of range database');
  const { keys, expires } = databaseOf(call.space, number);
  call.reply.verbatim(`[Dictionary HT]\n${tableStatistics(keys)}[Expires HT]\n${tableStatistics(expires)}`);
}

/** DEBUG HTSTATS-KEY key [full]. */
export function hashTableOfKey(call: Call): void {
  const value = targetOf(call);
  const table = tableOf(value);
  if (table === undefined) {
    throw new CommandError('ERR The value stored at the specified key is not represented using an hash table');
  }
  call.reply.verbatim(tableStatistics(table));
}

function tableOf(value: Value): ReadonlyDense<unknown> | undefined {
  if (typeof value === 'string') return undefined;
  if (value.kind === 'hash') return value.fields;
  if (value.kind === 'set') return value.members;
  return value.kind === 'zset' ? value.scores : undefined;
}

/** V8 does not tell how its tables are filled: these figures are those of a table without collisions. */
function tableStatistics({ keys }: ReadonlyDense<unknown>): string {
  const header = 'Hash table 0 stats (main hash table):\n';
  const elements = keys.length;
  if (elements === 0) return `${header}No stats available for empty dictionaries\n`;
  const slots = Math.max(4, 2 ** Math.ceil(Math.log2(elements)));
  const share = (count: number): string => `${count} (${((count / slots) * 100).toFixed(2)}%)`;
  return [
    header.trimEnd(),
    ` table size: ${slots}`,
    ` number of elements: ${elements}`,
    ` different slots: ${elements}`,
    ' max chain length: 1',
    ' avg chain length (counted): 1.00',
    ` avg chain length (computed): 1.00`,
    ' Chain length distribution:',
    `   0: ${share(slots - elements)}`,
    `   1: ${share(elements)}`,
    '',
  ].join('\n');
}
