/** Keyspace events of sorted sets, places and HyperLogLogs. */
import { expect, test } from 'vitest';
import { connectTo, startServer } from '../../harness.ts';

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['ZADD z 1 a 2 b 3 c 4 d', ['zadd z']],
  ['ZADD z 1 a', []],
  ['ZADD z INCR 1 a', ['zincr z']],
  ['ZINCRBY z 0 a', []],
  ['ZREM z none', []],
  ['ZREM z a', ['zrem z']],
  ['ZRANGESTORE t z 0 -1', ['zrangestore t']],
  ['ZUNIONSTORE t 1 z', ['zunionstore t']],
  ['ZINTERSTORE t 2 z none', ['del t']],
  ['ZDIFFSTORE t 2 z none', ['zdiffstore t']],
  ['ZPOPMIN z', ['zpopmin z']],
  ['ZMPOP 1 z MAX', ['zpopmax z']],
  ['BZPOPMAX z 0', ['zpopmax z', 'del z']],
  ['ZREMRANGEBYRANK t 0 0', ['zremrangebyrank t']],
  ['ZREMRANGEBYSCORE t 3 3', ['zremrangebyscore t']],
  ['ZREMRANGEBYLEX t - +', ['zremrangebylex t', 'del t']],
  ['GEOADD g 1 1 a 2 2 b', ['zadd g']],
  ['GEOSEARCHSTORE t g FROMMEMBER a BYRADIUS 1 km', ['geosearchstore t']],
  ['GEORADIUS g 1 1 500 km STORE t', ['georadiusstore t']],
  ['GEORADIUS g 50 50 1 km STORE t', ['del t']],
  ['PFADD p a', ['pfadd p']],
  ['PFADD p a', []],
  ['PFCOUNT p', []],
  ['PFMERGE q p', ['pfadd q']],
];

test('each command reports what Redis reports', async () => {
  const server = await startServer();
  const [client, listener] = [await connectTo(server), await connectTo(server)];
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'EA');
  await listener.call('PSUBSCRIBE', '__keyevent@0__:*');
  for (const [command, expected] of CASES) {
    await client.call(...command.split(' '));
    await client.call('PUBLISH', '__keyevent@0__:end', command);
    const heard: string[] = [];
    for (;;) {
      const [, , channel = '', key = ''] = (await listener.next()) as string[];
      const event = channel.slice('__keyevent@0__:'.length);
      if (event === 'end') break;
      heard.push(`${event} ${key}`);
    }
    expect([command, ...heard]).toEqual([command, ...expected]);
  }
});
