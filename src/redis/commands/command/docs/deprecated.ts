/** Commands that another one has replaced, and commands for those who work on Redis itself. COMMAND DOCS tells both. */

export interface Deprecation {
  readonly since: string;
  readonly replacedBy: string;
}

const DEPRECATED: { readonly [name: string]: readonly [since: string, replacedBy: string] } = {
  brpoplpush: ['6.2.0', '`BLMOVE` with `RIGHT` and `LEFT`'],
  'cluster|slaves': ['5.0.0', '`CLUSTER REPLICAS`'],
  'cluster|slots': ['7.0.0', '`CLUSTER SHARDS`'],
  georadius: ['6.2.0', '`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS`'],
  georadius_ro: ['6.2.0', '`GEOSEARCH` with `BYRADIUS`'],
  georadiusbymember: ['6.2.0', '`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS` and `FROMMEMBER`'],
  georadiusbymember_ro: ['6.2.0', '`GEOSEARCH` with `BYRADIUS` and `FROMMEMBER`'],
  getset: ['6.2.0', '`SET` with `GET`'],
  hmset: ['4.0.0', '`HSET` with several fields'],
  rpoplpush: ['6.2.0', '`LMOVE` with `RIGHT` and `LEFT`'],
  slaveof: ['5.0.0', '`REPLICAOF`'],
  substr: ['2.0.0', '`GETRANGE`'],
  zrangebylex: ['6.2.0', '`ZRANGE` with `BYLEX`'],
  zrangebyscore: ['6.2.0', '`ZRANGE` with `BYSCORE`'],
  zrevrange: ['6.2.0', '`ZRANGE` with `REV`'],
  zrevrangebylex: ['6.2.0', '`ZRANGE` with `REV` and `BYLEX`'],
  zrevrangebyscore: ['6.2.0', '`ZRANGE` with `REV` and `BYSCORE`'],
};

const SYSTEM_COMMANDS = new Set(['debug', 'pfdebug', 'pfselftest', 'restore-asking']);

/** @param name in lower case; `config|get` for a subcommand */
export function deprecationOf(name: string): Deprecation | undefined {
  const found = Object.hasOwn(DEPRECATED, name) ? DEPRECATED[name] : undefined;
  return found && { since: found[0], replacedBy: found[1] };
}

export function isSystemCommand(name: string): boolean {
  return SYSTEM_COMMANDS.has(name);
}
