/** The numbers of the RDB format, of version 10 and before. */

/** Redis 7.0 writes this version, and this server too. */
export const RDB_VERSION = 10;

/** Files have a checksum since this version. */
export const FIRST_WITH_CHECKSUM = 5;

/** What follows is not a key and its value. */
export const OPCODE = {
  function: 245,
  /** As release candidates of 7.0 wrote functions. */
  oldFunction: 246,
  moduleData: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  sizes: 251,
  expiryMilliseconds: 252,
  expirySeconds: 253,
  database: 254,
  end: 255,
} as const;

/** The encodings of values. */
export const TYPE = {
  string: 0,
  list: 1,
  set: 2,
  textZset: 3,
  hash: 4,
  zset: 5,
  oldModule: 6,
  module: 7,
  zipmapHash: 9,
  ziplistList: 10,
  intset: 11,
  ziplistZset: 12,
  ziplistHash: 13,
  quicklist: 14,
  stream: 15,
  listpackHash: 16,
  listpackZset: 17,
  quicklist2: 18,
  stream2: 19,
} as const;

/** How a length begins: the two highest bits, or the whole byte. */
export const LENGTH = { bits14: 0x40, bits32: 0x80, bits64: 0x81, special: 0xc0 } as const;

/** What a special length says about the string that follows. */
export const SPECIAL = { int8: 0xc0, int16: 0xc1, int32: 0xc2, lzf: 0xc3 } as const;

/** How a node of a quicklist holds its items. */
export const NODE = { plain: 1, packed: 2 } as const;

/** Flags of an entry in the listpack of a stream. */
export const ENTRY = { deleted: 1, sameFields: 2 } as const;
