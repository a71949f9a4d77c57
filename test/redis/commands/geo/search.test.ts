/** GEOSEARCH and its relatives. */
import { expect, test } from 'vitest';
import { ErrorReply, type Reply, startWithClient, type TestClient } from '../../harness.ts';

async function sicily(): Promise<TestClient> {
  const client = await startWithClient();
  const places = ['13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'];
  await client.call('GEOADD', 'g', ...places, '12.758489', '38.788135', 'edge1', '17.241510', '38.788135', 'edge2');
  return client;
}

const CASES: readonly (readonly [string, Reply])[] = [
  ['GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC', ['Catania', 'Palermo']],
  ['GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 400 km DESC', ['edge1', 'edge2', 'Palermo', 'Catania']],
  ['GEOSEARCH g FROMMEMBER Palermo BYRADIUS 100 km ASC', ['Palermo', 'edge1']],
  ['GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 500 mi COUNT 1', ['Catania']],
  ['GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 0 m', []],
  [
    'GEORADIUS g 15 37 200 km WITHDIST WITHHASH WITHCOORD ASC',
    [
      ['Catania', '56.4413', 3479447370796909, ['15.08726745843887329', '37.50266842333162032']],
      ['Palermo', '190.4424', 3479099956230698, ['13.36138933897018433', '38.11555639549629859']],
    ],
  ],
  ['GEORADIUS_RO g 15 37 60 km', ['Catania']],
  ['GEORADIUSBYMEMBER g Palermo 170 km DESC', ['Catania', 'edge1', 'Palermo']],
  ['GEORADIUSBYMEMBER_RO g Palermo 170 km COUNT 1 DESC', ['Catania']],
  ['GEORADIUSBYMEMBER none Palermo 170 km', []],
  ['GEOSEARCH none FROMMEMBER a BYRADIUS 1 km', []],
];

test.each(CASES)('%s', async (command, expected) => {
  expect(await (await sicily()).call(...command.split(' '))).toEqual(expected);
});

const REFUSED: readonly (readonly [string, string])[] = [
  [
    'GEOSEARCH g FROMLONLAT 15 37 ASC WITHDIST WITHCOORD',
    'ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH',
  ],
  [
    'geosearch g BYRADIUS 1 km ASC WITHDIST',
    'ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch',
  ],
  ['GEOSEARCH g FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 km', 'ERR syntax error'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km BYBOX 1 1 km', 'ERR syntax error'],
  ['GEOSEARCH g FROMMEMBER none BYRADIUS 1 km', 'ERR could not decode requested zset member'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS x km', 'ERR need numeric radius'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS -1 km', 'ERR radius cannot be negative'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 -1 km', 'ERR height or width cannot be negative'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 x km', 'ERR need numeric height'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km COUNT 0', 'ERR COUNT must be > 0'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km ANY', 'ERR the ANY argument requires COUNT argument'],
  ['GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km STOREDIST', 'ERR syntax error'],
  ['GEORADIUS_RO g 1 1 1 km STORE t', 'ERR syntax error'],
  [
    'GEORADIUS g 1 1 1 km STORE t WITHDIST',
    'ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
  ],
  [
    'GEOSEARCHSTORE t g FROMLONLAT 1 1 BYRADIUS 1 km WITHHASH',
    'ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
  ],
];

test.each(REFUSED)('%s is refused', async (command, message) => {
  expect(await (await sicily()).ask(...command.split(' '))).toEqual(new ErrorReply(message));
});

test('results are stored with geohashes or distances as scores', async () => {
  const client = await sicily();
  expect(await client.call('GEOSEARCHSTORE', 't', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'STOREDIST')).toBe(
    2,
  );
  expect(await client.call('ZRANGE', 't', 0, -1, 'WITHSCORES')).toEqual([
    'Catania',
    '56.441257870158204',
    'Palermo',
    '190.44242984775784',
  ]);
  expect(await client.call('GEORADIUS', 'g', 15, 37, 200, 'km', 'COUNT', 1, 'STORE', 't')).toBe(1);
  expect(await client.call('ZRANGE', 't', 0, -1, 'WITHSCORES')).toEqual(['Catania', '3479447370796909']);
  expect(await client.call('GEORADIUSBYMEMBER', 'none', 'a', 1, 'm', 'STORE', 't')).toBe(0);
  expect(await client.call('EXISTS', 't')).toBe(0);
});

test('ANY ends the search with as many as are asked for', async () => {
  const client = await sicily();
  const found = await client.call('GEOSEARCH', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 500, 'km', 'COUNT', 3, 'ANY');
  expect(found).toHaveLength(3);
});

test('a search finds what a look at every member finds', async () => {
  const client = await startWithClient();
  let seed = 7;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const places = Array.from({ length: 150 }, (_, at) => [random() * 360 - 180, random() * 170 - 85, `m${at}`]);
  await client.call('GEOADD', 'g', ...places.flat());
  for (const radius of [100, 1_000, 5_000, 12_000]) {
    for (const [, , center] of places.slice(0, 5)) {
      const found = await client.call('GEOSEARCH', 'g', 'FROMMEMBER', String(center), 'BYRADIUS', radius, 'km');
      const expected = [];
      for (const [, , member] of places) {
        const distance = await client.call('GEODIST', 'g', String(center), String(member), 'km');
        if (Number(distance) <= radius) expected.push(member);
      }
      expect((found as string[]).toSorted()).toEqual(expected.toSorted());
    }
  }
});
