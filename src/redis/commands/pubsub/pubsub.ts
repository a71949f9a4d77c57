/** PUBSUB: which channels have subscribers. */
import type { Call } from '../../calls/call.ts';
import { subcommandSyntax } from '../../calls/errors.ts';
import { globOf } from '../../calls/glob.ts';
import { helpCommand } from '../../calls/help.ts';

/** Makes CHANNELS and SHARDCHANNELS. */
export function listingChannels(kind: 'channel' | 'shard'): (call: Call) => void {
  return ({ args, parts, reply }) => {
    if (args.length > 3) throw subcommandSyntax('PUBSUB', args[1]!);
    const matches = globOf(args[2] ?? '*');
    reply.bulks([...parts.publisher.channels(kind)].filter((name) => args[2] === undefined || matches(name)));
  };
}

/** Makes NUMSUB and SHARDNUMSUB. */
export function countingSubscribers(kind: 'channel' | 'shard'): (call: Call) => void {
  return ({ args, parts, reply }) => {
    const names = args.slice(2);
    reply.array(names.length * 2);
    for (const name of names) {
      reply.bulk(name);
      reply.integer(parts.publisher.subscribers(kind, name));
    }
  };
}

export function pubsubNumpat({ parts, reply }: Call): void {
  reply.integer(parts.publisher.patternCount);
}

export const pubsubHelp: (call: Call) => void = helpCommand('PUBSUB', [
  ['CHANNELS [<pattern>]', 'Channels that have subscribers.'],
  ['NUMPAT', 'How many different patterns are subscribed to.'],
  ['NUMSUB [<channel> ...]', 'How many subscribers each channel has.'],
  ['SHARDCHANNELS [<pattern>]', 'Shard channels that have subscribers.'],
  ['SHARDNUMSUB [<channel> ...]', 'How many subscribers each shard channel has.'],
]);
