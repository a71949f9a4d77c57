/**
 * Templates of the commands that both servers run, and the vocabulary of their arguments.
 *
 * Left out: commands whose outcome is random (SPOP, RANDOMKEY, …) unless they give everything, and relative times, because
 * the two servers run each command at another millisecond.
 */
import type { Chance, Vocabulary } from './grammar.ts';

/** How the replies to a command are compared. */
export type Comparison = 'exact' | 'unordered' | 'pairs' | 'transaction';

export interface Template {
  readonly group: string;
  readonly text: string;
  /** `unordered` compares arrays as multisets, `pairs` as multisets of pairs, and `transaction` each reply within an array
   * as `unordered`. Default `exact`. */
  readonly comparison?: Comparison;
}

const KEYS_PER_KIND = 4;

/** A key that mostly holds this kind of value; one in twelve times any other. */
function keyOf(kind: string): (chance: Chance) => string {
  return (chance) => {
    const own = chance.below(12) > 0 ? kind : chance.pick(['s', 'l', 'h', 'u', 'z', 'x', 'n', 'p', 'g']);
    return `${own}${chance.below(KEYS_PER_KIND)}`;
  };
}

/** None begins with a zero byte: SORT ALPHA of Redis cannot tell it from an empty text, and its order is then arbitrary. */
const ODD_BYTES = ['', 'n\0ul', '\xff\xfe', '__proto__', '\xed\xa0\x80', 'a b\r\n"', 'constructor'];
const INTEGERS = [
  '0',
  '1',
  '-1',
  '7',
  '10',
  '-3',
  '100',
  '9223372036854775807',
  '-9223372036854775808',
  '3.5',
  'x',
  '',
];
const SCORES = ['0', '1', '2', '-1.5', '1e3', '0.1', 'inf', '-inf', '3', '3', '17.25', 'nan', 'x'];
const EXPIRY = ['4102444800000', '4102444800001', '99999999999999', '1', '0', '-5', 'x'];

function word(chance: Chance): string {
  return chance.below(10) === 0
    ? chance.pick(ODD_BYTES)
    : chance.pick(['a', 'b', 'c', 'd', 'e', 'f', '1', '2', '3', '10', 'abc', 'hello world']);
}

export const WORDS: Vocabulary = {
  s: keyOf('s'),
  n: keyOf('n'),
  l: keyOf('l'),
  h: keyOf('h'),
  u: keyOf('u'),
  z: keyOf('z'),
  x: keyOf('x'),
  p: keyOf('p'),
  g: keyOf('g'),
  any: (chance) => `${chance.pick(['s', 'l', 'h', 'u', 'z', 'x', 'n', 'p', 'g'])}${chance.below(KEYS_PER_KIND)}`,
  value: (chance) => (chance.below(20) === 0 ? word(chance).repeat(1 + chance.below(80)) : word(chance)),
  member: word,
  field: word,
  int: (chance) => chance.pick(INTEGERS),
  small: (chance) => String(chance.below(9) - 3),
  count: (chance) => String(chance.below(6)),
  index: (chance) => String(chance.below(14) - 7),
  float: (chance) => chance.pick(['1.5', '-2', '0.1', '3e2', '1e-5', '0', 'x', '10.25', '-0.75', 'inf']),
  // None is negative: a large sorted set keeps the sign of -0, and a small one does not.
  weight: (chance) => chance.pick(['1.5', '0.1', '3e2', '1e-5', '0', 'x', '10.25', 'inf']),
  score: (chance) => chance.pick(SCORES),
  min: (chance) => chance.pick(['-inf', '0', '(0', '1', '(1', '-1.5', '2', 'x', '(']),
  max: (chance) => chance.pick(['+inf', 'inf', '3', '(3', '10', '(17.25', '1000', 'x', '1']),
  lexmin: (chance) => chance.pick(['-', '[a', '(a', '[b', '[', 'x', '+']),
  lexmax: (chance) => chance.pick(['+', '[c', '(d', '[z', '(a', '-', 'y']),
  expiry: (chance) => chance.pick(EXPIRY),
  offset: (chance) => chance.pick(['0', '1', '7', '8', '15', '23', '100', '-1', 'x', '1000']),
  bit: (chance) => chance.pick(['0', '1', '1', '0', '2']),
  type: (chance) => chance.pick(['u8', 'i5', 'u1', 'i64', 'u63', 'u64', 'i16', 'x']),
  bitoffset: (chance) => chance.pick(['0', '#0', '#1', '5', '100', '-1', '#3']),
  id: (chance) => `${chance.below(12)}-${chance.below(4)}`,
  newid: (chance) =>
    chance.pick([`${chance.below(40)}-${chance.below(3)}`, `${chance.below(40)}-*`, `${chance.below(40)}`]),
  unread: (chance) => (chance.below(3) > 0 ? '>' : `${chance.below(12)}-${chance.below(4)}`),
  range: (chance) => chance.pick(['-', '+', '3', '(4', '5-1', '(2-2', '0', 'x']),
  group: (chance) => chance.pick(['g1', 'g2', 'g3']),
  consumer: (chance) => chance.pick(['c1', 'c2', 'c3']),
  longitude: (chance) => chance.pick(['13.361389', '15.087269', '2.349014', '-122.4', '0', '181', 'x', '13.3']),
  latitude: (chance) => chance.pick(['38.115556', '37.502669', '48.864716', '37.8', '0', '86', 'x', '38.1']),
  radius: (chance) => chance.pick(['100', '200', '0.5', '5000', '20000', '-1', 'x', '0']),
  unit: (chance) => chance.pick(['m', 'km', 'ft', 'mi', 'parsec']),
  glob: (chance) => chance.pick(['*', '?0', 's*', '[l-n]1', '*2', '\\*', '[^a]*', '']),
};

const exact = (group: string, texts: string): Template[] => templates(group, texts, 'exact');
const unordered = (group: string, texts: string): Template[] => templates(group, texts, 'unordered');
const pairs = (group: string, texts: string): Template[] => templates(group, texts, 'pairs');

function templates(group: string, texts: string, comparison: Comparison): Template[] {
  const lines = texts.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((text) => ({ group, text, comparison }));
}

export const TEMPLATES: readonly Template[] = [
  ...exact(
    'strings',
    `SET {s} {value} [NX|XX] [GET]
     SET {s} {value} [KEEPTTL|PXAT {expiry}]
     SET {n} {int}
     GET {s}
     GETSET {s} {value}
     GETDEL {s}
     GETEX {s} [PERSIST|PXAT {expiry}]
     MGET <{s}>
     MSET <{s} {value}>
     MSETNX <{s} {value}>
     SETNX {s} {value}
     APPEND {s} {value}
     STRLEN {s}
     GETRANGE {s} {index} {index}
     SUBSTR {s} {index} {index}
     SETRANGE {s} {offset} {value}
     INCR {n}
     DECR {n}
     INCRBY {n} {int}
     DECRBY {n} {int}
     INCRBYFLOAT {n} {float}
     LCS {s} {s} [LEN|IDX] [MINMATCHLEN {small}] [WITHMATCHLEN]`,
  ),
  ...exact(
    'bitmaps',
    `SETBIT {s} {offset} {bit}
     GETBIT {s} {offset}
     BITCOUNT {s} [{index} {index}] [BYTE|BIT]
     BITPOS {s} {bit} [{index}] [{index}] [BYTE|BIT]
     BITOP (AND|OR|XOR) {s} <{s}>
     BITOP NOT {s} {s}
     BITFIELD {s} <(GET {type} {bitoffset}|SET {type} {bitoffset} {int}|INCRBY {type} {bitoffset} {int}|OVERFLOW (WRAP|SAT|FAIL))>
     BITFIELD_RO {s} <GET {type} {bitoffset}>`,
  ),
  ...exact(
    'keys',
    `DEL <{any}>
     UNLINK {any}
     EXISTS <{any}>
     TYPE {any}
     RENAME {any} {any}
     RENAMENX {any} {any}
     COPY {any} {any} [REPLACE]
     COPY {any} {any} DB 1 [REPLACE]
     MOVE {any} 1
     PEXPIREAT {any} {expiry} [NX|XX|GT|LT]
     EXPIREAT {any} 4102444800 [NX|XX|GT|LT]
     PEXPIRETIME {any}
     EXPIRETIME {any}
     PERSIST {any}
     TOUCH <{any}>
     DBSIZE
     SWAPDB 0 1
     SWAPDB 0 0
     SORT {l} [LIMIT {small} {count}] [ASC|DESC] ALPHA
     SORT {l} [DESC]
     SORT {u} ALPHA STORE {l}
     SORT {u} ALPHA [LIMIT {count} {count}] [GET #]`,
  ),
  ...unordered('keys', 'KEYS {glob}\nSORT_RO {l} BY nosort'),
  ...exact(
    'lists',
    `LPUSH {l} <{value}>
     RPUSH {l} <{value}>
     LPUSHX {l} <{value}>
     RPUSHX {l} {value}
     LPOP {l} [{count}]
     RPOP {l} [{count}]
     LLEN {l}
     LRANGE {l} {index} {index}
     LINDEX {l} {index}
     LSET {l} {index} {value}
     LINSERT {l} (BEFORE|AFTER) {value} {value}
     LREM {l} {small} {value}
     LTRIM {l} {index} {index}
     LPOS {l} {value} [RANK {small}] [COUNT {count}] [MAXLEN {count}]
     LMOVE {l} {l} (LEFT|RIGHT) (LEFT|RIGHT)
     RPOPLPUSH {l} {l}
     LMPOP 2 {l} {l} (LEFT|RIGHT) [COUNT {count}]
     BLPOP {l} l0 l1 l2 l3 0.001
     BLMOVE {l} {l} LEFT RIGHT 0.001`,
  ),
  ...exact(
    'hashes',
    `HSET {h} <{field} {value}>
     HSETNX {h} {field} {value}
     HMSET {h} <{field} {value}>
     HGET {h} {field}
     HMGET {h} <{field}>
     HDEL {h} <{field}>
     HLEN {h}
     HSTRLEN {h} {field}
     HEXISTS {h} {field}
     HINCRBY {h} {field} {int}
     HINCRBYFLOAT {h} {field} {float}`,
  ),
  ...unordered('hashes', 'HKEYS {h}\nHVALS {h}'),
  ...pairs('hashes', 'HGETALL {h}\nHRANDFIELD {h} 1000 WITHVALUES'),
  ...exact(
    'sets',
    `SADD {u} <{member}>
     SREM {u} <{member}>
     SMOVE {u} {u} {member}
     SISMEMBER {u} {member}
     SMISMEMBER {u} <{member}>
     SCARD {u}
     SINTERCARD 2 {u} {u} [LIMIT {count}]
     SINTERSTORE {u} <{u}>
     SUNIONSTORE {u} <{u}>
     SDIFFSTORE {u} <{u}>`,
  ),
  ...unordered(
    'sets',
    `SMEMBERS {u}
     SINTER <{u}>
     SUNION <{u}>
     SDIFF <{u}>
     SRANDMEMBER {u} 1000
     SPOP {u} 1000`,
  ),
  ...exact(
    'sorted sets',
    `ZADD {z} [NX|XX] [GT|LT] [CH] <{score} {member}>
     ZADD {z} [XX] INCR {score} {member}
     ZINCRBY {z} {score} {member}
     ZREM {z} <{member}>
     ZCARD {z}
     ZSCORE {z} {member}
     ZMSCORE {z} <{member}>
     ZRANK {z} {member}
     ZREVRANK {z} {member}
     ZRANGE {z} {index} {index} [REV] [WITHSCORES]
     ZRANGE {z} {min} {max} BYSCORE [LIMIT {small} {small}] [WITHSCORES]
     ZRANGE {z} {max} {min} BYSCORE REV [LIMIT {small} {small}]
     ZRANGE {z} {lexmin} {lexmax} BYLEX [LIMIT {small} {small}]
     ZRANGESTORE {z} {z} {index} {index} [REV]
     ZRANGESTORE {z} {z} {min} {max} BYSCORE [LIMIT {small} {count}]
     ZRANGEBYSCORE {z} {min} {max} [WITHSCORES] [LIMIT {small} {small}]
     ZREVRANGEBYSCORE {z} {max} {min}
     ZRANGEBYLEX {z} {lexmin} {lexmax}
     ZREVRANGEBYLEX {z} {lexmax} {lexmin}
     ZREVRANGE {z} {index} {index} [WITHSCORES]
     ZCOUNT {z} {min} {max}
     ZLEXCOUNT {z} {lexmin} {lexmax}
     ZREMRANGEBYRANK {z} {index} {index}
     ZREMRANGEBYSCORE {z} {min} {max}
     ZREMRANGEBYLEX {z} {lexmin} {lexmax}
     ZPOPMIN {z} [{count}]
     ZPOPMAX {z} [{count}]
     ZMPOP 2 {z} {z} (MIN|MAX) [COUNT {count}]
     ZUNION 2 {z} {z} [WEIGHTS {weight} {weight}] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]
     ZINTER 2 {z} {u} [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]
     ZDIFF 2 {z} {z} [WITHSCORES]
     ZUNIONSTORE {z} 2 {z} {u} [WEIGHTS {weight} {weight}] [AGGREGATE (SUM|MIN|MAX)]
     ZINTERSTORE {z} 2 {z} {z} [WEIGHTS {weight} {weight}] [AGGREGATE (SUM|MIN|MAX)]
     ZDIFFSTORE {z} 2 {z} {z}
     ZINTERCARD 2 {z} {z} [LIMIT {count}]
     BZPOPMIN {z} z0 z1 z2 z3 0.001`,
  ),
  ...exact(
    'geo',
    `GEOADD {g} [NX|XX] [CH] <{longitude} {latitude} {member}>
     GEODIST {g} {member} {member} [{unit}]
     GEOHASH {g} <{member}>
     GEOPOS {g} <{member}>
     GEOSEARCH {g} FROMLONLAT {longitude} {latitude} BYRADIUS {radius} {unit} ASC [COUNT {count}] [WITHCOORD] [WITHDIST] [WITHHASH]
     GEOSEARCH {g} FROMMEMBER {member} BYBOX {radius} {radius} {unit} DESC [WITHDIST]
     GEOSEARCHSTORE {g} {g} FROMLONLAT {longitude} {latitude} BYRADIUS {radius} km [ASC] [STOREDIST]
     GEORADIUS {g} {longitude} {latitude} {radius} {unit} ASC
     GEORADIUSBYMEMBER {g} {member} {radius} {unit} ASC [WITHDIST]`,
  ),
  ...exact(
    'hyperloglog',
    `PFADD {p} <{member}>
     PFCOUNT <{p}>
     PFMERGE {p} <{p}>`,
  ),
  ...exact(
    'streams',
    `XADD {x} [NOMKSTREAM] [MAXLEN {count}|MINID {id}] {newid} <{field} {value}>
     XLEN {x}
     XRANGE {x} {range} {range} [COUNT {small}]
     XREVRANGE {x} {range} {range} [COUNT {small}]
     XDEL {x} <{id}>
     XTRIM {x} MAXLEN {count}
     XTRIM {x} MINID {id}
     XSETID {x} {id} [ENTRIESADDED {count} MAXDELETEDID {id}]
     XREAD [COUNT {count}] STREAMS {x} {id}
     XGROUP CREATE {x} {group} ({id}|$) [MKSTREAM] [ENTRIESREAD {count}]
     XGROUP SETID {x} {group} ({id}|$)
     XGROUP CREATECONSUMER {x} {group} {consumer}
     XGROUP DELCONSUMER {x} {group} {consumer}
     XGROUP DESTROY {x} {group}
     XREADGROUP GROUP {group} {consumer} [COUNT {count}] [NOACK] STREAMS {x} {unread}
     XACK {x} {group} <{id}>
     XPENDING {x} {group}
     XCLAIM {x} {group} {consumer} 0 <{id}> [FORCE] [JUSTID]
     XAUTOCLAIM {x} {group} {consumer} 0 {id} [COUNT {count}] [JUSTID]
     XINFO GROUPS {x}`,
  ),
  ...exact(
    'transactions',
    `MULTI
     DISCARD
     SELECT 0
     ECHO {value}
     PUBLISH c {value}`,
  ),
  { group: 'transactions', text: 'EXEC', comparison: 'transaction' },
];
