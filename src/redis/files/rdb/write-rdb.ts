/** A whole RDB file of version 10, in pieces. */
import { ByteOutput } from '../bytes/byte-output.ts';
import { crc64 } from '../bytes/crc64.ts';
import type { RedisEntry } from '../values/value.ts';
import { OPCODE, RDB_VERSION } from './format.ts';
import { writeLength, writeString } from './write-strings.ts';
import { typeOf, writeValue } from './write-value.ts';

/** In bytes. A piece is at least this long, except the last. */
const RDB_PIECE = 1 << 16;

/** The file. Give the keys by database, ascending. Each piece is to be used before the next is asked for. */
export function* writeRdb(
  entries: Iterable<RedisEntry>,
  aux: Readonly<Record<string, string>> = {},
): Generator<Buffer, void> {
  const output = new ByteOutput();
  let checksum = 0n;
  output.text(`REDIS${String(RDB_VERSION).padStart(4, '0')}`);
  for (const [name, value] of Object.entries(aux)) {
    output.byte(OPCODE.aux);
    writeString(output, name);
    writeString(output, value);
  }
  let selected: number | undefined;
  for (const entry of entries) {
    if (entry.database !== selected) {
      selected = entry.database;
      output.byte(OPCODE.database);
      writeLength(output, selected);
    }
    writeEntry(output, entry);
    if (output.length < RDB_PIECE) continue;
    const piece = output.take();
    checksum = crc64(piece, checksum);
    yield piece;
  }
  const last = output.byte(OPCODE.end).take();
  checksum = crc64(last, checksum);
  yield last;
  yield new ByteOutput().int64(checksum).take();
}

function writeEntry(output: ByteOutput, { key, value, expireAt }: RedisEntry): void {
  if (expireAt !== undefined) output.byte(OPCODE.expiryMilliseconds).int64(BigInt(expireAt));
  output.byte(typeOf(value));
  writeString(output, key);
  writeValue(output, value);
}
