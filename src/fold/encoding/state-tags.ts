/**
 * The format of an encoded state.
 *
 * The encoding is one byte, `STATE_FORMAT`, followed by the root. Every value begins with a tag. Many tags contain the
 * whole value or its size. A *varint* is an unsigned integer in groups of seven bits, the lowest first. Everything else
 * is little-endian.
 *
 *     00 null   01 undefined   02 false   03 true
 *     04 05     integer ≥ 0, < 0: varint of its magnitude (safe integers; -0 is a float)
 *     06        float: 8 bytes; NaN always as 7ff8000000000000
 *     07 08     bigint ≥ 0, < 0: varint size, magnitude
 *     09 0a     string: varint length in UTF-16 units, then a byte each (if all are below 256) or two
 *     0b        array: varint count, items
 *     0c        object of a new shape: varint count, keys (strings), values. Shapes are numbered from 0
 *     0d        object of a known shape: varint number, values
 *     0e        object without a shape (too many keys or known shapes): varint count, then key and value of each
 *     0f        the object that follows has no prototype
 *     10 12     Map, OrderedMap at the top level: varint count, then key and value of each
 *     11        Set: varint count, members
 *     13        Date: float
 *     14 15     ArrayBuffer, DataView: varint size, bytes
 *     16        typed array: a byte for its type (the index in TYPED_ARRAYS), varint size in bytes, bytes
 *     17        OrderedMap below the top level: the comparator's name (a string), varint count, then key and value of each
 *     18        Deque: varint count, items
 *     20–3f     string of 0 to 31 units below 256
 *     40–7f     object of shape 0 to 63
 *     80–ff     integer 0 to 127
 */
export const STATE_FORMAT = 1;

/**
 * The format that a snapshot states when its state uses the tags 17 or 18. Its bytes begin with 01 all the same: whether
 * a state needs the tags is only known at its end. An older release refuses a file with such a snapshot.
 */
export const COLLECTIONS_FORMAT = 2;

export const NULL = 0x00;
export const UNDEFINED = 0x01;
export const FALSE = 0x02;
export const TRUE = 0x03;
export const INTEGER = 0x04;
export const NEGATIVE_INTEGER = 0x05;
export const FLOAT = 0x06;
export const BIGINT = 0x07;
export const NEGATIVE_BIGINT = 0x08;
export const LATIN1 = 0x09;
export const UTF16 = 0x0a;
export const ARRAY = 0x0b;
export const NEW_SHAPE = 0x0c;
export const KNOWN_SHAPE = 0x0d;
export const OBJECT = 0x0e;
export const NO_PROTOTYPE = 0x0f;
export const MAP = 0x10;
export const SET = 0x11;
export const ORDERED_MAP = 0x12;
export const DATE = 0x13;
export const ARRAY_BUFFER = 0x14;
export const DATA_VIEW = 0x15;
export const TYPED_ARRAY = 0x16;
export const NAMED_ORDERED_MAP = 0x17;
export const DEQUE = 0x18;

export const SHORT_STRING = 0x20;
export const SHORT_STRING_LIMIT = 32;
export const LOW_SHAPE = 0x40;
export const LOW_SHAPE_LIMIT = 64;
export const SMALL_INTEGER = 0x80;
export const SMALL_INTEGER_LIMIT = 128;

/** An object with more keys is a dictionary and gets no shape. */
export const SHAPE_KEYS = 64;
/** A limit on known shapes, so that dictionaries with many different keys cannot fill the memory. */
export const SHAPES = 4096;
