/**
 * An RDB file, record by record. Memory holds one value at a time.
 *
 * Versions 1 to 10 are read. The checksum is compared at the end, so a caller must not keep anything before the
 * iteration has ended without an error.
 */
import type { ByteInput } from '../bytes/byte-input.ts';
import { RedisFileError } from '../bytes/file-error.ts';
import type { RedisEntry } from '../values/value.ts';
import { FIRST_WITH_CHECKSUM, OPCODE, RDB_VERSION, TYPE } from './format.ts';
import { readTime } from './read-stream.ts';
import { readLength, readString } from './read-strings.ts';
import { readValue } from './read-value.ts';
import { skipModuleData, skipModuleValue } from './skip-module.ts';

export type RdbRecord =
  | ({ readonly kind: 'entry' } & RedisEntry & KeyUse)
  | { readonly kind: 'aux'; readonly name: string; readonly value: string }
  /** How many keys the database that was just selected has, and how many of them expire. */
  | { readonly kind: 'sizes'; readonly database: number; readonly keys: number; readonly expiring: number }
  | { readonly kind: 'function'; readonly code: string }
  /** A key whose value only a module can read. */
  | { readonly kind: 'module-key'; readonly database: number; readonly key: string; readonly type: string }
  | { readonly kind: 'module-data'; readonly type: string };

/** How the key was used, if eviction wants to know it. */
export interface KeyUse {
  /** Seconds since the last use. */
  readonly idle?: number;
  /** The logarithmic counter of uses, 0 to 255. */
  readonly frequency?: number;
}

const MAGIC = 'REDIS';

/** Whether an RDB file begins here. */
export function isRdb(input: ByteInput): boolean {
  return input.startsWith(MAGIC);
}

/** Reads the file up to its end mark and checksum. What follows stays unread. */
export function* readRdb(input: ByteInput): Generator<RdbRecord, void> {
  const version = readVersion(input);
  let database = 0;
  for (let about = NOTHING_SAID; ; ) {
    const code = input.byte();
    switch (code) {
      case OPCODE.end:
        if (version >= FIRST_WITH_CHECKSUM) readChecksum(input);
        return;
      case OPCODE.database:
        database = readDatabase(input);
        break;
      case OPCODE.expirySeconds:
        about = { ...about, expireAt: input.int(4) * 1_000 };
        break;
      case OPCODE.expiryMilliseconds:
        about = { ...about, expireAt: readTime(input) };
        break;
      case OPCODE.idle:
        about = { ...about, idle: readLength(input) };
        break;
      case OPCODE.frequency:
        about = { ...about, frequency: input.byte() };
        break;
      case OPCODE.aux:
        yield { kind: 'aux', name: readString(input), value: readString(input) };
        break;
      case OPCODE.sizes:
        yield { kind: 'sizes', database, keys: readLength(input), expiring: readLength(input) };
        break;
      case OPCODE.function:
        yield { kind: 'function', code: readString(input) };
        break;
      case OPCODE.moduleData:
        yield { kind: 'module-data', type: skipModuleData(input) };
        break;
      case TYPE.module:
        yield { kind: 'module-key', database, key: readString(input), type: skipModuleValue(input) };
        about = NOTHING_SAID;
        break;
      default:
        yield { kind: 'entry', database, ...about, key: readString(input), value: readValue(code, input) };
        about = NOTHING_SAID;
    }
  }
}

/** What the records before a key say of it. */
type About = KeyUse & Pick<RedisEntry, 'expireAt'>;

const NOTHING_SAID: About = { expireAt: undefined };

function readVersion(input: ByteInput): number {
  if (!isRdb(input)) input.fail('This is not an RDB file: it does not begin with REDIS');
  input.text(MAGIC.length);
  const digits = input.text(4);
  const version = /^\d{4}$/.test(digits) ? Number(digits) : 0;
  if (version < 1) input.fail('The version of an RDB file is not a number');
  if (version <= RDB_VERSION) return version;
  const what = `An RDB file has version ${version}, and ${RDB_VERSION} is the newest that can be read: the end of its version is`;
  throw new RedisFileError('too-new', what, input.offset);
}

/** Real servers have at most 2^31 - 1 databases. */
function readDatabase(input: ByteInput): number {
  const database = readLength(input);
  return database < 2 ** 31 ? database : input.fail(`The database number ${database} is too large`);
}

/** A checksum of 0 says that Redis was configured to write none. */
function readChecksum(input: ByteInput): void {
  const expected = input.checksum;
  const stored = input.uint64();
  if (stored === 0n || stored === expected) return;
  throw new RedisFileError('checksum', 'The checksum of an RDB file does not match: its end is', input.offset);
}
