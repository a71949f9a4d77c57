/** GEOADD and reads of single places. */
import { expect, test } from 'vitest';
import { ErrorReply, startWithClient, type TestClient } from '../../harness.ts';

const error = (text: string) => new ErrorReply(text);

async function sicily(): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('GEOADD', 'g', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania');
  return client;
}

test('GEOADD stores 52 bits as the score', async () => {
  const client = await sicily();
  expect(await client.call('ZRANGE', 'g', 0, -1, 'WITHSCORES')).toEqual([
    'Palermo',
    '3479099956230698',
    'Catania',
    '3479447370796909',
  ]);
  await client.call('GEOADD', 'edges', 180, '85.05112878', 'far', -180, '-85.05112878', 'near');
  expect(await client.call('ZMSCORE', 'edges', 'far', 'near')).toEqual(['13510798882111488', '0']);
});

test('GEOADD takes the options of ZADD', async () => {
  const client = await sicily();
  expect(await client.call('GEOADD', 'g', 'NX', 1, 1, 'Palermo', 1, 1, 'new')).toBe(1);
  expect(await client.call('GEOADD', 'g', 'XX', 'CH', 2, 2, 'Palermo', 2, 2, 'other')).toBe(1);
  expect(await client.call('ZCARD', 'g')).toBe(3);
  expect(await client.call('GEOPOS', 'g', 'Palermo')).toEqual([['2.00000256299972534', '2.0000001856465488']]);
});

test('GEOADD refuses what does not fit, and changes nothing', async () => {
  const client = await sicily();
  expect(await client.ask('GEOADD', 'g', 1, 1, 'a', 181, 1, 'b')).toEqual(
    error('ERR invalid longitude,latitude pair 181.000000,1.000000'),
  );
  expect(await client.ask('GEOADD', 'g', 1, '-86', 'a')).toEqual(
    error('ERR invalid longitude,latitude pair 1.000000,-86.000000'),
  );
  expect(await client.ask('GEOADD', 'g', 'x', 1, 'a')).toEqual(error('ERR value is not a valid float'));
  expect(await client.ask('GEOADD', 'g', 1, 1, 'a', 1)).toEqual(error('ERR syntax error'));
  expect(await client.ask('GEOADD', 'g', 'NX', 'XX', 1, 1, 'a')).toEqual(error('ERR syntax error'));
  expect(await client.call('ZCARD', 'g')).toBe(2);
});

test('distances have four digits in each unit', async () => {
  const client = await sicily();
  expect(await client.call('GEODIST', 'g', 'Palermo', 'Catania')).toBe('166274.1516');
  expect(await client.call('GEODIST', 'g', 'Palermo', 'Catania', 'KM')).toBe('166.2742');
  expect(await client.call('GEODIST', 'g', 'Palermo', 'Catania', 'mi')).toBe('103.3182');
  expect(await client.call('GEODIST', 'g', 'Palermo', 'Catania', 'ft')).toBe('545518.8700');
  expect(await client.call('GEODIST', 'g', 'Palermo', 'none')).toBe(null);
  expect(await client.call('GEODIST', 'none', 'a', 'b')).toBe(null);
  expect(await client.ask('GEODIST', 'none', 'a', 'b', 'yd')).toEqual(
    error('ERR unsupported unit provided. please use M, KM, FT, MI'),
  );
});

test('places and geohashes of members', async () => {
  const client = await sicily();
  expect(await client.call('GEOHASH', 'g', 'Palermo', 'none', 'Catania')).toEqual(['sqc8b49rny0', null, 'sqdtr74hyu0']);
  expect(await client.call('GEOPOS', 'g', 'Palermo', 'none')).toEqual([
    ['13.36138933897018433', '38.11555639549629859'],
    null,
  ]);
  await client.call('HELLO', 3);
  expect(await client.call('GEOPOS', 'g', 'Catania')).toEqual([[15.087267458438873, 37.50266842333162]]);
});

test('a score that is not a geohash gives a place at the edge', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'g', -1, 'a', 'inf', 'b', '0.5', 'c');
  expect(await client.call('GEOPOS', 'g', 'a', 'b', 'c')).toEqual([
    ['180', '85.0511287799999991'],
    ['-179.99999731779098511', '-85.05112751263942528'],
    ['-179.99999731779098511', '-85.05112751263942528'],
  ]);
});
