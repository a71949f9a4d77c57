/** Commands of publish and subscribe. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keys, rowsOf } from '../../calls/rows.ts';
import { publish, spublish } from './publish.ts';
import { countingSubscribers, listingChannels, pubsubHelp, pubsubNumpat } from './pubsub.ts';
import { subscribing, unsubscribing } from './subscribe.ts';

const row = rowsOf('pubsub');

const psubscribe = subscribing({ kind: 'pattern', word: 'psubscribe' });
const ssubscribe = subscribing({ kind: 'shard', word: 'ssubscribe' });
const subscribe = subscribing({ kind: 'channel', word: 'subscribe' });
const punsubscribe = unsubscribing({ kind: 'pattern', word: 'punsubscribe' });
const sunsubscribe = unsubscribing({ kind: 'shard', word: 'sunsubscribe' });
const unsubscribe = unsubscribing({ kind: 'channel', word: 'unsubscribe' });
const pubsubChannels = listingChannels('channel');
const pubsubShardchannels = listingChannels('shard');
const pubsubNumsub = countingSubscribers('channel');
const pubsubShardnumsub = countingSubscribers('shard');

export const PUBSUB_COMMANDS: readonly CommandRow[] = [
  row('psubscribe', -2, 'pubsub noscript loading stale sentinel', '', [], '2.0.0', psubscribe),
  row('publish', 3, 'pubsub loading stale fast may_replicate sentinel', '', [], '2.0.0', publish),
  row('pubsub|channels', -2, 'pubsub loading stale', '', [], '2.8.0', pubsubChannels),
  row('pubsub|help', 2, 'loading stale', '', [], '6.2.0', pubsubHelp),
  row('pubsub|numpat', 2, 'pubsub loading stale', '', [], '2.8.0', pubsubNumpat),
  row('pubsub|numsub', -2, 'pubsub loading stale', '', [], '2.8.0', pubsubNumsub),
  row('pubsub|shardchannels', -2, 'pubsub loading stale', '', [], '7.0.0', pubsubShardchannels),
  row('pubsub|shardnumsub', -2, 'pubsub loading stale', '', [], '7.0.0', pubsubShardnumsub),
  row('pubsub', -2, '', '', [], '2.8.0', undefined),
  row('punsubscribe', -1, 'pubsub noscript loading stale sentinel', '', [], '2.0.0', punsubscribe),
  row('spublish', 3, 'pubsub loading stale fast may_replicate', '', [key('NOT_KEY')], '7.0.0', spublish),
  row('ssubscribe', -2, 'pubsub noscript loading stale', '', [keys('NOT_KEY')], '7.0.0', ssubscribe),
  row('subscribe', -2, 'pubsub noscript loading stale sentinel', '', [], '2.0.0', subscribe),
  row('sunsubscribe', -1, 'pubsub noscript loading stale', '', [keys('NOT_KEY')], '7.0.0', sunsubscribe),
  row('unsubscribe', -1, 'pubsub noscript loading stale sentinel', '', [], '2.0.0', unsubscribe),
];
