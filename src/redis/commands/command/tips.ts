/**
 * Tips of COMMAND INFO: what a client or a proxy may want to know of a command beyond its flags.
 *
 * `nondeterministic_output` warns who compares replies; the policies say how a proxy asks several servers and joins the replies.
 */

/** Commands by their tips, which stand before the colon. */
const TIPS = `
nondeterministic_output_order: command command|docs command|info command|list function|list hgetall hkeys hvals module|list sdiff sinter smembers sunion
nondeterministic_output: client|info client|list cluster|bumpepoch cluster|count-failure-reports cluster|getkeysinslot cluster|info cluster|links cluster|nodes cluster|replicas cluster|shards cluster|slaves cluster|slots dump hrandfield hscan lastsave migrate object|encoding object|freq object|idletime object|refcount pttl spop srandmember sscan time ttl xadd xautoclaim xclaim xinfo|consumers xpending xtrim zrandmember zscan
nondeterministic_output request_policy:special: scan
nondeterministic_output request_policy:all_shards response_policy:special: function|stats info memory|doctor memory|malloc-stats memory|stats
nondeterministic_output request_policy:all_nodes response_policy:special: latency|doctor latency|graph latency|histogram latency|history latency|latest
request_policy:all_shards nondeterministic_output: randomkey
request_policy:all_shards nondeterministic_output_order: keys
request_policy:all_shards response_policy:agg_logical_and: script|exists
request_policy:all_shards response_policy:agg_min: wait
request_policy:all_shards response_policy:agg_sum: dbsize
request_policy:all_shards response_policy:all_succeeded: flushall flushdb function|delete function|flush function|load function|restore memory|purge ping
request_policy:all_shards response_policy:one_succeeded: function|kill script|kill
request_policy:all_nodes response_policy:all_succeeded: config|set latency|reset script|flush script|load slowlog|reset
request_policy:all_nodes nondeterministic_output: slowlog|get
request_policy:all_nodes response_policy:agg_sum nondeterministic_output: slowlog|len
request_policy:multi_shard: mget
request_policy:multi_shard response_policy:agg_min: msetnx
request_policy:multi_shard response_policy:agg_sum: del exists touch unlink
request_policy:multi_shard response_policy:all_succeeded: mset
`;

let tips: ReadonlyMap<string, readonly string[]> | undefined;

/** @param name in lower case; `config|get` for a subcommand */
export function tipsOf(name: string): readonly string[] {
  tips ??= new Map(TIPS.trim().split('\n').flatMap(readLine));
  return tips.get(name) ?? [];
}

function readLine(line: string): readonly (readonly [string, readonly string[]])[] {
  const [words = '', names = ''] = line.split(/: /);
  return names.split(' ').map((name) => [name, words.split(' ')] as const);
}
