/** Steps over what a module saved. A module marks each of its values, so that this works without the module. */
import type { ByteInput } from '../bytes/byte-input.ts';
import { readString, readUint64 } from './read-strings.ts';

const MARK = { end: 0n, signed: 1n, unsigned: 2n, float: 3n, double: 4n, string: 5n } as const;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NAME_LENGTH = 9;
/** The version of the module's encoding is below its name. */
const VERSION_BITS = 10n;

/** Steps over the value of a key, and returns the name of the module's type. */
export function skipModuleValue(input: ByteInput): string {
  const name = readName(input);
  skipValues(input);
  return name;
}

/** Steps over data of a module beside the keys, and returns the name of the module's type. */
export function skipModuleData(input: ByteInput): string {
  const name = readName(input);
  if (readUint64(input) !== MARK.unsigned) input.fail('Data of a module does not begin with a number');
  readUint64(input);
  skipValues(input);
  return name;
}

function readName(input: ByteInput): string {
  const id = readUint64(input) >> VERSION_BITS;
  const letters = Array.from({ length: NAME_LENGTH }, (_, at) => LETTERS[Number((id >> BigInt(6 * at)) & 63n)]!);
  return letters.reverse().join('');
}

function skipValues(input: ByteInput): void {
  for (let mark = readUint64(input); mark !== MARK.end; mark = readUint64(input)) {
    if (mark === MARK.signed || mark === MARK.unsigned) readUint64(input);
    else if (mark === MARK.float) input.view(4);
    else if (mark === MARK.double) input.view(8);
    else if (mark === MARK.string) readString(input);
    else input.fail(`The mark ${mark} of a module's value is unknown`);
  }
}
