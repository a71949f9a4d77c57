/** What DUMP returns and RESTORE takes: a type, the value, the RDB version in 2 bytes, and a CRC-64 of all of it. */
import { ByteInput } from '../bytes/byte-input.ts';
import { ByteOutput } from '../bytes/byte-output.ts';
import { crc64 } from '../bytes/crc64.ts';
import { RedisFileError } from '../bytes/file-error.ts';
import { type RedisValue, sizeOf } from '../values/value.ts';
import { RDB_VERSION } from './format.ts';
import { readValue } from './read-value.ts';
import { typeOf, writeValue } from './write-value.ts';

const FOOTER_BYTES = 10;
const CHECKSUM_BYTES = 8;

/** The payload as a latin1 string, one character a byte. */
export function dumpPayload(value: RedisValue): string {
  const output = new ByteOutput().byte(typeOf(value));
  writeValue(output, value);
  const bytes = output.int(RDB_VERSION, 2).take();
  return bytes.toString('latin1') + checksumOf(bytes);
}

/** RESTORE's answer to a payload that was changed, cut, or written by a newer Redis. */
export const WRONG_CHECKSUM = 'ERR DUMP payload version or checksum are wrong';

/** RESTORE's answer to a payload that holds no value it can read. */
export const BAD_FORMAT = 'ERR Bad data format';

export type Restored = { readonly value: RedisValue } | { readonly error: typeof WRONG_CHECKSUM | typeof BAD_FORMAT };

/** In bytes. A payload may hold a longer string in fewer bytes. */
const LONGEST_RESTORED = 64 * 1024 * 1024;

/** The value of a payload, or RESTORE's answer if it is wrong. Like Redis, ignores bytes between value and version. */
export function restorePayload(payload: string): Restored {
  if (!isIntact(payload)) return { error: WRONG_CHECKSUM };
  const input = ByteInput.of(Buffer.from(payload.slice(0, -FOOTER_BYTES), 'latin1'), LONGEST_RESTORED);
  try {
    const value = readValue(input.byte(), input);
    return sizeOf(value) === 0 && value.kind !== 'stream' ? { error: BAD_FORMAT } : { value };
  } catch (error) {
    if (error instanceof RedisFileError) return { error: BAD_FORMAT };
    throw error;
  }
}

function isIntact(payload: string): boolean {
  if (payload.length < FOOTER_BYTES) return false;
  const end = payload.length - CHECKSUM_BYTES;
  const version = payload.charCodeAt(end - 2) | (payload.charCodeAt(end - 1) << 8);
  return version <= RDB_VERSION && checksumOf(Buffer.from(payload.slice(0, end), 'latin1')) === payload.slice(end);
}

function checksumOf(bytes: Uint8Array): string {
  return new ByteOutput().int64(crc64(bytes)).take().toString('latin1');
}
