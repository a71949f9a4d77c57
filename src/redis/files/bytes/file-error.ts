/** The one error of Redis's file formats: an AOF, an RDB file or a DUMP payload that cannot be read. */

/**
 * `truncated`: the input ends inside of something. `checksum`: the CRC64 does not match. `too-new`: a newer Redis wrote
 * it. `unsupported`: legal, but it holds what this reader does not know. `malformed`: everything else.
 */
export type FileErrorKind = 'truncated' | 'malformed' | 'checksum' | 'too-new' | 'unsupported';

export class RedisFileError extends Error {
  override readonly name = 'RedisFileError';
  readonly kind: FileErrorKind;
  /** Where the reader stood, in bytes from the start of the file or payload. */
  readonly offset: number;

  constructor(kind: FileErrorKind, what: string, offset: number) {
    super(`${what} at byte ${offset}`);
    this.kind = kind;
    this.offset = offset;
  }
}
